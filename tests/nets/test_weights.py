from pathlib import Path

import pytest
import safetensors.torch
import torch

from scuff.core.errors import WeightsError
from scuff.core.recipe import Network
from scuff.nets.encoder import Encoder
from scuff.nets.unet import SurfaceUNet, make_unet

NAME = "test_efficientnet"
WIDTHS = (32, 24, 16, 8)
FIRST_PARTS = ("encoder.", "decoder.")


def network(weights: str | Path = "none", classes: int = 1, seed: int = 0) -> tuple[SurfaceUNet, list[str]]:
    """Make a network; give what was said of its weights, too."""
    torch.manual_seed(seed)
    said: list[str] = []
    return make_unet(Network(encoder=NAME, decoder_channels=WIDTHS), classes, str(weights), said.append), said


@pytest.fixture
def of_encoder() -> dict[str, torch.Tensor]:
    """Weights as a hub would give them: with a classifier that no encoder needs."""
    torch.manual_seed(3)
    return {**Encoder(NAME).body.state_dict(), "classifier.weight": torch.zeros(2, 2)}


def save_network(path: Path, classes: int = 1) -> dict[str, torch.Tensor]:
    """Write a network of the same kind, as a run does; give its weights."""
    state = network(classes=classes, seed=3)[0].state_dict()
    torch.save({"state": state, "facts": "{}"}, path)
    return state


def same(state: dict[str, torch.Tensor], other: dict[str, torch.Tensor], *parts: str) -> bool:
    return all(torch.equal(state[key], other[key]) for key in other if key.startswith(parts))


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_weights_of_an_encoder(tmp_path: Path, of_encoder: dict[str, torch.Tensor], suffix: str) -> None:
    path = tmp_path / f"weights{suffix}"
    safetensors.torch.save_file(of_encoder, path) if suffix == ".safetensors" else torch.save(of_encoder, path)
    started, said = network(path)
    assert torch.equal(started.encoder.body.state_dict()["conv_stem.weight"], of_encoder["conv_stem.weight"])
    assert same(started.state_dict(), network()[0].state_dict(), "decoder.", "head.")
    assert said == [f"encoder from {path}, decoder and head new"]


def test_an_encoder_of_a_network_without_a_decoder(tmp_path: Path, of_encoder: dict[str, torch.Tensor]) -> None:
    path = tmp_path / "checkpoint.pt"
    torch.save({f"encoder.body.{key}": value for key, value in of_encoder.items()}, path)
    started, said = network(path)
    assert torch.equal(started.encoder.body.state_dict()["conv_stem.weight"], of_encoder["conv_stem.weight"])
    assert said == [f"encoder from {path}, decoder and head new"]


@pytest.mark.parametrize("classes", [1, 2])
def test_a_whole_network_with_as_many_classes(tmp_path: Path, classes: int) -> None:
    weights = save_network(path := tmp_path / "checkpoint.pt", classes)
    started, said = network(path, classes)
    assert same(started.state_dict(), weights, "")
    assert said == [f"encoder, decoder and head from {path}"]


@pytest.mark.parametrize(
    ("there", "here", "words"), [(2, 1, "2 classes there, 1 here"), (1, 3, "1 class there, 3 here")]
)
def test_a_whole_network_with_other_classes_keeps_all_but_its_head(
    tmp_path: Path, there: int, here: int, words: str
) -> None:
    weights = save_network(path := tmp_path / "checkpoint.pt", there)
    started, said = network(path, here)
    assert same(started.state_dict(), weights, *FIRST_PARTS)
    assert same(started.state_dict(), network(classes=here)[0].state_dict(), "head.")
    assert said == [f"encoder and decoder from {path}, head new ({words})"]


def test_a_decoder_of_another_width_is_refused(tmp_path: Path) -> None:
    save_network(path := tmp_path / "checkpoint.pt")
    with pytest.raises(WeightsError) as raised:
        make_unet(Network(encoder=NAME, decoder_channels=(16, 16, 8, 8)), 1, str(path))
    said = str(raised.value)
    assert "its decoder has [32, 24, 16, 8] channels, but the one to train has [16, 16, 8, 8]" in said
    assert "--set 'network.decoder_channels=[32, 24, 16, 8]'" in said


@pytest.mark.parametrize(
    ("gone", "part"), [("decoder.0.convolve.0.weight", "the decoder"), ("head.0.weight", "the head")]
)
def test_a_part_that_is_not_whole_is_refused(tmp_path: Path, gone: str, part: str) -> None:
    weights = save_network(path := tmp_path / "checkpoint.pt")
    torch.save({key: value for key, value in weights.items() if key != gone}, path)
    with pytest.raises(WeightsError, match=f"does not hold the weights of {part} \\(1 of"):
        network(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"gone\.pth: there is no such file; it may also be imagenet or none"):
        network(tmp_path / "gone.pth")


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "damaged.pth").write_bytes(b"no weights")
    with pytest.raises(WeightsError, match=r"damaged\.pth: not a file of weights"):
        network(tmp_path / "damaged.pth")


def test_weights_of_another_encoder_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save(Encoder("test_resnet").body.state_dict(), path)
    with pytest.raises(WeightsError, match="does not hold the weights of 'test_efficientnet'"):
        network(path)


def test_weights_of_another_shape_are_refused(tmp_path: Path, of_encoder: dict[str, torch.Tensor]) -> None:
    path = tmp_path / "wide.pth"
    torch.save(of_encoder | {"conv_stem.weight": torch.zeros(1, 3, 3, 3)}, path)
    with pytest.raises(WeightsError, match=r"conv_stem\.weight is \(1, 3, 3, 3\) there"):
        network(path)


def test_a_file_without_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.pth"
    torch.save([1, 2], path)
    with pytest.raises(WeightsError, match="holds a list, not weights by name"):
        network(path)
