"""The screening network: from a camera's bytes to one score for each cell of a frame, in the time of a few tiles."""

import torch
from torch import Tensor, nn

from scuff.nets.plain import Convolution

CELL_PX = 16
"""Side of the square that one score stands for, in pixels."""

REACH_PX = 48
"""A score depends on its cell and on what is no further away than this."""

INT8 = 127
"""Largest weight of the stem, as a whole number of its channel's steps."""

TOGETHER = 4
"""Pixels of a row that the stem takes for one, and rows that it takes at once."""


class ScreenNetwork(nn.Module):
    """Says which cells of a frame may hold a defect.

    Letters: B frames, H×W pixels (multiples of ``CELL_PX``), h×w cells.

    Nothing pools over the whole input, so that a strip of a frame scores as the frame does. The stem costs most, since
    it alone sees every pixel; the convolutions at stride 16 cost next to nothing.
    """

    def __init__(self) -> None:
        """Build it with random weights."""
        super().__init__()
        self.stem = Stem(24)
        layers = Convolution(24, 32, 2), Convolution(32, 64, 2), Convolution(64, 64), Convolution(64, 64)
        self.body = nn.Sequential(*layers)
        self.head = nn.Conv2d(64, 1, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """Give logits: B×H×W×3 bytes become B×h×w."""
        logits: Tensor = self.head(self.body(self.stem(frames)))
        return logits[:, 0]


class Stem(nn.Module):
    """A convolution of 4×4 pixels and stride 4 over bytes, by weights of eight bits.

    Four pixels of a row are twelve bytes side by side in memory. Taken for one pixel of twelve channels, they need a
    convolution of only 4×1. Bytes times bytes is what a processor multiplies fastest, so that an exported stem neither
    converts nor normalises a pixel. The weights are rounded in training too: what is taught is what runs.
    """

    def __init__(self, channels: int) -> None:
        """Build it with random weights."""
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels, 3 * TOGETHER, TOGETHER, 1))
        nn.init.kaiming_normal_(self.weight)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, frames: Tensor) -> Tensor:
        """B×H×W×3 bytes become B×channels×(H/4)×(W/4)."""
        x = frames.flatten(2).unflatten(2, (-1, 3 * TOGETHER)).permute(0, 3, 1, 2)  # B×H×W×3 to B×12×H×W/4
        values, steps = self.rounded()
        rounded = self.weight + (values * steps - self.weight).detach()  # gradients go straight through the rounding
        return nn.functional.relu(self.norm(nn.functional.conv2d(x.to(rounded.dtype), rounded, stride=(TOGETHER, 1))))

    def rounded(self) -> tuple[Tensor, Tensor]:
        """Weights as whole numbers from -127 to 127, and the step of each channel; their product is what is used."""
        steps = self.weight.detach().abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-12) / INT8
        return (self.weight.detach() / steps).round(), steps
