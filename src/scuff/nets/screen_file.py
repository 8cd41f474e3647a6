"""The file of a screening network: weights, and who taught it what."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from pydantic import ValidationError
from torch import Tensor

from scuff.core.errors import CheckpointError
from scuff.core.frozen import Frozen
from scuff.core.picture import write_whole
from scuff.nets.screen import ScreenNetwork

SCREEN_FILE = "screen.pt"
"""Its name in the folder of a run."""


class ScreenFacts(Frozen):
    """What is known of a screening network beside its weights."""

    format: Literal[1] = 1
    checkpoint_sha256: str
    """Of the network that taught it."""
    threshold: float
    """Score from which a pixel was a defect's."""
    min_area_px: int
    """Smaller regions were no defects."""
    lessons: int
    """Windows that it learned from."""
    steps: int
    """Batches that it learned in."""
    minutes: float
    seed: int
    scuff: str


@dataclass(frozen=True, slots=True)
class TaughtScreen:
    """A screening network that has learned: weights by name, and the facts."""

    facts: ScreenFacts
    state: dict[str, Tensor]

    def network(self) -> ScreenNetwork:
        """Build the network with these weights, ready to score."""
        network = ScreenNetwork()
        network.load_state_dict(self.state)
        return network.eval()


def save_screen(path: Path, screen: TaughtScreen) -> None:
    """Write a screening network; it appears whole or not at all."""
    content = io.BytesIO()
    torch.save({"facts": screen.facts.model_dump_json(), "state": screen.state}, content)
    write_whole(path, content.getvalue())


def load_screen(path: Path) -> TaughtScreen:
    """Read a screening network.

    Raises:
        CheckpointError: It is missing, damaged, or of another format.
    """
    if not path.is_file():
        raise CheckpointError(f"{path}: there is no screening network; `scuff distil {path.parent}` makes one")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        facts = ScreenFacts.model_validate_json(content["facts"])
    except (ValidationError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path}: written by another version of scuff ({error}); distil again") from error
    except Exception as error:  # torch raises pickle's, zipfile's and its own types for a damaged file
        raise CheckpointError(f"{path}: damaged, or not a screening network; distil again") from error
    return TaughtScreen(facts, content["state"])
