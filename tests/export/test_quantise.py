import nncf
import numpy as np
import openvino
import pytest

from scuff.core.errors import BundleError
from scuff.export import quantise
from scuff.export.networks import Calibration
from scuff.export.quantise import quantised
from scuff.inspection.scores import FULL


def integer_layers(model: openvino.Model) -> int:
    return sum(operation.get_type_name() == "FakeQuantize" for operation in model.get_ops())


def test_a_network_is_quantised_and_its_loss_measured(converted: openvino.Model, calibration: Calibration) -> None:
    made = quantised(converted.clone(), calibration.training, calibration.validation, 0.5)
    assert integer_layers(made.model) > 20
    assert made.kept_float == ()
    assert made.f1_float > 0.8
    assert abs(made.f1_float - made.f1) <= quantise.MAX_LOSS
    tile = calibration.training[0][None]
    before, after = (
        openvino.Core().compile_model(model, "CPU")([tile])[0].astype(int) for model in (converted, made.model)
    )
    assert 0 < np.abs(before[:, 0] - after[:, 0]).mean() < 0.02 * FULL


def test_where_int8_costs_too_much_it_is_taken_back_until_it_does_not(
    converted: openvino.Model, calibration: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    harmless = nncf.quantize

    def harmful(model: openvino.Model, *arguments: object, **options: object) -> openvino.Model:
        """Quantise, and let the head's weights be lost: whatever comes is called sound."""
        made = harmless(model, *arguments, **options)
        constants = [operation for operation in made.get_ops() if operation.get_type_name() == "FakeQuantize"]
        for operation in constants:
            zero = openvino.opset13.constant(np.zeros_like(operation.input_value(4).get_node().data))
            operation.input(4).replace_source_output(zero.output(0))
            operation.input(3).replace_source_output(zero.output(0))
        made.validate_nodes_and_infer_types()
        return made

    monkeypatch.setattr(nncf, "quantize", harmful)
    made = quantised(converted.clone(), calibration.training[:8], calibration.validation[:6], 0.5, max_loss=0.02)
    assert made.f1_float - made.f1 <= 0.02
    assert integer_layers(made.model) > 0


def test_without_patches_there_is_no_int8(converted: openvino.Model, calibration: Calibration) -> None:
    with pytest.raises(BundleError, match="training patches to calibrate with"):
        quantised(converted.clone(), [], calibration.validation, 0.5)
    sound = [(pixels, np.zeros_like(truth)) for pixels, truth in calibration.validation]
    with pytest.raises(BundleError, match="validation patches with defects"):
        quantised(converted.clone(), calibration.training, sound, 0.5)
