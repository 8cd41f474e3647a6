"""Encoders: any timm model that gives features at strides 2 to 32."""

from typing import cast

import timm
from timm.models import FeatureInfo
from torch import Tensor, nn

from scuff.core.errors import RecipeError, WeightsError

STRIDES = (2, 4, 8, 16, 32)


class Encoder(nn.Module):
    """The stages E1 to E5 of the U.

    Attributes:
        channels: Of the features at strides 2, 4, 8, 16 and 32; 0 where the model has no such stage.
        stride: Of the first features.
    """

    stride = STRIDES[0]

    def __init__(self, name: str, pretrained: bool = False) -> None:
        """Build the model.

        Args:
            name: Of a timm model.
            pretrained: Load the ImageNet weights that timm knows for it.

        Raises:
            RecipeError: timm has no such model, or it gives no features down to stride 32.
        """
        super().__init__()
        try:
            self.body = timm.create_model(name, features_only=True, pretrained=pretrained)
        except RuntimeError as error:
            if "Unknown model" not in str(error) and "not supported" not in str(error):
                raise
            near = timm.list_models(f"*{name.split('_')[0]}*")[:5]
            hint = f"near it are {', '.join(near)}" if near else "`timm.list_models()` lists them all"
            raise RecipeError(f"network.encoder: {name!r} is no timm model that gives features; {hint}") from error
        info = cast("FeatureInfo", self.body.feature_info)
        found = dict(zip(info.reduction(), info.channels(), strict=True))
        if 32 not in found:
            raise RecipeError(
                f"network.encoder: {name!r} gives features at strides {sorted(found)}, but the U needs stride 32"
            )
        self.channels = tuple(found.get(stride, 0) for stride in STRIDES)
        self._order = [info.reduction().index(stride) for stride in STRIDES if stride in found]

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """Give the features of the stages that exist, from shallow to deep.

        Args:
            pixels: N×3×H×W, normalised; H and W multiples of 32.
        """
        features: list[Tensor] = self.body(pixels)
        return [features[index] for index in self._order]


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
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise WeightsError(
            f"the ImageNet weights of {name!r} cannot be had ({reason}). Three ways out:\n"
            "  --weights none          start from scratch\n"
            "  --weights FILE          a .safetensors or .pth file of this encoder, fetched elsewhere\n"
            "  HF_HUB_CACHE=DIR        a hub cache that already holds them, copied from another machine"
        ) from error
