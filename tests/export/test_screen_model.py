import copy
from collections.abc import Sequence

import numpy as np
import openvino
import pytest
import torch
from numpy.typing import NDArray

from scuff.export.screen_model import screen_model
from scuff.inspection.scores import FULL, INVALID
from scuff.nets.screen import ScreenNetwork


@pytest.fixture(scope="module")
def network() -> ScreenNetwork:
    """A network that has seen a little, and whose scores range from 0 to 1."""
    torch.manual_seed(0)
    network = ScreenNetwork().train()
    with torch.no_grad():
        for _ in range(4):
            network(torch.from_numpy(noise((4, 64, 64, 3))))
        network.head.weight *= 20
    return network.eval()


def noise(shape: Sequence[int]) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def run(model: openvino.Model, frame: NDArray[np.uint8], hint: str = "f32") -> NDArray[np.uint8]:
    model.reshape(list(frame.shape))
    compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": hint})
    return np.asarray(compiled(frame)[0])


@pytest.mark.parametrize("hw", [(16, 16), (96, 160), (48, 32)])
def test_it_scores_as_the_network_does(network: ScreenNetwork, hw: tuple[int, int]) -> None:
    frame = noise((1, *hw, 3))
    with torch.no_grad():
        shares = network(torch.from_numpy(frame)).sigmoid().numpy()
    scores = run(screen_model(network), frame)
    assert scores.shape == (1, 1, hw[0] // 16, hw[1] // 16)
    np.testing.assert_allclose(scores[:, 0], shares * FULL, atol=0.51)


def test_bf16_is_close(network: ScreenNetwork) -> None:
    frame = noise((1, 96, 160, 3))
    exact, rounded = (run(screen_model(network), frame, hint).astype(int) for hint in ("f32", "bf16"))
    assert exact.std() > 20
    assert np.abs(rounded - exact).mean() < 0.02 * FULL


def test_what_is_no_number_is_said(network: ScreenNetwork) -> None:
    broken = copy.deepcopy(network)
    with torch.no_grad():
        broken.head.weight[:] = torch.nan
    assert (run(screen_model(broken), noise((1, 32, 32, 3))) == INVALID).all()


def test_the_stem_multiplies_bytes(network: ScreenNetwork) -> None:
    model = screen_model(network)
    kernels = [node for node in model.get_ordered_ops() if node.get_element_type() == openvino.Type.i8]
    assert [tuple(node.shape) for node in kernels] == [(24, 12, 4, 1)]
