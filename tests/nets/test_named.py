import pytest
import torch
from torch import nn

from scuff.core.errors import RecipeError, WeightsError
from scuff.core.recipe import Network
from scuff.nets.named import NAMED, named_network
from scuff.nets.unet import SurfaceUNet, bare_unet

PUBLISHED = ("unet", "res50-unet", "effunet-b0", "effunet-b3", "effunet-b7")


def parameters(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


def built(name: str) -> SurfaceUNet:
    return bare_unet(NAMED[name], 1).eval()


# Of the classifiers as published, without what follows the last feature. ResNet-50: 25,557,032 less a classifier of
# 2048·1000 + 1000. EfficientNets: 5,288,548, 12,233,232 and 66,347,960, and Lite0 4,652,008, each less a classifier of
# c·1000 + 1000 and a 1×1 convolution of d·c weights with 2·c of its normalisation; (d, c) is (320, 1280), (384, 1536),
# (640, 2560) and (320, 1280). The original U-Net: 9·(a·b + b·b) of two convolutions and 4·b of their normalisations,
# for (a, b) from (3, 64) to (512, 1024).
@pytest.mark.parametrize(
    ("name", "channels", "count"),
    [
        ("unet", (64, 128, 256, 512, 1024), 18_847_168),
        ("res50-unet", (64, 256, 512, 1024, 2048), 25_557_032 - 2_049_000),
        ("effunet-b0", (16, 24, 40, 112, 320), 5_288_548 - 1_281_000 - 412_160),
        ("effunet-b3", (24, 32, 48, 136, 384), 12_233_232 - 1_537_000 - 592_896),
        ("effunet-b7", (32, 48, 80, 224, 640), 66_347_960 - 2_561_000 - 1_643_520),
        ("effunet-lite0", (16, 24, 40, 112, 320), 4_652_008 - 1_281_000 - 412_160),
    ],
)
def test_channels_and_parameters_of_published_encoders(name: str, channels: tuple[int, ...], count: int) -> None:
    encoder = built(name).encoder
    assert encoder.channels == channels
    assert parameters(encoder) == count


@pytest.mark.parametrize("name", PUBLISHED)
def test_features_lie_at_the_strides_that_are_said(name: str) -> None:
    encoder = built(name).encoder
    with torch.no_grad():
        features = encoder(torch.zeros(1, 3, 64, 64))
    assert [64 // feature.shape[-1] for feature in features] == [encoder.stride * 2**level for level in range(5)]
    assert tuple(feature.shape[1] for feature in features) == encoder.channels


def test_the_original_unet_has_as_many_parameters_as_it_should() -> None:
    # The encoder's 18,847,168; four stages of 4·a·b + b for the transposed convolution and 9·(2b·b + b·b) + 4·b for
    # what follows, for (a, b) from (1024, 512) to (128, 64): 12,190,400; and 64 + 1 for the head.
    assert parameters(built("unet")) == 18_847_168 + 12_190_400 + 65 == 31_037_633


def test_the_decoder_by_hand() -> None:
    # A stage: a transposed convolution of a·b·4 weights and b biases, two convolutions, two normalisations.
    stages = [(320, 112, 256), (256, 40, 128), (128, 24, 64), (64, 16, 32)]
    by_hand = sum(4 * a * b + b + 9 * ((b + skip) * b + b * b) + 4 * b for a, skip, b in stages)
    network = built("effunet-b0")
    assert parameters(network.decoder) == by_hand
    assert parameters(network.head) == 4 * 32 * 16 + 2 * 16 + 9 * 16 + 1


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize(("classes", "channels"), [(1, 1), (2, 3)])
def test_every_named_network_scores_every_pixel(name: str, classes: int, channels: int) -> None:
    network = bare_unet(NAMED[name], classes).eval()
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 40, 64, dtype=torch.uint8)).shape == (1, channels, 40, 64)


@pytest.mark.parametrize("name", ["effunet-lite0", "plain-unet", "res50-unet", "unet"])
def test_networks_without_global_pooling_see_what_they_see_in_any_tile(name: str) -> None:
    torch.manual_seed(0)
    network = bare_unet(NAMED[name], 1).eval()
    pixels = torch.randint(0, 256, (1, 3, 640, 640), dtype=torch.uint8)
    pixels[..., 256:] = pixels[..., :384]  # the left and the right side differ, the middle does not
    other = pixels.clone()
    other[..., 608:, 608:] = 255 - other[..., 608:, 608:]
    with torch.no_grad():
        near = network(pixels)[..., :64, :64], network(other)[..., :64, :64]
    torch.testing.assert_close(*near, rtol=0, atol=0)


def test_a_timm_encoder_by_name_gets_the_usual_decoder() -> None:
    assert named_network("resnet18") == Network(encoder="resnet18")


def test_weights_replace_those_of_imagenet_but_not_those_that_do_not_exist() -> None:
    assert named_network("res50-unet", "none").weights == "none"
    assert named_network("unet", "imagenet").weights == "none"
    assert named_network("unet", "other.pt").weights == "other.pt"


def test_the_original_unet_has_no_imagenet_weights() -> None:
    with pytest.raises(WeightsError, match='no ImageNet weights of the encoder "unet"'):
        bare_unet(NAMED["unet"], 1, imagenet=True)


def test_a_head_at_half_resolution_is_refused_where_it_saves_nothing() -> None:
    with pytest.raises(RecipeError, match=r'network\.head = "half": this network works at full resolution'):
        bare_unet(Network(encoder="unet", head="half"), 1)
