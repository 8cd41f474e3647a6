from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from tests.fixtures.onnx_networks import LABEL, save_red_onnx

from scuff.core.bundle import Precision
from scuff.core.errors import BundleError
from scuff.core.tile import Tiling
from scuff.inspection import onnx_runtime
from scuff.inspection.onnx_providers import CPU, CUDA, TENSORRT
from scuff.inspection.onnx_runtime import MAX_SIZES, OnnxRuntime, could_use_gpu
from scuff.inspection.tiling import score_frame

Pixels = NDArray[np.uint8]


def noise(*shape: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


def open_red(folder: Path, planes: int = 1, step: int = 1, streams: int | None = None) -> OnnxRuntime:
    return OnnxRuntime(save_red_onnx(folder / "net.onnx", planes, step), "fp32", (8, 8), streams)


@pytest.mark.parametrize("streams", [None, 1, 3])
def test_each_tile_is_scored_once_whatever_the_streams(tmp_path: Path, streams: int | None) -> None:
    tiles, taken = noise(20, 8, 8), {}
    open_red(tmp_path, streams=streams).score(tiles, lambda number, scores: taken.update({number: scores.copy()}))
    assert sorted(taken) == list(range(20))
    for number, scores in taken.items():
        np.testing.assert_array_equal(scores, tiles[number, None, ..., 0])


@pytest.mark.parametrize("step", [1, 2])
def test_frame_of_odd_size_with_labels(tmp_path: Path, step: int) -> None:
    frame = noise(61, 75)
    runtime = open_red(tmp_path, planes=2, step=step)
    assert (runtime.planes, runtime.step) == (2, step)
    scores = score_frame(frame, runtime, Tiling(8, 8, 2))
    np.testing.assert_array_equal(scores.score, frame[::step, ::step, 0])
    assert scores.label is not None
    assert (scores.label == LABEL).all()


def test_strips_of_frames_of_several_widths(tmp_path: Path) -> None:
    runtime = open_red(tmp_path)
    for width in range(1, 32 * (MAX_SIZES + 2), 32):
        frame = noise(50, width)
        np.testing.assert_array_equal(score_frame(frame, runtime, Tiling(32, None, 4)).score, frame[..., 0])


def test_several_threads_at_once(tmp_path: Path) -> None:
    runtime, frames = open_red(tmp_path), [noise(40 + number, 50) for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        scored = list(pool.map(lambda frame: score_frame(frame, runtime, Tiling(8, 8, 1)), frames))
    for frame, scores in zip(frames, scored, strict=True):
        np.testing.assert_array_equal(scores.score, frame[..., 0])


def test_name_says_what_it_runs_on(tmp_path: Path) -> None:
    expected = f"ONNX Runtime {onnxruntime.__version__} on the CPU, arithmetic f32, 1 stream"
    assert open_red(tmp_path, streams=1).name == expected
    assert open_red(tmp_path, streams=3).name.endswith("3 streams")


def test_what_take_raises_comes_out(tmp_path: Path) -> None:
    def take(number: int, scores: Pixels) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_red(tmp_path).score(noise(4, 8, 8), take)


def test_bf16_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r'does not run bf16 .* --precision fp32, fp16 or int8, or set .* "openvino"'):
        OnnxRuntime(save_red_onnx(tmp_path / "net.onnx"), "bf16", (8, 8))


def test_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"no network")
    with pytest.raises(BundleError, match=r"net\.onnx: ONNX Runtime cannot load this network for tiles of 8×8 px"):
        OnnxRuntime(tmp_path / "net.onnx", "fp32", (8, 8))


def test_tiles_of_another_size_are_refused(tmp_path: Path) -> None:
    runtime = OnnxRuntime(save_red_onnx(tmp_path / "net.onnx", sides="8,8"), "fp32", (8, 8))
    with pytest.raises(BundleError, match=r"net\.onnx: ONNX Runtime cannot run .* on tiles of 8×16 px \(Got "):
        runtime.score(noise(1, 8, 16), print)


def test_quarter_resolution_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="gives 1×1×2×2 uint8 for a tile of 8×8 px"):
        open_red(tmp_path, step=4)


class FakeSession:
    """Fails with the provider that shall fail; else runs on the first it is given, and gives what it gets."""

    failing = ""
    name = "tiles"

    def __init__(self, network: Path, options: object, providers: list[tuple[str, Any]], enable_fallback: int) -> None:
        self.providers = [name for name, _ in providers]
        if self.providers[0] == self.failing:
            raise RuntimeError(f"{self.failing} is broken")

    def get_providers(self) -> list[str]:
        return self.providers

    def get_inputs(self) -> list["FakeSession"]:
        return [self]  # which has a name, and more is not asked for

    def run(self, outputs: None, feed: dict[str, Pixels]) -> list[Pixels]:
        (tile,) = feed.values()
        return [tile[..., 0][:, None]]


@pytest.mark.parametrize(
    ("precision", "failing", "expected"),
    [
        ("fp16", "", "a GPU by TensorRT, arithmetic f16, 2 streams"),
        ("fp16", TENSORRT, "a GPU by CUDA, arithmetic f16, 2 streams"),
        ("fp32", "", "a GPU by CUDA, arithmetic f32, 2 streams"),
        ("fp32", CUDA, "the CPU, arithmetic f32, 7 streams"),
        ("int8", "", "a GPU by CUDA, arithmetic f32 on rounded values, 2 streams"),
        ("int8", CUDA, "the CPU, arithmetic i8, 7 streams"),
    ],
)
def test_next_provider_takes_over_from_one_that_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, precision: Precision, failing: str, expected: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(onnx_runtime, "cores", lambda: 7)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [TENSORRT, CUDA, CPU])
    monkeypatch.setattr(onnxruntime, "InferenceSession", FakeSession)
    monkeypatch.setattr(FakeSession, "failing", failing)
    runtime = OnnxRuntime(save_red_onnx(tmp_path / "net.onnx"), precision, (8, 8))
    assert runtime.name.endswith(expected)
    assert runtime.on_gpu == ("GPU" in expected)


def test_nothing_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(onnxruntime, "InferenceSession", FakeSession)
    monkeypatch.setattr(FakeSession, "failing", CPU)
    with pytest.raises(BundleError, match=r"cannot load this network .*\(CPUExecutionProvider is broken\)"):
        open_red(tmp_path)


@pytest.mark.parametrize(("available", "expected"), [([CUDA, CPU], True), ([CPU], False)])
def test_a_build_that_knows_gpus_could_use_one(
    monkeypatch: pytest.MonkeyPatch, available: list[str], expected: bool
) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: available)
    assert could_use_gpu() is expected


def test_a_gpu_may_come_as_a_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CPU])
    monkeypatch.setattr(onnxruntime, "get_ep_devices", lambda: [SimpleNamespace(ep_name=name) for name in (CUDA, CPU)])
    assert could_use_gpu()
