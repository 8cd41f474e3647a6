"""A small trained network, and frames that it has not seen."""

from collections.abc import Callable

import cv2
import numpy as np
import openvino
import pytest
import torch
from numpy.typing import NDArray
from tests.fixtures.networks import TINY
from timm.models._efficientnet_blocks import SqueezeExcite
from torch.nn.functional import cross_entropy

from scuff.export import networks
from scuff.export.conversion import openvino_model
from scuff.export.held_out import HeldOut, HeldOutFrame
from scuff.export.networks import Calibration
from scuff.nets.checkpoint import Checkpoint
from scuff.nets.rewriting import rewritten
from scuff.nets.unet import SurfaceUNet, bare_unet

CLASSES = ("scratch", "dent")
STEPS = 80
"""About two seconds; the network then finds nearly all of the blobs, and strips score as squares do with any seed."""

SEEDS = range(200, 232), range(300, 316)
"""Of the patches for int8: of training and of validation."""

Pixels = NDArray[np.uint8]


def blobs(generator: np.random.Generator, hw: tuple[int, int], count: int) -> tuple[Pixels, Pixels]:
    """Noisy grey metal with bright discs of class 1 and dark ones of class 2: pixels (H×W×3) and truth (H×W)."""
    grey = 90 + generator.integers(0, 40, hw)
    truth = np.zeros(hw, np.uint8)
    for _ in range(count):
        x, y, radius = (int(generator.integers(*span)) for span in ((0, hw[1]), (0, hw[0]), (2, 9)))
        cv2.circle(truth, (x, y), radius, int(generator.integers(1, 3)), -1)
    bright = generator.integers(-30, 30, hw) + np.array([0, 200, 30])[truth]
    grey = np.where(truth > 0, bright, grey).clip(0, 255)
    return grey[..., None].repeat(3, axis=2).astype(np.uint8), truth


@pytest.fixture(scope="session")
def trained_state() -> dict[str, torch.Tensor]:
    """The weights of a tiny network that finds bright and dark discs; the same on any number of cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return trained_network().state_dict()
    finally:
        torch.set_num_threads(before)


def trained_network() -> SurfaceUNet:
    """Teach a tiny network what ``blobs`` draws.

    Its gates stay as they were drawn: taught ones follow how much of a patch is discs, and those of strips, which look
    at windows, then give other scores than the gate between a checkpoint and its bundle allows, with every second seed.
    """
    generator = np.random.default_rng(0)
    torch.manual_seed(0)
    network = bare_unet(TINY, len(CLASSES)).train()
    for module in network.modules():
        if isinstance(module, SqueezeExcite):
            module.requires_grad_(False)
    optimiser = torch.optim.Adam([weight for weight in network.parameters() if weight.requires_grad], 0.01)
    for _ in range(STEPS):
        pixels, truth = zip(*(blobs(generator, (64, 64), 4) for _ in range(8)), strict=True)
        logits = network(torch.tensor(np.stack(pixels)).permute(0, 3, 1, 2))
        loss = cross_entropy(logits, torch.tensor(np.stack(truth)).long())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return network


@pytest.fixture
def trained(make_checkpoint: Callable[..., Checkpoint], trained_state: dict[str, torch.Tensor]) -> Checkpoint:
    """A checkpoint of that network, for tiles of 64 px."""
    return Checkpoint(make_checkpoint(CLASSES, threshold_source="validation").facts, trained_state)


@pytest.fixture(scope="session")
def held_out() -> HeldOut:
    """Three frames of several tiles each, with 20 discs each."""
    frames = {}
    for number in range(3):
        pixels, truth = blobs(np.random.default_rng(100 + number), (120, 170), 20)
        frames[f"P{number}"] = HeldOutFrame(f"P{number}", pixels, truth)
    return HeldOut("three frames of discs", tuple(frames), frames.__getitem__)


@pytest.fixture(scope="session")
def calibration() -> Calibration:
    """Patches as the network was trained on, and others."""
    training, validation = ([blobs(np.random.default_rng(seed), (64, 64), 4) for seed in seeds] for seeds in SEEDS)
    return Calibration([pixels for pixels, _ in training], validation)


@pytest.fixture(scope="session")
def converted(trained_state: dict[str, torch.Tensor]) -> openvino.Model:
    """The trained network as it is exported."""
    network = bare_unet(TINY, len(CLASSES))
    network.load_state_dict(trained_state)
    return openvino_model(rewritten(network), 64)


@pytest.fixture
def exported_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[openvino.Model], None]:
    """A function that makes every export write this network, whatever the checkpoint is."""
    return lambda model: monkeypatch.setattr(networks, "openvino_model", lambda *_: model.clone())
