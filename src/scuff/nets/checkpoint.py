"""A checkpoint: a trained network with everything needed to use it and to say where it comes from."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from pydantic import ValidationError
from torch import Tensor

from scuff.core.errors import CheckpointError
from scuff.core.evidence import Evidence
from scuff.core.frozen import Frozen
from scuff.core.picture import write_whole
from scuff.core.recipe import Recipe
from scuff.nets.unet import SurfaceUNet, bare_unet


class CheckpointFacts(Frozen):
    """What is known of a trained network beside its weights."""

    format: Literal[1] = 1
    recipe: Recipe
    classes: tuple[str, ...]
    threshold: float
    threshold_source: str
    operating_point: Evidence | None = None
    """The evidence behind the threshold, where it was calibrated on parts."""
    weights: str
    scuff: str
    commit: str
    catalogue_sha256: str
    split_sha256: str
    training_parts: int
    best_epoch: int

    @property
    def threshold_in_force(self) -> float:
        """The recipe's threshold where it sets one, as a station takes it, or else the chosen one."""
        return self.recipe.inspection.threshold or self.threshold

    @property
    def tile_px(self) -> int:
        """Side of the tiles it may see: that of the patches it was trained on."""
        return self.recipe.patches.size_px


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Weights by name, and the facts."""

    facts: CheckpointFacts
    state: dict[str, Tensor]

    def network(self) -> SurfaceUNet:
        """Build the network with these weights, ready to score."""
        network = bare_unet(self.facts.recipe.network, len(self.facts.classes))
        network.load_state_dict(self.state)
        return network.eval()


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; it appears whole or not at all."""
    content = io.BytesIO()
    torch.save({"facts": checkpoint.facts.model_dump_json(), "state": checkpoint.state}, content)
    write_whole(path, content.getvalue())


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        CheckpointError: It is missing, damaged, or of another format.
    """
    if not path.is_file():
        raise CheckpointError(f"{path}: there is no checkpoint; `scuff train` writes one when training is done")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        facts = CheckpointFacts.model_validate_json(content["facts"])
    except (ValidationError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path}: written by another version of scuff ({error}); train again") from error
    except Exception as error:  # torch raises pickle's, zipfile's and its own types for a damaged file
        raise CheckpointError(f"{path}: damaged, or not a checkpoint of scuff; train again") from error
    return Checkpoint(facts, content["state"])
