"""The U of the paper's figure: encoder stages E1 to E5, decoder stages D4 to D1, a head at full resolution."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from scuff.core.errors import RecipeError, WeightsError
from scuff.core.recipe import Network
from scuff.nets.encoder import STRIDES, Encoder, imagenet_encoder
from scuff.nets.original import ORIGINAL, OriginalEncoder
from scuff.nets.plain import PLAIN, Convolution, PlainEncoder
from scuff.nets.weights import load_weights

MEAN = (0.485, 0.456, 0.406)
"""Of ImageNet's pixels, in [0, 1]: what pretrained encoders expect."""
STD = (0.229, 0.224, 0.225)


AnyEncoder = Encoder | PlainEncoder | OriginalEncoder
"""Gives five features, each at half the resolution of the one before, the first at its ``stride``, 1 or 2."""

OWN_ENCODERS: Final[dict[str, Callable[[], AnyEncoder]]] = {PLAIN: PlainEncoder, ORIGINAL: OriginalEncoder}
"""By their names in a recipe; all others are timm's."""


class SurfaceUNet(nn.Module):
    """Marks every pixel of a picture that belongs to a defect.

    Letters: N pictures, H×W pixels, C defect classes, K channels out of the head (1 for a single class, whose
    complement is sound metal; C + 1 for more, channel 0 being sound metal).
    """

    mean: Tensor
    std: Tensor

    def __init__(self, encoder: AnyEncoder, decoder_channels: Sequence[int], classes: int, step: int = 1) -> None:
        """Put a decoder and a head on an encoder.

        Args:
            encoder: Of any family.
            decoder_channels: Of D4, D3, D2, D1.
            classes: C, at least 1.
            step: Pixels of a picture per side of a pixel of its scores: 1, or 2 for a head at half resolution.

        Raises:
            RecipeError: The encoder begins at full resolution, and the head is to work at half of it.
        """
        super().__init__()
        self.encoder = encoder
        below, skips = encoder.channels[-1], encoder.channels[-2::-1]
        stages = []
        for skip, channels in zip(skips, decoder_channels, strict=True):
            stages.append(DecoderStage(below, skip, channels))
            below = channels
        self.decoder = nn.ModuleList(stages)
        self.planes = 2 if classes > 1 else 1
        if step > encoder.stride:
            raise RecipeError(
                'network.head = "half": this network works at full resolution up to its end, so that half of it would '
                'save nothing; use network.head = "full"'
            )
        self.head: nn.Sequential = HEADS[encoder.stride, step](below, classes + 1 if classes > 1 else 1)
        self.step = step
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
        logits = self.coarse(pixels)
        if self.step > 1:
            logits = nn.functional.interpolate(logits, scale_factor=self.step, mode="nearest")
        return logits[..., :height, :width]

    def coarse(self, pixels: Tensor) -> Tensor:
        """Give logits at the resolution of the head.

        Args:
            pixels: As for ``forward``.

        Returns:
            N×K×h×w, where h = ⌈H / step⌉.
        """
        height, width = pixels.shape[-2:]
        beyond = -height % STRIDES[-1], -width % STRIDES[-1]
        x = (pixels.float() - self.mean) / self.std
        if any(beyond):
            x = nn.functional.pad(x, (0, beyond[1], 0, beyond[0]), mode="replicate")
        *skips, x = self.encoder(x)
        for stage in self.decoder:
            skip = skips.pop() if stage.has_skip else None
            x = stage(x, skip)
        logits: Tensor = self.head(x)
        if any(beyond):
            logits = logits[..., : -(-height // self.step), : -(-width // self.step)]
        return logits


class DecoderStage(nn.Module):
    """Doubles the resolution by a transposed convolution, joins the skip, and convolves twice."""

    def __init__(self, below: int, skip: int, channels: int) -> None:
        super().__init__()
        self.has_skip = skip > 0
        self.up = nn.ConvTranspose2d(below, channels, 2, stride=2)
        self.convolve = nn.Sequential(*Convolution(channels + skip, channels), *Convolution(channels, channels))

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


class HalfHead(nn.Sequential):
    """From stride 2 to logits there: each stands for 2×2 pixels."""

    def __init__(self, below: int, channels_out: int) -> None:
        super().__init__(nn.Conv2d(below, channels_out, 3, padding=1))


class OriginalHead(nn.Sequential):
    """From features at full resolution to logits there, as in the original U-Net."""

    def __init__(self, below: int, channels_out: int) -> None:
        super().__init__(nn.Conv2d(below, channels_out, 1))


HEADS = {(2, 1): Head, (2, 2): HalfHead, (1, 1): OriginalHead}
"""By the stride of the encoder's first features, and by step."""


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


def bare_unet(settings: Network, classes: int, imagenet: bool = False) -> SurfaceUNet:
    """Build the network that a recipe describes, without the weights that it asks for.

    Args:
        settings: Encoder, decoder and head.
        classes: C, at least 1.
        imagenet: Load ImageNet's weights into the encoder.

    Raises:
        RecipeError: The encoder is not one, or the head does not go with it.
        WeightsError: ImageNet's weights cannot be had.
    """
    if (own := OWN_ENCODERS.get(settings.encoder)) is not None:
        if imagenet:
            raise WeightsError(
                f'there are no ImageNet weights of the encoder "{settings.encoder}"; use --weights none, or a file'
            )
        encoder = own()
    else:
        encoder = imagenet_encoder(settings.encoder) if imagenet else Encoder(settings.encoder)
    return SurfaceUNet(encoder, settings.decoder_channels, classes, 2 if settings.head == "half" else 1)


def make_unet(settings: Network, classes: int, weights: str, say: Callable[[str], object] | None = None) -> SurfaceUNet:
    """Build a network and load what it starts from.

    Args:
        settings: Encoder, decoder and head.
        classes: C, at least 1.
        weights: ``imagenet``, for the encoder; ``none``; or the path of a file, see ``load_weights``.
        say: Called with what came from a file.

    Raises:
        RecipeError: The encoder is not one.
        WeightsError: The weights cannot be had, or do not fit.
    """
    network = bare_unet(settings, classes, imagenet=weights == "imagenet")
    if weights not in ("imagenet", "none"):
        loaded = load_weights(network, Path(weights), settings.encoder)
        if say is not None:
            say(loaded)
    return network
