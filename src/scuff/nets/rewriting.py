"""The same network in a form that computes faster: every rewrite here is exact but for rounding."""

import copy
from typing import cast

import torch
from torch import Tensor, nn

from scuff.nets.unet import Head, SurfaceUNet

PHASES = ((0, 0), (0, 1), (1, 0), (1, 1))
"""Row and column of each pixel of a 2×2 block, in the order of a pixel shuffle."""


def rewritten(network: SurfaceUNet) -> SurfaceUNet:
    """Give a copy of a trained network with a head that does its work at half resolution.

    The head of a full-resolution network doubles the resolution by a transposed convolution of stride 2, and convolves
    there: many pixels of few channels, which no CPU computes well. A transposed convolution of stride 2 and size 2 is a
    1×1 convolution that gives the four pixels of each block as channels, and a 3×3 convolution over these pixels is
    one over the blocks. Only the logits are spread out.
    """
    copied = copy.deepcopy(network).eval()
    if isinstance(copied.head, Head):
        copied.head = BlockHead(copied.head)
    return copied


class BlockHead(nn.Sequential):
    """``Head``, computed on blocks of 2×2 pixels: N×below×h×w become N×K×2h×2w."""

    def __init__(self, head: Head) -> None:
        """Take over the weights of a trained head."""
        up, norm, relu, last = head
        spread = _spread(cast("nn.ConvTranspose2d", up), cast("nn.BatchNorm2d", norm))
        super().__init__(spread, relu, _over_blocks(cast("nn.Conv2d", last)), nn.PixelShuffle(2))


def _spread(up: nn.ConvTranspose2d, norm: nn.BatchNorm2d) -> nn.Conv2d:
    """A transposed convolution of stride 2 with its normalisation, as a 1×1 convolution to 4 × narrow channels."""
    mean, variance = cast("Tensor", norm.running_mean), cast("Tensor", norm.running_var)
    scale = norm.weight / torch.sqrt(variance + norm.eps)
    below, narrow = up.in_channels, up.out_channels
    spread = nn.Conv2d(below, 4 * narrow, 1)
    with torch.no_grad():
        for phase, (row, column) in enumerate(PHASES):
            place = slice(phase * narrow, (phase + 1) * narrow)
            weight = up.weight[:, :, row, column].T * scale[:, None]  # below×narrow to narrow×below
            spread.weight[place] = weight[..., None, None]
            cast("Tensor", spread.bias)[place] = norm.bias - mean * scale
    return spread


def _over_blocks(convolution: nn.Conv2d) -> nn.Conv2d:
    """A 3×3 convolution over pixels as one over blocks: 4 × narrow channels in, K × 4 out, as a pixel shuffle wants."""
    narrow, channels_out = convolution.in_channels, convolution.out_channels
    over = nn.Conv2d(4 * narrow, 4 * channels_out, 3, padding=1)
    with torch.no_grad():
        over.weight.zero_()
        for phase, (row, column) in enumerate(PHASES):
            cast("Tensor", over.bias)[phase::4] = cast("Tensor", convolution.bias)
            for tap_y in range(3):
                for tap_x in range(3):
                    block_y, from_row = divmod(row + tap_y - 1, 2)
                    block_x, from_column = divmod(column + tap_x - 1, 2)
                    source = PHASES.index((from_row, from_column)) * narrow
                    weight = convolution.weight[:, :, tap_y, tap_x]
                    over.weight[phase::4, source : source + narrow, block_y + 1, block_x + 1] = weight
    return over
