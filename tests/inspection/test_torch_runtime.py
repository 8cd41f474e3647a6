from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.export import Dim

from scuff.core.bundle import Precision
from scuff.core.errors import BundleError
from scuff.core.tile import Tiling
from scuff.inspection.tiling import score_frame
from scuff.inspection.torch_runtime import ProgramRuntime, has_gpu

pytestmark = pytest.mark.usefixtures("one_thread")

Pixels = NDArray[np.uint8]
Save = Callable[..., Path]


class Red(nn.Module):
    """Scores each pixel by its red channel, by way of a convolution; the label, where it has one, is 2."""

    def __init__(self, planes: int, step: int) -> None:
        super().__init__()
        self.planes = planes
        self.convolution = nn.Conv2d(3, 1, 1, stride=step, bias=False)
        with torch.no_grad():
            self.convolution.weight.copy_(torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1))

    def forward(self, tiles: Tensor) -> Tensor:
        red = self.convolution(tiles.permute(0, 3, 1, 2).float()).to(torch.uint8)
        return torch.cat((red, torch.full_like(red, 2)), dim=1)[:, : self.planes]


@pytest.fixture(scope="module")
def save_red(tmp_path_factory: pytest.TempPathFactory) -> Save:
    """Write such a network for tiles of 8×8 px, or of any size."""

    def save(planes: int = 1, step: int = 1, free: bool = False) -> Path:
        path = tmp_path_factory.mktemp("red") / "net.pt2"
        sizes = {1: 8 * Dim("rows", min=1), 2: 8 * Dim("columns", min=1)} if free else {}
        example = torch.zeros((1, 16, 24, 3) if free else (1, 8, 8, 3), dtype=torch.uint8)
        torch.export.save(torch.export.export(Red(planes, step), (example,), dynamic_shapes=(sizes,)), path)
        return path

    return save


def noise(*shape: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


@pytest.mark.parametrize(("planes", "step"), [(1, 1), (2, 2)])
def test_frame_of_odd_size(save_red: Save, planes: int, step: int) -> None:
    runtime = ProgramRuntime(save_red(planes, step), "fp32", (8, 8))
    assert (runtime.planes, runtime.step) == (planes, step)
    frame = noise(61, 75)
    scores = score_frame(frame, runtime, Tiling(8, 8, 2))
    np.testing.assert_array_equal(scores.score, frame[::step, ::step, 0])
    labels = [] if scores.label is None else np.unique(scores.label).tolist()
    assert labels == [2] * (planes - 1)


def test_strips_of_frames_of_several_widths_and_threads(save_red: Save) -> None:
    runtime = ProgramRuntime(save_red(free=True), "fp32", (16, 32))
    frames = [noise(50, width) for width in (70, 100, 130, 160)]
    with ThreadPoolExecutor(4) as pool:
        scored = list(pool.map(lambda frame: score_frame(frame, runtime, Tiling(16, None, 4)), frames))
    for frame, scores in zip(frames, scored, strict=True):
        np.testing.assert_array_equal(scores.score, frame[..., 0])


@pytest.mark.parametrize(("precision", "kind"), [("fp32", "f32"), ("bf16", "bf16"), ("fp16", "f16")])
def test_convolutions_compute_in_the_precision(save_red: Save, precision: Precision, kind: str) -> None:
    runtime = ProgramRuntime(save_red(), precision, (8, 8))
    if not has_gpu():
        assert runtime.name == f"torch {torch.__version__} on the CPU, arithmetic {kind}"
    assert runtime.name.endswith(kind)
    taken: list[Pixels] = []
    runtime.score(noise(1, 8, 8), lambda number, scores: taken.append(scores))
    np.testing.assert_array_equal(taken[0][0], noise(1, 8, 8)[0, ..., 0])  # a byte is exact in all of them


def test_rounding_to_10_bits_is_off(save_red: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    ProgramRuntime(save_red(), "fp32", (8, 8))
    assert not torch.backends.cudnn.allow_tf32


def test_int8_is_refused(save_red: Save) -> None:
    with pytest.raises(BundleError, match=r"does not run int8 .* another precision, or set inspection\.runtime"):
        ProgramRuntime(save_red(), "int8", (8, 8))


def test_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.pt2").write_bytes(b"no network")
    with pytest.raises(BundleError, match=r"net\.pt2: torch cannot load this network \(.*export the bundle again"):
        ProgramRuntime(tmp_path / "net.pt2", "fp32", (8, 8))


def test_tiles_of_another_size_are_refused(save_red: Save) -> None:
    runtime = ProgramRuntime(save_red(), "fp32", (8, 8))
    with pytest.raises(BundleError, match=r"net\.pt2: torch cannot run this network on tiles of 8×16 px \("):
        runtime.score(noise(1, 8, 16), print)


def test_quarter_resolution_is_refused(save_red: Save) -> None:
    with pytest.raises(BundleError, match="gives 1×1×2×2 uint8 for a tile of 8×8 px"):
        ProgramRuntime(save_red(step=4), "fp32", (8, 8))
