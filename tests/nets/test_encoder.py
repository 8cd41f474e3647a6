from pathlib import Path

import huggingface_hub.constants
import pytest

from scuff.core.errors import RecipeError, WeightsError
from scuff.nets.encoder import Encoder, imagenet_encoder


def test_unreachable_imagenet_weights_name_three_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match="cannot be had") as raised:
        imagenet_encoder("test_efficientnet")
    for way in ("--weights none", "--weights FILE", "HF_HUB_CACHE=DIR"):
        assert way in str(raised.value)


def test_an_unknown_encoder_names_near_ones() -> None:
    with pytest.raises(RecipeError, match="'efficientnet_b99' is no timm model that gives features; near it are"):
        Encoder("efficientnet_b99")


def test_an_encoder_that_stops_early_is_refused() -> None:
    with pytest.raises(RecipeError, match="but the U needs stride 32"):
        Encoder("vit_tiny_patch16_224")
