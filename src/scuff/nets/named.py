"""Networks by the names that people know them by: five of the published comparison, and two for tiles of any size."""

from typing import Final

from scuff.core.recipe import Network

NAMED: Final[dict[str, Network]] = {
    "unet": Network(encoder="unet", decoder_channels=(512, 256, 128, 64), weights="none"),
    "res50-unet": Network(encoder="resnet50"),
    "effunet-b0": Network(encoder="efficientnet_b0"),
    "effunet-b3": Network(encoder="efficientnet_b3"),
    "effunet-b7": Network(encoder="efficientnet_b7"),
    # Without squeeze-and-excitation, so that they may see tiles of any size.
    "effunet-lite0": Network(encoder="efficientnet_lite0"),
    "plain-unet": Network(encoder="plain", decoder_channels=(128, 96, 64, 32), head="half", weights="none"),
}


def named_network(name: str, weights: str | None = None) -> Network:
    """Give the section of a recipe that describes a network.

    Args:
        name: One of ``NAMED``, or a timm encoder's, which gets the usual decoder.
        weights: What it starts from, instead of ImageNet's weights; networks that have none start from scratch.
    """
    network = NAMED.get(name, Network(encoder=name))
    if weights is None or (weights == "imagenet" and network.weights == "none"):
        return network
    return network.model_copy(update={"weights": weights})
