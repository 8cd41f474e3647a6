from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.runtimes import Order, PaintedRuntime

from scuff.core.region import Regions
from scuff.core.tile import Tiling
from scuff.inspection.runtime import Take, Tiles
from scuff.inspection.tiling import score_frame, span, touched

SIZES = [(1, 1), (1, 40), (7, 9), (16, 16), (17, 16), (31, 53), (64, 33)]


def noise(frame_hw: tuple[int, int]) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 255, (*frame_hw, 3), dtype=np.uint8)


def shuffled(numbers: Sequence[int]) -> list[int]:
    return [int(number) for number in np.random.default_rng(1).permutation(len(numbers))]


@pytest.mark.parametrize("frame_hw", SIZES)
@pytest.mark.parametrize("tiling", [Tiling(16, 16, 0), Tiling(16, 16, 5), Tiling(16, None, 2)])
def test_tiles_give_what_the_whole_frame_gives(frame_hw: tuple[int, int], tiling: Tiling) -> None:
    pixels = noise(frame_hw)
    scores = score_frame(pixels, PaintedRuntime(), tiling)
    np.testing.assert_array_equal(scores.score, pixels[..., :2].max(axis=2))
    np.testing.assert_array_equal(scores.label, np.where(pixels[..., 0] >= pixels[..., 1], 1, 2))
    assert (scores.step, scores.hw) == (1, frame_hw)
    assert scores.score.dtype == np.uint8


@pytest.mark.parametrize("frame_hw", SIZES)
@pytest.mark.parametrize("tiling", [Tiling(16, 16, 0), Tiling(16, 16, 5), Tiling(16, None, 2)])
def test_scores_at_half_resolution_lie_where_their_pixels_are(frame_hw: tuple[int, int], tiling: Tiling) -> None:
    pixels = noise(frame_hw)
    scores = score_frame(pixels, PaintedRuntime(planes=1, step=2), tiling)
    height, width = (-(-side // 2) for side in frame_hw)
    assert scores.score.shape == (height, width)
    # Past an odd border the frame is mirrored, so that the last row or column holds its neighbour too.
    inner = pixels[: frame_hw[0] // 2 * 2, : frame_hw[1] // 2 * 2, 0]
    expected = inner.reshape(frame_hw[0] // 2, 2, frame_hw[1] // 2, 2).max(axis=(1, 3))
    np.testing.assert_array_equal(scores.score[: len(expected), : frame_hw[1] // 2], expected)
    assert (scores.step, scores.hw, scores.label) == (2, frame_hw, None)
    assert scores.full(scores.score).shape == frame_hw


@pytest.mark.parametrize("order", [reversed, shuffled], ids=["reverse", "shuffled"])
@pytest.mark.parametrize("step", [1, 2])
def test_scores_do_not_depend_on_the_order_of_completion(order: Order, step: int) -> None:
    pixels, tiling = noise((61, 75)), Tiling(16, 16, 3)
    there = score_frame(pixels, PaintedRuntime(step=step), tiling)
    here = score_frame(pixels, PaintedRuntime(step=step, order=order), tiling)
    np.testing.assert_array_equal(here.score, there.score)
    assert here.label is not None
    assert there.label is not None
    np.testing.assert_array_equal(here.label, there.label)


class Numbering:
    """Gives every pixel of a tile the tile's number as score."""

    name, step, planes = "numbering", 1, 1

    def score(self, tiles: Tiles, take: Take) -> None:
        for number, tile in enumerate(tiles):
            take(number, np.full((1, *tile.shape[:2]), number, np.uint8))


def test_each_window_keeps_its_own_part() -> None:
    # Tiles of 8 at 0 and 4 see 4 to 8 both; the seam is at 6.
    scores = score_frame(np.zeros((8, 12, 3), np.uint8), Numbering(), Tiling(8, 8, 2))
    assert scores.score[3].tolist() == [0] * 6 + [1] * 6


def test_windows_that_are_not_chosen_score_nothing() -> None:
    pixels, tiling = np.full((16, 32, 3), 200, np.uint8), Tiling(16, 16, 0)
    runtime = PaintedRuntime(planes=1)
    scores = score_frame(pixels, runtime, tiling, tiling.windows((16, 32))[1:])
    assert runtime.seen == 1
    assert (scores.score[:, :16] == 0).all()
    assert (scores.score[:, 16:] == 200).all()


def test_no_window_is_no_work() -> None:
    runtime = PaintedRuntime()
    scores = score_frame(np.full((9, 9, 3), 200, np.uint8), runtime, Tiling(8, 8, 0), [])
    assert (runtime.seen, int(scores.score.max())) == (0, 0)


def test_span_covers_pixels_that_are_cut_by_the_border() -> None:
    assert span(slice(4, 9), 2) == slice(2, 5)
    assert span(slice(4, 9), 1) == slice(4, 9)


@pytest.mark.parametrize("step", [1, 2])
def test_touched_windows_own_a_pixel_of_the_region(step: int) -> None:
    region = Regions({"": "6,2 9,2 9,3 6,3"}).of("", (16, 24), step)
    assert region is not None
    windows = touched(Tiling(8, 8, 0).windows((16, 24), step), region, step)
    assert [(window.tile.y, window.tile.x) for window in windows] == [(0, 0), (0, 8)]
