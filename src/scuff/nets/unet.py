"""The U of the paper's figure: encoder stages E1 to E5, decoder stages D4 to D1, a head at full resolution."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 (the field's name for it)
from torch import Tensor, nn

from scuff.nets.encoder import STRIDES, Encoder, imagenet_encoder
from scuff.nets.weights import load_weights

MEAN = (0.485, 0.456, 0.406)
"""Of ImageNet's pixels, in [0, 1]: what pretrained encoders expect."""
STD = (0.229, 0.224, 0.225)


class SurfaceUNet(nn.Module):
    """Marks every pixel of a picture that belongs to a defect.

    Letters: N pictures, H×W pixels, C defect classes, K channels out of the head (1 for a single class, whose
    complement is sound metal; C + 1 for more, channel 0 being sound metal).
    """

    mean: Tensor
    std: Tensor

    def __init__(self, encoder: Encoder, decoder_channels: Sequence[int], classes: int) -> None:
        """Put a decoder and a head on an encoder.

        Args:
            encoder: Of any family.
            decoder_channels: Of D4, D3, D2, D1.
            classes: C, at least 1.
        """
        super().__init__()
        self.encoder = encoder
        below, skips = encoder.channels[-1], encoder.channels[-2::-1]
        stages = []
        for skip, channels in zip(skips, decoder_channels, strict=True):
            stages.append(DecoderStage(below, skip, channels))
            below = channels
        self.decoder = nn.ModuleList(stages)
        self.head = Head(below, classes + 1 if classes > 1 else 1)
        self.register_buffer("mean", 255 * torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", 255 * torch.tensor(STD).view(1, 3, 1, 1), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Give logits.

        Args:
            pixels: N×3×H×W, RGB in [0, 255], of any number type and size.

        Returns:
            N×K×H×W.
        """
        height, width = pixels.shape[-2:]
        x = (pixels.float() - self.mean) / self.std
        x = F.pad(x, (0, -width % STRIDES[-1], 0, -height % STRIDES[-1]), mode="replicate")
        *skips, x = self.encoder(x)
        for stage in self.decoder:
            skip = skips.pop() if stage.has_skip else None
            x = stage(x, skip)
        logits: Tensor = self.head(x)
        return logits[..., :height, :width]


class DecoderStage(nn.Module):
    """Doubles the resolution by a transposed convolution, joins the skip, and convolves twice."""

    def __init__(self, below: int, skip: int, channels: int) -> None:
        super().__init__()
        self.has_skip = skip > 0
        self.up = nn.ConvTranspose2d(below, channels, 2, stride=2)
        self.convolve = nn.Sequential(*_convolution(channels + skip, channels), *_convolution(channels, channels))

    def forward(self, x: Tensor, skip: Tensor | None) -> Tensor:
        """N×below×h×w and N×skip×2h×2w become N×channels×2h×2w."""
        x = self.up(x)
        if skip is not None:
            x = torch.cat((x, skip), dim=1)
        y: Tensor = self.convolve(x)
        return y


class Head(nn.Sequential):
    """From stride 2 to logits at full resolution."""

    def __init__(self, below: int, channels_out: int) -> None:
        narrow = max(8, below // 2)
        super().__init__(
            nn.ConvTranspose2d(below, narrow, 2, stride=2, bias=False),
            nn.BatchNorm2d(narrow),
            nn.ReLU(inplace=True),
            nn.Conv2d(narrow, channels_out, 3, padding=1),
        )


def probabilities(logits: Tensor) -> Tensor:
    """Turn logits into the probabilities of the defect classes.

    Args:
        logits: N×K×H×W.

    Returns:
        N×C×H×W in [0, 1]: the sigmoid of a single channel, else the softmax without sound metal's channel.
    """
    if logits.shape[1] == 1:
        return logits.sigmoid()
    return logits.softmax(dim=1)[:, 1:]


def make_unet(
    encoder: str,
    decoder_channels: Sequence[int],
    classes: int,
    weights: str,
    say: Callable[[str], object] | None = None,
) -> SurfaceUNet:
    """Build a network and load what it starts from.

    Args:
        encoder: Name of a timm model.
        decoder_channels: Of D4, D3, D2, D1.
        classes: C, at least 1.
        weights: ``imagenet``, for the encoder; ``none``; or the path of a file, see ``load_weights``.
        say: Called with what came from a file.

    Raises:
        RecipeError: The encoder is not one.
        WeightsError: The weights cannot be had, or do not fit.
    """
    body = imagenet_encoder(encoder) if weights == "imagenet" else Encoder(encoder)
    network = SurfaceUNet(body, decoder_channels, classes)
    if weights not in ("imagenet", "none"):
        loaded = load_weights(network, Path(weights), encoder)
        if say is not None:
            say(loaded)
    return network


def _convolution(channels_in: int, channels_out: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )
