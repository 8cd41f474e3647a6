from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from tests.fixtures.networks import TINY
from torch import Tensor, nn

from scuff.core.bundle import Precision
from scuff.core.errors import BundleError
from scuff.core.tile import Tiling
from scuff.export import onnx as export
from scuff.inspection.onnx_runtime import OnnxRuntime
from scuff.inspection.tiling import score_frame
from scuff.nets.local_se import localised
from scuff.nets.runtime import TorchRuntime
from scuff.nets.unet import SurfaceUNet, bare_unet

pytestmark = pytest.mark.usefixtures("one_thread")

Write = Callable[[str, Precision], Path]

KINDS: tuple[Precision, ...] = ("fp32", "fp16", "int8")

SQUARES, STRIPS = Tiling(64, 64, 8), Tiling(64, None, 8)


def tiny(classes: int, head: str = "full") -> SurfaceUNet:
    torch.manual_seed(0)
    return bare_unet(TINY.model_copy(update={"head": head}), classes).eval()


def noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


NETWORKS = {
    "one class": (tiny(1), SQUARES),
    "three classes, half resolution, strips": (localised(tiny(3, "half"), 64), STRIPS),
}


@pytest.fixture(scope="module")
def models() -> dict[str, onnx.ModelProto]:
    """The ONNX models of the networks."""
    return {name: export.onnx_model(network, tiling) for name, (network, tiling) in NETWORKS.items()}


@pytest.fixture
def write(models: dict[str, onnx.ModelProto], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a network; it is not traced again each time."""

    def write_one(name: str, precision: Precision) -> Path:
        copied = onnx.ModelProto.FromString(models[name].SerializeToString())
        monkeypatch.setattr(export, "onnx_model", lambda network, tiling: copied)
        export.write_onnx(tmp_path / "net.onnx", *NETWORKS[name], precision, list(noise(4, 64, 64)))
        return tmp_path / "net.onnx"

    return write_one


@pytest.mark.parametrize("name", NETWORKS)
def test_file_scores_frames_as_the_network_does(write: Write, name: str) -> None:
    network, tiling = NETWORKS[name]
    runtime = OnnxRuntime(write(name, "fp32"), "fp32", (64, 64))
    assert (runtime.planes, runtime.step) == (network.planes, network.step)
    for frame in (noise(150, 171), noise(70, 99)):
        here, there = (score_frame(frame, which, tiling) for which in (runtime, TorchRuntime(network)))
        assert np.abs(here.score.astype(int) - there.score).max() <= 1
        assert np.mean(here.mask(0.5) != there.mask(0.5)) < 1e-3


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("precision", "nearly"), [("fp16", 2), ("int8", 12)])
def test_lower_precision_comes_near(write: Write, name: str, precision: Precision, nearly: int) -> None:
    network, tiling = NETWORKS[name]
    runtime = OnnxRuntime(write(name, precision), precision, (64, 64))
    here, there = (score_frame(noise(64, 96), which, tiling).score for which in (runtime, TorchRuntime(network)))
    assert np.abs(here.astype(int) - there).max() <= nearly


def test_lower_precision_takes_less_room(write: Write) -> None:
    bytes_of = {kind: write("one class", kind).stat().st_size for kind in KINDS}
    assert bytes_of["int8"] < bytes_of["fp16"] < 0.6 * bytes_of["fp32"]


def test_strips_leave_both_sides_free_and_squares_none(models: dict[str, onnx.ModelProto]) -> None:
    sides = {}
    for name, model in models.items():
        shape = model.graph.input[0].type.tensor_type.shape
        sides[name] = [side.dim_param or side.dim_value for side in shape.dim]
    assert list(sides.values()) == [[1, 64, 64, 3], [1, "height", "width", 3]]


def test_equal_networks_give_equal_bytes_without_any_path(write: Write, tmp_path: Path) -> None:
    first = write("one class", "fp32").read_bytes()
    assert str(Path(__file__).parents[2]).encode() not in first
    assert b"stack_trace" not in first
    model = export.onnx_model(tiny(1), SQUARES)
    assert model.SerializeToString(deterministic=True) == first


def test_bf16_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no bf16 convolutions; export with --precision fp32 or int8 for a CPU"):
        export.write_onnx(tmp_path / "net.onnx", *NETWORKS["one class"], "bf16", [])
    assert not list(tmp_path.iterdir())


class Bessel(nn.Module):
    """A function that ONNX does not have."""

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = torch.special.bessel_j0(x)
        return y


def test_a_layer_that_onnx_does_not_have_is_refused() -> None:
    network = tiny(1)
    network.head.append(Bessel())
    with pytest.raises(BundleError, match=r"has no form there; leave out --runtime onnxruntime"):
        export.onnx_model(network, SQUARES)
