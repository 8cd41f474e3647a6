import pytest
import torch

from scuff.core.recipe import Network
from scuff.nets.rewriting import rewritten
from scuff.nets.unet import SurfaceUNet, bare_unet


def with_statistics(classes: int) -> SurfaceUNet:
    """A tiny network whose normalisations have means, variances and scales of their own."""
    torch.manual_seed(0)
    network = bare_unet(Network(encoder="test_efficientnet", decoder_channels=(16, 16, 8, 8)), classes)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            for tensor, low, high in (
                (module.running_mean, -0.2, 0.2),
                (module.running_var, 0.5, 2.0),
                (module.weight.data, 0.5, 1.5),
                (module.bias.data, -0.3, 0.3),
            ):
                assert tensor is not None
                tensor.uniform_(low, high)
    return network.eval()


@pytest.mark.parametrize("classes", [1, 3])
def test_logits_stay_the_same_up_to_the_borders(classes: int) -> None:
    network = with_statistics(classes)
    pixels = torch.randint(0, 256, (2, 3, 64, 96), dtype=torch.uint8)
    with torch.no_grad():
        torch.testing.assert_close(rewritten(network)(pixels), network(pixels), rtol=1e-4, atol=1e-5)


def test_the_network_itself_is_left_alone() -> None:
    network = with_statistics(1)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    rewritten(network)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_a_head_at_half_resolution_needs_no_rewriting() -> None:
    network = bare_unet(Network(encoder="plain", decoder_channels=(16, 16, 8, 8), head="half"), 1).eval()
    assert rewritten(network).state_dict().keys() == network.state_dict().keys()
