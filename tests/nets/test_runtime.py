import math
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tests.fixtures.networks import TINY
from torch import Tensor, nn

from scuff.core.tile import Tiling
from scuff.inspection.tiling import score_frame
from scuff.nets.runtime import TorchRuntime
from scuff.nets.unet import SurfaceUNet, bare_unet, probabilities

pytestmark = pytest.mark.usefixtures("one_thread")

Pixels = NDArray[np.uint8]


def tiny(classes: int, head: str = "full") -> SurfaceUNet:
    torch.manual_seed(0)
    return bare_unet(TINY.model_copy(update={"head": head}), classes)


def noise(*shape: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


def scores_of(runtime: TorchRuntime, tiles: Pixels) -> list[Pixels]:
    taken: list[Pixels] = []
    runtime.score(tiles, lambda number, scores: taken.insert(number, scores))
    return taken


@pytest.mark.parametrize(
    ("classes", "head", "planes", "step"), [(1, "full", 1, 1), (3, "full", 2, 1), (1, "half", 1, 2), (3, "half", 2, 2)]
)
def test_planes_and_resolution(classes: int, head: str, planes: int, step: int) -> None:
    runtime = TorchRuntime(tiny(classes, head))
    assert (runtime.planes, runtime.step) == (planes, step)
    scores = scores_of(runtime, noise(2, 32, 64))
    assert [tile.shape for tile in scores] == [(planes, 32 // step, 64 // step)] * 2
    assert scores[0].dtype == np.uint8


def test_bytes_are_the_probabilities_of_the_network() -> None:
    network, tiles = tiny(1).eval(), noise(1, 32, 32)
    with torch.no_grad():
        expected = probabilities(network(torch.tensor(tiles).permute(0, 3, 1, 2)))
    np.testing.assert_allclose(scores_of(TorchRuntime(network), tiles)[0], 254 * expected[0], atol=0.51)


def test_each_tile_gets_its_own_scores() -> None:
    runtime, tiles = TorchRuntime(tiny(1)), noise(3, 32, 32)
    together, alone = scores_of(runtime, tiles), [scores_of(runtime, tiles[number, None])[0] for number in range(3)]
    np.testing.assert_array_equal(together, alone)


def test_frame_of_odd_size_at_half_resolution() -> None:
    scores = score_frame(noise(61, 75), TorchRuntime(tiny(3, "half")), Tiling(32, 32, 4))
    assert scores.score.shape == (31, 38)
    assert scores.label is not None
    assert set(np.unique(scores.label)) <= {1, 2, 3}


def test_gives_no_gradients_and_leaves_training_mode() -> None:
    network = tiny(1).train()
    scores_of(TorchRuntime(network), noise(1, 32, 32))
    assert not network.training
    assert torch.is_grad_enabled()


def test_network_that_gives_no_numbers_is_marked() -> None:
    network = tiny(1)
    with torch.no_grad():
        cast("Tensor", cast("nn.Conv2d", network.head[-1]).bias).fill_(math.nan)
    assert (scores_of(TorchRuntime(network), noise(1, 32, 32))[0] == 255).all()


def test_name_says_what_it_runs_on() -> None:
    assert TorchRuntime(tiny(1)).name == f"torch {torch.__version__} on cpu, arithmetic f32"
