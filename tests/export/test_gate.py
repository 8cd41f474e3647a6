"""The gate lets an exported network through, and stops one that was altered by hand."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import openvino
import pytest
from numpy.typing import NDArray
from openvino import opset13 as ops
from openvino.utils import replace_node

from scuff.core.bundle import Precision, open_bundle
from scuff.core.errors import BundleError
from scuff.core.tile import Tiling, squares
from scuff.export.held_out import HeldOut
from scuff.export.limits import limits_of
from scuff.export.parity import Parity, compare_frames
from scuff.export.wanted import Wanted
from scuff.export.writer import write_bundle
from scuff.inspection.regions import Criteria
from scuff.inspection.runtime import Runtime, Take
from scuff.inspection.scorer import Scorer
from scuff.nets.checkpoint import Checkpoint
from scuff.nets.runtime import TorchRuntime

Pixels = NDArray[np.uint8]
ExportedAs = Callable[[openvino.Model], None]
Change = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def operand(model: openvino.Model, kind: str, number: int) -> openvino.Node:
    """The constant that the n-th operation of a kind takes as its second input, counted from either end."""
    operations = [operation for operation in model.get_ordered_ops() if operation.get_type_name() == kind]
    constants = [operation.input_value(1).get_node() for operation in operations]
    return [node for node in constants if node.get_output_element_type(0) == openvino.Type.f32][number]


def altered(model: openvino.Model, kind: str, number: int, change: Change) -> openvino.Model:
    """A copy of a network with one tensor changed."""
    copied = model.clone()
    constant = operand(copied, kind, number)
    replace_node(constant, ops.constant(change(np.array(constant.data)).astype(np.float32)))
    return copied


ALTERATIONS: dict[str, tuple[str, int, Change]] = {
    "first kernel 10 % larger": ("Convolution", 0, lambda kernel: kernel * 1.1),
    "kernel of a skip 10 % larger": ("Convolution", 2, lambda kernel: kernel * 1.1),
    "one channel of a kernel left out": (
        "Convolution",
        1,
        lambda kernel: kernel * (np.arange(16) > 0).reshape(16, 1, 1, 1),
    ),
    "upsampling kernel 10 % larger": ("ConvolutionBackpropData", -1, lambda kernel: kernel * 1.1),
    "upsampling mirrored, one pixel off": ("ConvolutionBackpropData", -1, lambda kernel: kernel[..., ::-1]),
    "last kernel 10 % larger": ("Convolution", -1, lambda kernel: kernel * 1.1),
    "last bias one tenth off for sound metal": (
        "Add",
        -1,
        lambda bias: bias + 0.1 * (np.arange(12) < 4).reshape(1, 12, 1, 1),
    ),
    "mean a hundredth too large": ("Add", 0, lambda mean: mean + 2.55),
    "std 5 % larger": ("Divide", 0, lambda std: std * 1.05),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_a_tensor_altered_by_hand_is_refused(
    tmp_path: Path,
    trained: Checkpoint,
    held_out: HeldOut,
    converted: openvino.Model,
    exported_as: ExportedAs,
    name: str,
) -> None:
    exported_as(altered(converted, *ALTERATIONS[name]))
    with pytest.raises(BundleError, match="does not agree with its checkpoint on three frames of discs"):
        write_bundle(tmp_path / "bundle", trained, "abc", Wanted(), held_out, {})
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.disagreement"]


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_an_untouched_network_passes(
    tmp_path: Path,
    trained: Checkpoint,
    held_out: HeldOut,
    converted: openvino.Model,
    exported_as: ExportedAs,
    precision: Precision,
) -> None:
    exported_as(converted)
    write_bundle(tmp_path / "bundle", trained, "abc", Wanted(precision), held_out, {})
    stated = open_bundle(tmp_path / "bundle").manifest.agreement["openvino"]
    assert stated.frames == 3
    assert stated.defects > 50
    assert stated.f1_checkpoint == pytest.approx(0.95, abs=0.05)
    assert stated.f1_bundle == pytest.approx(stated.f1_checkpoint, abs=0.002)


@pytest.mark.parametrize("name", ["first kernel 10 % larger", "std 5 % larger", "mean a hundredth too large"])
def test_less_precision_excuses_no_altered_tensor(
    tmp_path: Path,
    trained: Checkpoint,
    held_out: HeldOut,
    converted: openvino.Model,
    exported_as: ExportedAs,
    name: str,
) -> None:
    exported_as(altered(converted, *ALTERATIONS[name]))
    with pytest.raises(BundleError, match="does not agree"):
        write_bundle(tmp_path / "bundle", trained, "abc", Wanted("bf16"), held_out, {})


def test_an_altered_normalisation_is_refused(trained: Checkpoint, held_out: HeldOut) -> None:
    """Batch normalisation is part of the kernels in an exported network, but not in torch."""
    other = trained.network()
    other.get_buffer("decoder.3.convolve.1.running_var").mul_(1.2)
    assert compared(trained, TorchRuntime(other), squares(64), held_out).misses(limits_of("fp32", strips=False))


class Moved:
    """Scores as another runtime does, but all tiles after the first are seen a pixel too far to the left."""

    def __init__(self, runtime: Runtime) -> None:
        self.inner, self.name, self.step, self.planes = runtime, runtime.name, runtime.step, runtime.planes

    def score(self, tiles: Iterable[Pixels], take: Take) -> None:
        self.inner.score((np.roll(tile, number > 0, axis=1) for number, tile in enumerate(tiles)), take)


@pytest.mark.parametrize("tiling", [squares(64), Tiling(64, None, 5)], ids=["squares", "strips"])
def test_tiles_put_one_pixel_off_are_refused(trained: Checkpoint, held_out: HeldOut, tiling: Tiling) -> None:
    runtime = TorchRuntime(trained.network())
    misses = compared(trained, Moved(runtime), tiling, held_out).misses(limits_of("int8", strips=True))
    assert any(miss.startswith("mean difference of scores") for miss in misses)


def compared(checkpoint: Checkpoint, runtime: Runtime, tiling: Tiling, frames: HeldOut) -> Parity:
    """Compare what a runtime scores with a checkpoint."""
    reference, criteria = TorchRuntime(checkpoint.network()), Criteria(0.5, checkpoint.facts.classes)
    return compare_frames(reference, squares(64), {"torch": Scorer(runtime, tiling)}, frames, criteria)["torch"]
