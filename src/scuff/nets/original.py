"""The encoder of the original U-Net (Ronneberger, Fischer and Brox, 2015): it always starts from scratch."""

from itertools import pairwise

from torch import Tensor, nn

from scuff.nets.plain import Convolution

ORIGINAL = "unet"
"""Its name in a recipe."""

CHANNELS = (64, 128, 256, 512, 1024)
"""Of the features at strides 1, 2, 4, 8 and 16."""


class OriginalEncoder(nn.Module):
    """Five stages of two 3×3 convolutions, with 2×2 max pooling between them.

    Otherwise than in the paper, convolutions keep the size of their input, and batch normalisation follows each; a
    network of this depth hardly learns from scratch without it.
    """

    channels = CHANNELS
    any_size = True
    stride = 1

    def __init__(self) -> None:
        super().__init__()
        stages = [_double(3, CHANNELS[0])]
        stages += [nn.Sequential(nn.MaxPool2d(2), *_double(below, channels)) for below, channels in pairwise(CHANNELS)]
        self.body = nn.ModuleList(stages)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """Give the features of the stages, from shallow to deep.

        Args:
            pixels: N×3×H×W, normalised; H and W multiples of 16.
        """
        features, x = [], pixels
        for stage in self.body:
            x = stage(x)
            features.append(x)
        return features


def _double(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(*Convolution(channels_in, channels_out), *Convolution(channels_out, channels_out))
