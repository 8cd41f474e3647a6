"""Encoders: any timm model that gives features at strides 2 to 32, from pretrained weights or from scratch."""

from pathlib import Path
from typing import cast

import safetensors.torch
import timm
import torch
from timm.models import FeatureInfo
from torch import Tensor, nn

from scuff.core.errors import RecipeError, WeightsError

STRIDES = (2, 4, 8, 16, 32)


class Encoder(nn.Module):
    """The stages E1 to E5 of the U.

    Attributes:
        channels: Of the features at strides 2, 4, 8, 16 and 32; 0 where the model has no such stage.
    """

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


def make_encoder(name: str, weights: str) -> Encoder:
    """Build an encoder and load what it starts from.

    Args:
        name: Of a timm model.
        weights: ``imagenet``, ``none``, or the path of a file of weights.

    Raises:
        WeightsError: The weights cannot be had or do not fit; never a silent start from scratch.
    """
    if weights == "none":
        return Encoder(name)
    if weights == "imagenet":
        return _from_imagenet(name)
    encoder = Encoder(name)
    _load_file(encoder, Path(weights), name)
    return encoder


def _from_imagenet(name: str) -> Encoder:
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


def _load_file(encoder: Encoder, path: Path, name: str) -> None:
    if not path.is_file():
        raise WeightsError(f"--weights {path}: there is no such file; it may also be imagenet or none")
    state = _read_state(path)
    wanted = encoder.body.state_dict()
    missing = [key for key in wanted if key not in state]
    if missing:
        raise WeightsError(
            f"{path}: does not hold the weights of {name!r} ({len(missing)} of {len(wanted)} tensors are missing, "
            f"the first is {missing[0]})"
        )
    for key, tensor in wanted.items():
        if state[key].shape != tensor.shape:
            raise WeightsError(
                f"{path}: {key} is {tuple(state[key].shape)} there, but {tuple(tensor.shape)} in {name!r}"
            )
    encoder.body.load_state_dict({key: state[key] for key in wanted})


def _read_state(path: Path) -> dict[str, Tensor]:
    """Read tensors by name; those of a whole scuff network give its encoder."""
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch and safetensors raise types of their own, Rust's among them
        raise WeightsError(f"{path}: not a file of weights that can be read ({_first_line(error)})") from error
    state = content.get("state", content.get("state_dict", content)) if isinstance(content, dict) else None
    if not isinstance(state, dict):
        raise WeightsError(f"{path}: holds a {type(content).__name__}, not weights by name")
    prefix = "encoder.body."
    inner = {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}
    return cast("dict[str, Tensor]", inner or state)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
