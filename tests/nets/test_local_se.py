import pytest
import torch
from timm.models._efficientnet_blocks import SqueezeExcite
from torch import nn

from scuff.core.recipe import Network
from scuff.nets.local_se import LocalGate, localised
from scuff.nets.unet import SurfaceUNet, bare_unet


def tiny(encoder: str = "test_efficientnet") -> SurfaceUNet:
    torch.manual_seed(0)
    return bare_unet(Network(encoder=encoder, decoder_channels=(16, 16, 8, 8)), 1).eval()


def gate(channels: int = 2) -> SqueezeExcite:
    torch.manual_seed(0)
    return SqueezeExcite(channels, rd_ratio=1.0).eval()


def test_a_window_as_large_as_the_input_is_the_block_as_it_was() -> None:
    block, x = gate(), torch.rand(1, 2, 8, 8)
    torch.testing.assert_close(LocalGate(block, cell=1, window=15)(x), block(x))


def test_a_gate_sees_its_window_and_no_farther() -> None:
    block, x = gate(), torch.rand(1, 2, 5, 20)
    local = LocalGate(block, cell=1, window=3)
    far = x.clone()
    far[..., 10:] += 1
    with torch.no_grad():
        torch.testing.assert_close(local(far)[..., :9], local(x)[..., :9])
        assert not torch.allclose(local(far)[..., 9], local(x)[..., 9])


def test_the_mean_is_that_of_the_window_cut_off_at_the_border() -> None:
    block = gate(1)
    for conv in (block.conv_reduce, block.conv_expand):
        nn.init.ones_(conv.weight)
        conv.bias = None
    block.act1, block.gate = nn.Identity(), nn.Identity()
    x = torch.arange(9.0).reshape(1, 1, 3, 3)
    got = LocalGate(block, cell=1, window=3)(x)[0, 0]
    assert got[0, 0].item() == x[0, 0, 0, 0] * 2.0  # mean of 0, 1, 3, 4
    assert got[1, 1].item() == pytest.approx(4.0 * 4.0)  # mean of all nine


def test_a_network_without_such_blocks_stays_as_it_is() -> None:
    network = tiny("test_resnet")
    assert localised(network, 64).state_dict().keys() == network.state_dict().keys()


def test_every_gate_of_a_network_becomes_local() -> None:
    network = tiny()
    local = localised(network, 64)
    assert not any(isinstance(module, SqueezeExcite) for module in local.modules())
    gates = [module for module in local.modules() if isinstance(module, LocalGate)]
    assert len(gates) == sum(isinstance(module, SqueezeExcite) for module in network.modules()) > 0
    assert {module.window for module in gates} == {3}  # 64 px are two cells of 32; the next odd number
    with torch.no_grad():
        assert local(torch.zeros(1, 3, 64, 96)).shape == (1, 1, 64, 96)
