import pytest
import torch

from scuff.core.errors import WeightsError
from scuff.core.recipe import Network
from scuff.nets.encoder import Encoder
from scuff.nets.unet import DecoderStage, SurfaceUNet, bare_unet, probabilities


def tiny(classes: int = 1, encoder: str = "test_efficientnet") -> SurfaceUNet:
    torch.manual_seed(0)
    return bare_unet(Network(encoder=encoder, decoder_channels=(32, 24, 16, 8)), classes).eval()


@pytest.mark.parametrize(("classes", "channels"), [(1, 1), (2, 3), (5, 6)])
def test_channels_out(classes: int, channels: int) -> None:
    assert tiny(classes)(torch.zeros(2, 3, 64, 64)).shape == (2, channels, 64, 64)


@pytest.mark.parametrize("hw", [(32, 32), (33, 65), (1, 1), (100, 40)])
def test_any_size_comes_out_as_it_went_in(hw: tuple[int, int]) -> None:
    assert tiny()(torch.zeros(1, 3, *hw, dtype=torch.uint8)).shape == (1, 1, *hw)


def test_normalisation_is_part_of_the_network() -> None:
    network = tiny()
    pixels = torch.randint(0, 256, (1, 3, 32, 32), dtype=torch.uint8)
    assert torch.equal(network(pixels), network(pixels.float()))
    assert network.mean.flatten().tolist() == pytest.approx([123.675, 116.28, 103.53])


def test_an_encoder_without_a_stage_at_stride_2() -> None:
    network = tiny(encoder="test_convnext")
    assert [stage.has_skip for stage in network.decoder if isinstance(stage, DecoderStage)] == [True] * 3 + [False]
    assert network(torch.zeros(1, 3, 64, 64)).shape == (1, 1, 64, 64)


@pytest.mark.parametrize(
    ("name", "channels"),
    [
        ("efficientnet_b0", (16, 24, 40, 112, 320)),  # as published (Tan and Le 2019, table 1)
        ("resnet50", (64, 256, 512, 1024, 2048)),  # as published (He et al. 2016, table 1)
    ],
)
def test_channels_of_published_encoders(name: str, channels: tuple[int, ...]) -> None:
    assert Encoder(name).channels == channels


def test_every_weight_gets_a_gradient() -> None:
    network = tiny().train()
    network(torch.rand(2, 3, 64, 64) * 255).square().mean().backward()
    assert [name for name, weight in network.named_parameters() if weight.grad is None] == []


def test_probabilities_of_one_class_are_sigmoids() -> None:
    assert probabilities(torch.zeros(1, 1, 1, 1)).item() == 0.5


def test_probabilities_of_several_classes_leave_sound_metal_out() -> None:
    scores = probabilities(torch.tensor([0.2, 0.5, 0.3]).log().view(1, 3, 1, 1))
    assert scores.flatten().tolist() == pytest.approx([0.5, 0.3])


def test_the_plain_encoder_with_a_head_at_half_resolution() -> None:
    settings = Network(encoder="plain", decoder_channels=(32, 24, 16, 8), head="half")
    network = bare_unet(settings, 1).eval()
    assert (network.step, network.planes) == (2, 1)
    pixels = torch.randint(0, 256, (1, 3, 33, 65), dtype=torch.uint8)
    coarse, full = network.coarse(pixels), network(pixels)
    assert coarse.shape == (1, 1, 17, 33)
    assert torch.equal(full, coarse.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)[..., :33, :65])


def test_there_are_no_imagenet_weights_of_the_plain_encoder() -> None:
    with pytest.raises(WeightsError, match="no ImageNet weights"):
        bare_unet(Network(encoder="plain"), 1, imagenet=True)
