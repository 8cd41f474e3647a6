"""A taught screening network becomes an OpenVINO model.

Built operation by operation, because OpenVINO must see that the stem multiplies bytes by bytes, and the converter from
torch tells it nothing of weights of eight bits.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import Node
from openvino import opset13 as ops
from torch import Tensor, nn

from scuff.inspection.scores import FULL, INVALID
from scuff.nets.screen import TOGETHER, ScreenNetwork, Stem

BYTE = 255

Values = NDArray[np.float32]


def screen_model(network: ScreenNetwork) -> openvino.Model:
    """Convert a screening network.

    Args:
        network: One that has been taught.

    Returns:
        A model from 1×H×W×3 bytes to 1×1×h×w bytes, see ``inspection.scores``; for any H and W that are multiples of
        ``CELL_PX``.
    """
    frames = ops.parameter([1, -1, -1, 3], np.uint8, name="frames")
    x = _stem(frames, network.stem)
    for layer in network.body.children():
        convolution, norm, _ = cast("tuple[nn.Conv2d, nn.BatchNorm2d, nn.ReLU]", tuple(layer.children()))
        x = _convolution(x, convolution, norm)
    head = network.head
    logits = _sums(x, ops.constant(_values(head.weight)), _values(head.bias), (1, 1), (0, 0))
    scaled = ops.round(ops.multiply(ops.sigmoid(logits), np.float32(FULL)), "half_to_even")
    scores = ops.select(ops.equal(scaled, scaled), scaled, np.float32(INVALID))  # what is no number is not even itself
    return openvino.Model([ops.convert(scores, "u8")], [frames], "screen")


def _stem(frames: Node, stem: Stem) -> Node:
    as_twelve = np.array([0, 0, -1, 3 * TOGETHER])  # 0: as it is
    x = ops.transpose(ops.reshape(frames, as_twelve, special_zero=True), np.array([0, 3, 1, 2]))
    # Changes nothing: bytes stay what they are. It says that they are, which lets the convolution take them.
    low, high = np.float32(0), np.float32(BYTE)
    x = ops.fake_quantize(ops.convert(x, "f32"), low, high, low, high, BYTE + 1)
    values, steps = stem.rounded()
    factor, shift = _folded(stem.norm)
    weights = ops.multiply(ops.convert(ops.constant(_values(values).astype(np.int8)), "f32"), _values(steps) * factor)
    return ops.relu(_sums(x, weights, shift, (TOGETHER, 1), (0, 0)))


def _convolution(x: Node, convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> Node:
    factor, shift = _folded(norm)
    weights = ops.constant(_values(convolution.weight) * factor)
    return ops.relu(_sums(x, weights, shift, convolution.stride, (1, 1)))


def _sums(x: Node, weights: Node, shift: Values, stride: Sequence[int], padding: Sequence[int]) -> Node:
    products = ops.convolution(x, weights, list(stride), list(padding), list(padding), [1, 1])
    return ops.add(products, shift.reshape(1, -1, 1, 1))


def _folded(norm: nn.BatchNorm2d) -> tuple[Values, Values]:
    """What a batch normalisation multiplies with (O×1×1×1, for the weights before it) and adds (O)."""
    if norm.running_mean is None or norm.running_var is None:
        raise TypeError("a batch normalisation without running figures cannot be folded")
    factor = _values(norm.weight) / np.sqrt(_values(norm.running_var) + np.float32(norm.eps))
    return factor.reshape(-1, 1, 1, 1), _values(norm.bias) - _values(norm.running_mean) * factor


def _values(weights: Tensor | None) -> Values:
    if weights is None:
        raise TypeError("a layer without weights cannot be converted")
    return np.asarray(weights.detach().numpy(), np.float32)
