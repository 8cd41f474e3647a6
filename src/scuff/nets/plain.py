"""An encoder of plain convolutions: what an int8 CPU or GPU computes fastest, and nothing that sees the whole input."""

from itertools import pairwise

from torch import Tensor, nn

PLAIN = "plain"
"""Its name in a recipe."""

CHANNELS = (16, 48, 128, 192, 256)
"""Of the features at strides 2, 4, 8, 16 and 32: few where pixels are many, multiples of 16 everywhere."""


class PlainEncoder(nn.Module):
    """Five stages of 3×3 convolutions with batch normalisation and ReLU; from stride 8 on with a shortcut.

    No squeeze-and-excitation and no other pooling over the whole input, so that tiles of any size score alike.
    """

    channels = CHANNELS
    any_size = True
    stride = 2

    def __init__(self) -> None:
        super().__init__()
        stages: list[nn.Module] = [Convolution(3, CHANNELS[0], stride=2)]
        for below, channels in pairwise(CHANNELS):
            body = Convolution(channels, channels) if channels < CHANNELS[2] else Block(channels)
            stages.append(nn.Sequential(Convolution(below, channels, stride=2), body))
        self.body = nn.ModuleList(stages)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """Give the features of the stages, from shallow to deep.

        Args:
            pixels: N×3×H×W, normalised; H and W multiples of 32.
        """
        features, x = [], pixels
        for stage in self.body:
            x = stage(x)
            features.append(x)
        return features


class Convolution(nn.Sequential):
    """3×3 convolution, batch normalisation, ReLU."""

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(channels_in, channels_out, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
        )


class Block(nn.Module):
    """Two convolutions and a shortcut around them (He and others, 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = Convolution(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        self.join = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """N×channels×h×w in and out."""
        y: Tensor = self.join(x + self.second(self.first(x)))
        return y
