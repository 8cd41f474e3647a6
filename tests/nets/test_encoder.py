from collections.abc import Callable
from pathlib import Path

import huggingface_hub.constants
import pytest
import timm
import torch
from torch import Tensor, nn

from scuff.core.errors import RecipeError, WeightsError
from scuff.nets import encoder as encoders
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


def test_an_encoder_whose_features_have_other_sizes_than_their_strides_say_is_refused() -> None:
    # Its first convolution has no padding: (96 - 3) // 2 + 1 = 47, and the next one 47 - 2 = 45; likewise 160, 79, 77.
    refused = (
        r"'inception_v3' does not go with the U: of a picture of 96×160 px, its features at stride 2 are 64×45×77, "
        r"where 64×48×80 are needed\. Take another one, such as efficientnet_b0"
    )
    with pytest.raises(RecipeError, match=refused):
        Encoder("inception_v3")


def test_an_encoder_for_one_size_alone_says_which() -> None:
    encoder = Encoder("levit_128s").eval()
    assert not encoder.any_size
    with torch.no_grad():
        assert [feature.shape[1:] for feature in encoder(torch.zeros(1, 3, 224, 224))] == [(128, 14, 14), (256, 7, 7)]
    refused = (
        r"'levit_128s' takes no pictures of 64×96 px: it ends in an error .*set patches\.size_px = 224 and cut the "
        "patches again; or take an encoder for any size"
    )
    with pytest.raises(RecipeError, match=refused):
        encoder(torch.zeros(1, 3, 64, 96))
    assert not encoder.training


def test_an_encoder_with_windows_takes_all_sizes_that_they_divide() -> None:
    encoder = Encoder("mobilevitv2_050").eval()  # windows of 2×2 pixels at stride 32
    with torch.no_grad():
        assert encoder(torch.zeros(1, 3, 64, 128))[-1].shape[2:] == (2, 4)
    with pytest.raises(RecipeError, match="takes no pictures of 96×64 px"):
        encoder(torch.zeros(1, 3, 96, 64))


def test_features_that_timm_gives_with_channels_last_are_turned() -> None:
    encoder = Encoder("swin_tiny_patch4_window7_224").eval()
    pixels = torch.rand(1, 3, 224, 224)
    with torch.no_grad():
        features, given = encoder(pixels), encoder.body(pixels)
    assert [feature.shape[1:] for feature in features] == [(96, 56, 56), (192, 28, 28), (384, 14, 14), (768, 7, 7)]
    assert features[-1][0, :, 2, 5].tolist() == given[-1][0, 2, 5].tolist()


def test_trying_an_encoder_leaves_the_weights_and_the_chance_of_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    def built(build: Callable[[], nn.Module]) -> tuple[nn.Module, Tensor]:
        torch.manual_seed(0)
        return build(), torch.get_rng_state()

    monkeypatch.setattr(encoders, "_FLAWS", {})
    tried, chance = built(lambda: Encoder("test_efficientnet").body)
    plain, undisturbed = built(lambda: timm.create_model("test_efficientnet", features_only=True))
    assert torch.equal(chance, undisturbed)
    assert all(module.training for module in tried.modules())
    for one, other in zip(tried.state_dict().values(), plain.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_an_encoder_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr(encoders, "_FLAWS", {})
    monkeypatch.setattr(Encoder, "_tried", lambda *given: tried.append(given))
    for _ in range(2):
        Encoder("test_efficientnet")
    assert len(tried) == 1
