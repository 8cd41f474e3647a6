import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.red_network import save_red

from scuff.core.tile import Tiling
from scuff.inspection.openvino_runtime import MAX_SIZES, OpenVinoRuntime
from scuff.inspection.tiling import score_frame

Pixels = NDArray[np.uint8]

SIDE = 8


def open_red(folder: Path, streams: int | None = None) -> OpenVinoRuntime:
    return OpenVinoRuntime(save_red(folder / "net.xml"), "fp32", (SIDE, SIDE), streams)


def noise(*shape: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


@pytest.mark.parametrize("streams", [None, 1, 3])
def test_scores_are_the_same_with_any_number_of_streams(tmp_path: Path, streams: int | None) -> None:
    frame = noise(61, 75)
    scores = score_frame(frame, open_red(tmp_path, streams), Tiling(SIDE, SIDE, 1))
    np.testing.assert_array_equal(scores.score, frame[..., 0])


def test_name_says_what_it_runs_on(tmp_path: Path) -> None:
    name = open_red(tmp_path, streams=1).name
    assert name.startswith("OpenVINO 20")
    assert name.endswith(", arithmetic f32, 1 stream")


def test_without_tiles_nothing_is_compiled_or_scored(tmp_path: Path) -> None:
    taken: list[int] = []
    open_red(tmp_path).score([], lambda number, _: taken.append(number))
    assert taken == []


def test_tiles_of_other_sizes_are_scored_too_any_number_of_them(tmp_path: Path) -> None:
    runtime = open_red(tmp_path)
    for side in [*range(4, 5 + MAX_SIZES), 4, SIDE]:
        frame = noise(3 * side, 2 * side)
        scores = score_frame(frame, runtime, Tiling(side, 2 * side, 0))
        np.testing.assert_array_equal(scores.score, frame[..., 0])


def test_tiles_of_two_sizes_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a tile of the shape \(4, 8, 3\) among tiles of 8×8 px"):
        open_red(tmp_path).score([noise(SIDE, SIDE), noise(4, 8)], lambda number, scores: None)


def test_several_threads_may_use_one_runtime(tmp_path: Path) -> None:
    runtime, tiling = open_red(tmp_path, streams=2), Tiling(SIDE, SIDE, 1)
    frames = [noise(20 + number % 5, 40) + np.uint8(number) for number in range(24)]
    with ThreadPoolExecutor(4) as pool:
        scored = list(pool.map(lambda frame: score_frame(frame, runtime, tiling).score, frames))
    for frame, score in zip(frames, scored, strict=True):
        np.testing.assert_array_equal(score, frame[..., 0])


def test_several_threads_may_bring_new_sizes_at_once(tmp_path: Path) -> None:
    runtime, together = open_red(tmp_path), threading.Barrier(4)
    frames = [noise(SIDE, 32 * number) for number in (1, 1, 2, 2)]

    def score(frame: Pixels) -> Pixels:
        together.wait(timeout=30)
        return score_frame(frame, runtime, Tiling(SIDE, None, 1)).score

    with ThreadPoolExecutor(4) as pool:
        for frame, scores in zip(frames, pool.map(score, frames), strict=True):
            np.testing.assert_array_equal(scores, frame[..., 0])


def test_runtimes_may_be_let_go_of_right_after_they_scored(tmp_path: Path) -> None:
    # OpenVINO waits for its threads then; if one of them waited for Python, this would never end.
    frame = noise(20, 20)
    for _ in range(30):
        scores = score_frame(frame, open_red(tmp_path), Tiling(SIDE, SIDE, 1))
        np.testing.assert_array_equal(scores.score, frame[..., 0])


def test_memory_does_not_grow(tmp_path: Path) -> None:
    side = 512  # the pixels of 200 such tiles are 157 MB, their scores 52 MB
    runtime = OpenVinoRuntime(save_red(tmp_path / "net.xml", tile_hw=(side, side)), "fp32", (side, side))
    tiles = noise(2, side, side)

    def resident_mb() -> float:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * 4096 / 1e6

    for _ in range(10):
        runtime.score(tiles, lambda number, scores: None)
    before = resident_mb()
    for _ in range(200):
        runtime.score(tiles, lambda number, scores: None)
    assert resident_mb() - before < 25
