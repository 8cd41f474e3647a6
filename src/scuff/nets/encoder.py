"""Encoders: the timm models whose features lie where the U needs them, at strides 2 to 32."""

from typing import Final, cast

import timm
import torch
from timm.layers.format import Format
from timm.models import FeatureInfo
from torch import Tensor, nn

from scuff.core.errors import RecipeError, WeightsError

STRIDES = (2, 4, 8, 16, 32)

TRIED_HW = 96, 160
"""The picture that every new encoder is tried on: three by five deepest features, which windows of a fixed number and
tables made for squares do not fit."""

INSTEAD = "efficientnet_b0, resnet34, convnext_nano or pvt_v2_b0"
"""Encoders that take pictures of any size."""

_FLAWS: Final[dict[tuple[str, int, int], str | None]] = {}
"""What was found out by name, height and width, so that a process tries each once."""


class Encoder(nn.Module):
    """The stages E1 to E5 of the U.

    Attributes:
        channels: Of the features at strides 2, 4, 8, 16 and 32; 0 where the model has no such stage.
        stride: Of the first features.
        any_size: Whether it takes pictures of all multiples of 32; else some, its own size among them.
    """

    stride = STRIDES[0]

    def __init__(self, name: str, pretrained: bool = False) -> None:
        """Build the model, and try it on a small picture where this process has not done so before.

        Trying it draws no random numbers, so that the weights are those of the seed.

        Args:
            name: Of a timm model.
            pretrained: Load the ImageNet weights that timm knows for it.

        Raises:
            RecipeError: timm has no such model, it gives no features down to stride 32, or they have other sizes than
                their strides say, at any size or at its own.
        """
        super().__init__()
        self._name = name
        self.body = _timm_model(name, pretrained)
        info = cast("FeatureInfo", self.body.feature_info)
        found = dict(zip(info.reduction(), info.channels(), strict=True))
        if STRIDES[-1] not in found:
            raise RecipeError(
                f"network.encoder: {name!r} gives features at strides {sorted(found)}, but the U needs stride 32; take "
                f"another one, such as {INSTEAD}"
            )
        self.channels = tuple(found.get(stride, 0) for stride in STRIDES)
        self._order = [info.reduction().index(stride) for stride in STRIDES if stride in found]
        self._channels_last = getattr(self.body, "output_fmt", None) == Format.NHWC
        flaw = self._flaw(*TRIED_HW)
        self.any_size = flaw is None
        if flaw and self._flaw(self._own_px, self._own_px):
            raise RecipeError(
                f"network.encoder: {name!r} does not go with the U: of a picture of {'×'.join(map(str, TRIED_HW))} px, "
                f"{flaw}. Take another one, such as {INSTEAD}"
            )

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """Give the features of the stages that exist, from shallow to deep.

        Args:
            pixels: N×3×H×W, normalised; H and W multiples of 32.

        Raises:
            RecipeError: The encoder takes no pictures of this size.
        """
        # What is exported has been tried; a trace shall hold no trial.
        if not self.any_size and not torch.compiler.is_compiling():
            height, width = pixels.shape[-2:]
            if flaw := self._flaw(height, width):
                raise RecipeError(
                    f"network.encoder: {self._name!r} takes no pictures of {height}×{width} px: {flaw}. Of its own "
                    f"size it does: set patches.size_px = {self._own_px} and cut the patches again; or take an encoder "
                    f"for any size, such as {INSTEAD}"
                )
        return self._features(pixels)

    def _features(self, pixels: Tensor) -> list[Tensor]:
        features: list[Tensor] = self.body(pixels)
        ordered = [features[index] for index in self._order]
        if self._channels_last:
            return [feature.permute(0, 3, 1, 2) for feature in ordered]  # N×h×w×channels to N×channels×h×w
        return ordered

    @property
    def _own_px(self) -> int:
        """Side of the pictures that it was made for, with what the U adds to have a multiple of 32."""
        known = cast("dict[str, tuple[int, int, int]]", self.body.pretrained_cfg)
        side = known["input_size"][-1]
        return -(-side // STRIDES[-1]) * STRIDES[-1]

    def _flaw(self, height: int, width: int) -> str | None:
        """Say what is wrong with the features of a picture of this size; ``None`` where nothing is."""
        key = self._name, height, width
        if key not in _FLAWS:
            _FLAWS[key] = self._tried(height, width)
        return _FLAWS[key]

    def _tried(self, height: int, width: int) -> str | None:
        was_training = self.body.training
        self.body.eval()  # so that nothing is dropped by chance, and no statistics change
        try:
            with torch.no_grad(), torch.random.fork_rng(devices=[]):
                pixels = torch.zeros(1, 3, height, width, device=next(self.body.parameters()).device)
                features = self._features(pixels)
        except torch.OutOfMemoryError:  # says nothing about the encoder
            raise
        except (AssertionError, RuntimeError, ValueError, IndexError) as error:  # how families of a fixed size end
            return f"it ends in an error ({_first_line(error)})"
        finally:
            self.body.train(was_training)
        stages = [(stride, channels) for stride, channels in zip(STRIDES, self.channels, strict=True) if channels]
        for feature, (stride, channels) in zip(features, stages, strict=True):
            needed = channels, height // stride, width // stride
            if feature.shape[1:] != needed:
                found = "×".join(map(str, feature.shape[1:]))
                return f"its features at stride {stride} are {found}, where {'×'.join(map(str, needed))} are needed"
        return None


def _timm_model(name: str, pretrained: bool) -> nn.Module:
    """Build the model; unlike timm, name near ones where there is none of this name."""
    try:
        return timm.create_model(name, features_only=True, pretrained=pretrained)
    except RuntimeError as error:
        if "Unknown model" not in str(error) and "not supported" not in str(error):
            raise
        near = timm.list_models(f"*{name.split('_')[0]}*")[:5]
        hint = f"near it are {', '.join(near)}" if near else "`timm.list_models()` lists them all"
        raise RecipeError(f"network.encoder: {name!r} is no timm model that gives features; {hint}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def imagenet_encoder(name: str) -> Encoder:
    """Build an encoder with the ImageNet weights that timm knows for it.

    Args:
        name: Of a timm model.

    Raises:
        RecipeError: As ``Encoder``.
        WeightsError: The weights cannot be had; never a silent start from scratch.
    """
    try:
        return Encoder(name, pretrained=True)
    except RecipeError:
        raise
    except Exception as error:  # the hub's client raises a dozen unrelated types when it finds no network
        raise WeightsError(
            f"the ImageNet weights of {name!r} cannot be had ({_first_line(error)}). Three ways out:\n"
            "  --weights none          start from scratch\n"
            "  --weights FILE          a .safetensors or .pth file of this encoder, fetched elsewhere\n"
            "  HF_HUB_CACHE=DIR        a hub cache that already holds them, copied from another machine"
        ) from error
