from pathlib import Path

import huggingface_hub.constants
import pytest
import safetensors.torch
import torch

from scuff.core.errors import RecipeError, WeightsError
from scuff.nets.encoder import Encoder, make_encoder

NAME = "test_efficientnet"


@pytest.fixture
def weights() -> dict[str, torch.Tensor]:
    """Weights as a hub would give them: with a classifier that no encoder needs."""
    torch.manual_seed(3)
    return {**Encoder(NAME).body.state_dict(), "classifier.weight": torch.zeros(2, 2)}


def first_weight(encoder: Encoder) -> torch.Tensor:
    weight: torch.Tensor = encoder.body.state_dict()["conv_stem.weight"]
    return weight


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_weights_from_a_file(tmp_path: Path, weights: dict[str, torch.Tensor], suffix: str) -> None:
    path = tmp_path / f"weights{suffix}"
    safetensors.torch.save_file(weights, path) if suffix == ".safetensors" else torch.save(weights, path)
    assert torch.equal(first_weight(make_encoder(NAME, str(path))), weights["conv_stem.weight"])


def test_weights_of_a_whole_network(tmp_path: Path, weights: dict[str, torch.Tensor]) -> None:
    path = tmp_path / "checkpoint.pt"
    torch.save({"state": {f"encoder.body.{key}": value for key, value in weights.items()}, "facts": "{}"}, path)
    assert torch.equal(first_weight(make_encoder(NAME, str(path))), weights["conv_stem.weight"])


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"gone\.pth: there is no such file; it may also be imagenet or none"):
        make_encoder(NAME, str(tmp_path / "gone.pth"))


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "damaged.pth").write_bytes(b"no weights")
    with pytest.raises(WeightsError, match=r"damaged\.pth: not a file of weights"):
        make_encoder(NAME, str(tmp_path / "damaged.pth"))


def test_weights_of_another_encoder_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save(Encoder("test_resnet").body.state_dict(), path)
    with pytest.raises(WeightsError, match="does not hold the weights of 'test_efficientnet'"):
        make_encoder(NAME, str(path))


def test_weights_of_another_shape_are_refused(tmp_path: Path, weights: dict[str, torch.Tensor]) -> None:
    path = tmp_path / "wide.pth"
    torch.save(weights | {"conv_stem.weight": torch.zeros(1, 3, 3, 3)}, path)
    with pytest.raises(WeightsError, match=r"conv_stem\.weight is \(1, 3, 3, 3\) there"):
        make_encoder(NAME, str(path))


def test_a_file_without_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.pth"
    torch.save([1, 2], path)
    with pytest.raises(WeightsError, match="holds a list, not weights by name"):
        make_encoder(NAME, str(path))


def test_unreachable_imagenet_weights_name_three_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match="cannot be had") as raised:
        make_encoder(NAME, "imagenet")
    for way in ("--weights none", "--weights FILE", "HF_HUB_CACHE=DIR"):
        assert way in str(raised.value)


def test_an_unknown_encoder_names_near_ones() -> None:
    with pytest.raises(RecipeError, match="'efficientnet_b99' is no timm model that gives features; near it are"):
        make_encoder("efficientnet_b99", "none")


def test_an_encoder_that_stops_early_is_refused() -> None:
    with pytest.raises(RecipeError, match="but the U needs stride 32"):
        make_encoder("vit_tiny_patch16_224", "none")
