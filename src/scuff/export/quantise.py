"""Eight-bit integers instead of floating point, calibrated on what the network was trained on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import nncf
import numpy as np
import openvino
from numpy.typing import NDArray

from scuff.core.errors import BundleError
from scuff.core.mask import OUTSIDE, SOUND
from scuff.export.quietly import quietly
from scuff.inspection.scores import level

CALIBRATION_PATCHES = 300
"""Patches whose activations set the ranges: NNCF's recommendation."""

RANKING_PATCHES = 60
"""Validation patches by which layers are ranked when some must go back to floating point; NNCF takes those that differ
most. What int8 costs is measured on all of them."""

FIRST_INT8 = 8
"""Stride of the features from which layers are int8, where int8 for all is too much."""

MAX_LOSS = 0.004
"""Pixel F1 on validation patches that int8 may cost before layers go back to floating point."""

Patch = NDArray[np.uint8]
Example = tuple[Patch, Patch]
"""Pixels (H×W×3) and truth (H×W)."""

Measure = Callable[[openvino.CompiledModel, Iterable[Example]], tuple[float, None]]
"""Gives the pixel F1 of a compiled model; the second entry is what NNCF would take single examples' figures from."""


@dataclass(frozen=True, slots=True)
class Quantised:
    """An int8 model.

    Attributes:
        model: From 1×H×W×3 bytes to 1×K×h×w bytes, as the one it was made of.
        kept_float: Names of the layers that stayed floating point because int8 would have cost too much.
        f1_float: Pixel F1 on validation patches before.
        f1: The same after.
    """

    model: openvino.Model
    kept_float: tuple[str, ...]
    f1_float: float
    f1: float


def quantised(
    model: openvino.Model,
    training: Sequence[Patch],
    validation: Sequence[Example],
    threshold: float,
    max_loss: float = MAX_LOSS,
) -> Quantised:
    """Quantise a model after training; where that costs too much, take layers back to floating point.

    First those at both ends, which cost little time and most of the accuracy; then, if that is not enough, one by one.

    Args:
        model: As ``conversion.openvino_model`` gives it; reshaped to the size of the patches.
        training: Patches that the network was trained on, of H×W×3 pixels; they set the ranges.
        validation: Patches of other parts, with their truth; they measure the loss.
        threshold: Score from which a pixel is defective.
        max_loss: Pixel F1 that may be lost.

    Raises:
        BundleError: There is nothing to calibrate or to measure with, or no choice of layers is good enough.
    """
    if not training or not any((truth != SOUND).any() for _, truth in validation):
        raise BundleError(
            "int8 needs training patches to calibrate with, and validation patches with defects to measure the loss "
            "on; cut patches with `scuff patches`, or export with another precision"
        )
    height, width = training[0].shape[:2]
    model.reshape([1, height, width, 3])
    ranges = nncf.Dataset([patch[None] for patch in training[:CALIBRATION_PATCHES]])
    measure = _measure(threshold)
    before, _ = measure(_compile(model), validation)
    plain = made = _quantise(model, ranges, [])
    after, _ = measure(_compile(made), validation)
    if before - after > max_loss:
        made = _quantise(model, ranges, _ends(model))
        after, _ = measure(_compile(made), validation)
    if before - after > max_loss:
        made = _restored(model, ranges, validation, measure, max_loss)
        after, _ = measure(_compile(made), validation)
    return Quantised(made, tuple(sorted(_quantised_inputs(plain) - _quantised_inputs(made))), before, after)


def _ends(model: openvino.Model) -> list[str]:
    """The names of the layers that int8 harms most: those before stride ``FIRST_INT8``, and the last two.

    The first ones see calm metal, on which all their values are small, while their ranges are those of defects.
    """
    kinds = ("Convolution", "GroupConvolution", "ConvolutionBackpropData")
    layers = [layer for layer in model.get_ordered_ops() if layer.get_type_name() in kinds]
    side = model.input(0).shape[1]
    strides = [side // layer.output(0).shape[2] for layer in layers]
    early = next((number for number, stride in enumerate(strides) if FIRST_INT8 <= stride < side), 1)
    return [layer.get_friendly_name() for layer in (*layers[:early], *layers[-2:])]


def _quantise(model: openvino.Model, ranges: nncf.Dataset, kept: Sequence[str]) -> openvino.Model:
    """Quantise all layers but some."""
    with quietly():
        return nncf.quantize(
            model,
            ranges,
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=CALIBRATION_PATCHES,
            ignored_scope=nncf.IgnoredScope(names=list(kept)),
        )


def _restored(
    model: openvino.Model, ranges: nncf.Dataset, validation: Sequence[Example], measure: Measure, max_loss: float
) -> openvino.Model:
    """Quantise, and take layers back to floating point one by one until little enough is lost; takes minutes."""
    ranking = nncf.AdvancedAccuracyRestorerParameters(ranking_subset_size=RANKING_PATCHES)
    with quietly():
        return nncf.quantize_with_accuracy_control(
            model,
            ranges,
            nncf.Dataset(validation),
            measure,
            max_drop=max_loss,
            preset=nncf.QuantizationPreset.MIXED,
            advanced_accuracy_restorer_parameters=ranking,
        )


def _measure(threshold: float) -> Measure:
    """Give what NNCF measures a model by: pixel F1, defective against sound."""
    least = level(threshold)

    def pixel_f1(compiled: openvino.CompiledModel, examples: Iterable[Example]) -> tuple[float, None]:
        request = compiled.create_infer_request()
        right = called = wanted = 0
        for pixels, truth in examples:
            score = request.infer([pixels[None]])[compiled.output(0)][0, 0]
            step = truth.shape[0] // score.shape[0]
            called_here = (score >= least).repeat(step, axis=0).repeat(step, axis=1)[truth != OUTSIDE]
            defective = truth[truth != OUTSIDE] != SOUND
            right += int(np.count_nonzero(called_here & defective))
            called += int(np.count_nonzero(called_here))
            wanted += int(np.count_nonzero(defective))
        return 2 * right / max(1, called + wanted), None

    return pixel_f1


def _compile(model: openvino.Model) -> openvino.CompiledModel:
    return openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "bf16"})


def _quantised_inputs(model: openvino.Model) -> set[str]:
    """The names of the layers that take quantised values."""
    return {
        target.get_node().get_friendly_name()
        for operation in model.get_ops()
        if operation.get_type_name() == "FakeQuantize"
        for target in operation.output(0).get_target_inputs()
    }
