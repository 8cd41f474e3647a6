"""An ONNX model in eight-bit integers, calibrated on what the network was trained on."""

from collections.abc import Sequence
from typing import Final

import nncf
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from scuff.core.errors import BundleError
from scuff.export.quietly import quietly

CALIBRATION_PATCHES: Final = 300
"""Patches whose activations set the ranges: NNCF's recommendation."""


def quantised_onnx(model: onnx.ModelProto, patches: Sequence[NDArray[np.uint8]]) -> onnx.ModelProto:
    """Quantise a model after training, from its first convolution to its last.

    Args:
        model: As ``onnx_model`` gives it.
        patches: Training patches, S×S×3 each; they set the ranges.

    Raises:
        BundleError: There is no patch.
    """
    if not patches:
        raise BundleError(
            "int8 needs training patches to calibrate with; cut patches with `scuff patches`, or export with another "
            "precision"
        )
    name = model.graph.input[0].name
    ranges = nncf.Dataset([{name: patch[None]} for patch in patches[:CALIBRATION_PATCHES]])
    with quietly():
        quantised: onnx.ModelProto = nncf.quantize(
            model,
            ranges,
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=CALIBRATION_PATCHES,
            ignored_scope=nncf.IgnoredScope(names=_outer(model)),
        )
    return _with_quantised_joins(quantised)


def _outer(model: onnx.ModelProto) -> list[str]:
    """The names of the layers before the first convolution and after the last: normalisation and scores."""
    nodes = model.graph.node
    convolutions = [number for number, node in enumerate(nodes) if node.op_type in ("Conv", "ConvTranspose")]
    inner = range(convolutions[0], convolutions[-1] + 1)
    return [node.name for number, node in enumerate(nodes) if number not in inner]


def _with_quantised_joins(model: onnx.ModelProto) -> onnx.ModelProto:
    """Quantise what joins several inputs of one scale with this scale again, which changes no value.

    NNCF leaves such a join without a quantiser of its own, since its inputs have one. ONNX Runtime then joins floating
    point, and the convolution after it, one of the heaviest, stays floating point as well.
    """
    graph = model.graph
    sources = {output: node for node in graph.node for output in node.output}
    values = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    nodes = []
    for node in graph.node:
        nodes.append(node)
        before = [sources.get(name) for name in node.input]
        if node.op_type == "Concat" and _one_scale(before, values):
            nodes += _quantiser(node, list(sources[node.input[0]].input[1:]))
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def _one_scale(before: Sequence[onnx.NodeProto | None], values: dict[str, NDArray[np.generic]]) -> bool:
    """Tell whether all that is joined was quantised with the same scale and the same zero point."""
    quantised = [node for node in before if node is not None and node.op_type == "DequantizeLinear"]
    settings = {tuple(values[name].tobytes() for name in node.input[1:]) for node in quantised}
    return len(quantised) == len(before) and len(settings) == 1


def _quantiser(join: onnx.NodeProto, settings: Sequence[str]) -> list[onnx.NodeProto]:
    """Make a quantiser that gives what the join gave until now."""
    name = join.output[0]
    join.output[0] = f"{name}_joined"
    return [
        helper.make_node("QuantizeLinear", [f"{name}_joined", *settings], [f"{name}_bytes"], f"{name}_quantise"),
        helper.make_node("DequantizeLinear", [f"{name}_bytes", *settings], [name], f"{name}_dequantise"),
    ]
