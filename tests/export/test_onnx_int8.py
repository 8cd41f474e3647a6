import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper, parser

from scuff.core.errors import BundleError
from scuff.export.onnx_int8 import quantised_onnx

PATCHES = list(np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8))


def small_network() -> onnx.ModelProto:
    """Normalise, convolve twice beside each other, join, convolve, and turn into bytes."""
    model = parser.parse_model("""
        <ir_version: 9, opset_import: ["" : 20]>
        small (uint8[1,8,8,3] tiles) => (uint8[1,1,8,8] scores)
        <float scale = {255.0}, float full = {254.0}>
        {
            channels = Transpose <perm = [0, 3, 1, 2]> (tiles)
            floats = Cast <to = 1> (channels)
            shares = Div (floats, scale)
            left = Conv <pads = [1, 1, 1, 1]> (shares, left_weight)
            right = Conv <pads = [1, 1, 1, 1]> (shares, right_weight)
            joined = Concat <axis = 1> (left, right)
            logits = Conv <pads = [1, 1, 1, 1]> (joined, last_weight)
            score = Sigmoid (logits)
            scaled = Mul (score, full)
            rounded = Round (scaled)
            scores = Cast <to = 2> (rounded)
        }
    """)
    generator = np.random.default_rng(1)
    for name, shape in (("left", (16, 3, 3, 3)), ("right", (16, 3, 3, 3)), ("last", (1, 32, 3, 3))):
        weight = generator.normal(0, 0.2, shape).astype(np.float32)
        model.graph.initializer.append(numpy_helper.from_array(weight, f"{name}_weight"))
    for number, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{number}"
    return model


def scores_of(model: onnx.ModelProto) -> NDArray[np.uint8]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.stack([np.asarray(session.run(None, {"tiles": patch[None]})[0]) for patch in PATCHES])


def followers(model: onnx.ModelProto, name: str) -> list[str]:
    """What kind of layers take the output of a layer."""
    (given,) = (node.output[0] for node in model.graph.node if node.name == name)
    return [node.op_type for node in model.graph.node if given in node.input]


@pytest.fixture(scope="module")
def quantised() -> onnx.ModelProto:
    """The network in int8."""
    return quantised_onnx(small_network(), PATCHES)


def test_scores_stay_near(quantised: onnx.ModelProto) -> None:
    difference = np.abs(scores_of(quantised).astype(int) - scores_of(small_network()))
    assert 0 < difference.max() < 8


def test_convolutions_compute_in_bytes(quantised: onnx.ModelProto) -> None:
    makers = {output: node.op_type for node in quantised.graph.node for output in node.output}
    inputs = [makers[node.input[0]] for node in quantised.graph.node if node.op_type == "Conv"]
    assert inputs == ["DequantizeLinear"] * 3


def test_normalisation_and_scores_stay_float(quantised: onnx.ModelProto) -> None:
    nodes = {node.op_type: node for node in quantised.graph.node}
    makers = {output: node.op_type for node in quantised.graph.node for output in node.output}
    assert makers[nodes["Sigmoid"].input[0]] == "Conv"
    assert makers[nodes["Div"].input[0]] == "Cast"


def test_join_is_quantised_again_without_changing_a_value(quantised: onnx.ModelProto) -> None:
    (join,) = (node for node in quantised.graph.node if node.op_type == "Concat")
    assert followers(quantised, join.name) == ["QuantizeLinear"]
    without = onnx.ModelProto.FromString(quantised.SerializeToString())
    (convolution,) = (node for node in without.graph.node if join.output[0].removesuffix("_joined") in node.input)
    convolution.input[0] = join.output[0]
    np.testing.assert_array_equal(scores_of(without), scores_of(quantised))


def test_equal_networks_give_equal_bytes(quantised: onnx.ModelProto) -> None:
    again = quantised_onnx(small_network(), PATCHES)
    assert again.SerializeToString(deterministic=True) == quantised.SerializeToString(deterministic=True)


def test_no_patches_are_an_error() -> None:
    with pytest.raises(BundleError, match="int8 needs training patches to calibrate with; cut patches with `scuff"):
        quantised_onnx(small_network(), [])


def test_nncf_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    quantised_onnx(small_network(), PATCHES[:1])
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""
