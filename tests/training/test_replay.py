"""CUDA graphs instead of Python's launches: the same training, faster; `make test-gpu`."""

import copy

import pytest
import torch
from torch import Tensor, nn

from scuff.core.recipe import Network, Recipe
from scuff.nets.losses import WeightedLoss
from scuff.nets.unet import make_unet
from scuff.training.module import SurfaceModule
from scuff.training.precision import Precision
from scuff.training.replay import Replay, replay

pytestmark = pytest.mark.gpu

STEPS, SIDE_PX = 10, 64


def batch(seed: int) -> tuple[Tensor, Tensor]:
    pixels = torch.randint(0, 256, (4, 3, SIDE_PX, SIDE_PX), generator=torch.Generator().manual_seed(seed))
    pixels = pixels.to(torch.uint8).cuda()
    return pixels.contiguous(memory_format=torch.channels_last), (pixels[:, 0] > 200).to(torch.uint8)


def losses(network: nn.Module, precision: Precision) -> list[float]:
    loss, adam = WeightedLoss(0.05, 0.95, "batch"), torch.optim.Adam(network.parameters(), 1e-3)
    curve = []
    for step in range(STEPS):
        pixels, truth = batch(step)
        with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bf16", cache_enabled=False):
            value = loss(network(pixels), truth)
        adam.zero_grad()
        value.backward()
        adam.step()
        curve.append(value.item())
    return curve


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    settings = Network(encoder="efficientnet_b0", weights="none")
    return make_unet(settings, 1, "none").cuda().to(memory_format=torch.channels_last).train()


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_replayed_network_trains_as_the_plain_one(network: nn.Module, precision: Precision) -> None:
    replayed = copy.deepcopy(network)
    replay(replayed, batch(0)[0], precision)
    for name, buffer in network.named_buffers():
        assert torch.equal(dict(replayed.named_buffers())[name], buffer), name
    # A GPU adds up in any order: two plain trainings in fp32 were seen 0.007 apart within twelve steps.
    assert losses(replayed, precision) == pytest.approx(losses(network, precision), abs=0.02)


class LooksAtAValue(nn.Module):
    """Cannot be recorded: what it does depends on what it sees."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 1, 3)

    def forward(self, pixels: Tensor) -> Tensor:
        y: Tensor = self.convolution(pixels.float())
        return y if y.sum().item() > 0 else -y


def test_what_cannot_be_recorded_is_trained_all_the_same() -> None:
    module = SurfaceModule(LooksAtAValue(), Recipe().training)  # type: ignore[arg-type]
    module.cuda()
    with pytest.warns(UserWarning, match="without CUDA graphs"):
        Replay("bf16").on_train_batch_start(None, module, batch(0), 0)  # type: ignore[arg-type]
    assert torch.isfinite(module.network(batch(0)[0])).all()
