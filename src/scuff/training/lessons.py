"""What a screening network learns from: windows of training frames that the full network has scored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from scuff.core.errors import CheckpointError
from scuff.core.tile import Tile, cut
from scuff.dataset.catalogue import Catalogue, Row
from scuff.dataset.patches import Patches
from scuff.dataset.split import Side
from scuff.nets.checkpoint import Checkpoint
from scuff.nets.runtime import TorchRuntime
from scuff.nets.screen import CELL_PX
from scuff.nets.station import FULL, INVALID
from scuff.training.precision import Device, choose_precision

TURN = 8
"""Windows that patches give before a frame does, and the other way round."""

SMALL = 0.5
"""Regions of this share of the smallest area that counts are defects too: the full network may see them larger."""

HANDFUL = 4
"""Cells of a defect that all count in full; those of a larger one share more and more."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A window, and what the screening network should say of it.

    Attributes:
        pixels: S×S×3 bytes, RGB; S is a multiple of ``CELL_PX``.
        weight: s×s, one entry for each cell: how much it matters that the cell is seen; 0 where there is no defect.
    """

    pixels: NDArray[np.uint8]
    weight: NDArray[np.float32]


class Teacher:
    """The full network, asked what it finds."""

    def __init__(self, checkpoint: Checkpoint, device: Device) -> None:
        """Take the network of a checkpoint, and what counts as a defect from its recipe."""
        facts = checkpoint.facts
        self._runtime = TorchRuntime(checkpoint.network(), device)
        self._device = device
        self._bf16 = choose_precision("auto", device) == "bf16"
        self._least = facts.threshold_in_force * FULL
        self._area_px = facts.recipe.inspection.min_area_px

    def lesson(self, pixels: NDArray[np.uint8]) -> Lesson:
        """Score a window of S×S×3 bytes, where S is a size that the network was trained on.

        Raises:
            CheckpointError: The network gives something that is no number.
        """
        taken: list[NDArray[np.uint8]] = []
        with torch.autocast(self._device, torch.bfloat16, enabled=self._bf16):
            self._runtime.score([pixels], lambda _, scores: taken.append(scores[0]))
        score = taken[0].repeat(self._runtime.step, axis=0).repeat(self._runtime.step, axis=1)
        if score.max() == INVALID:
            raise CheckpointError("the network of this run gives scores that are no numbers; train again")
        side = pixels.shape[0] // CELL_PX * CELL_PX
        defective = (score >= self._least)[:side, :side]
        return Lesson(np.ascontiguousarray(pixels[:side, :side]), cell_weights(defective, SMALL * self._area_px))


def cell_weights(defective: NDArray[np.bool_], area_px: float) -> NDArray[np.float32]:
    """Say how much each cell matters: 1 for a small defect's; a large one need not be seen in all of its many cells.

    Args:
        defective: H×W, multiples of ``CELL_PX``.
        area_px: Smaller regions are no defects.

    Returns:
        H/``CELL_PX`` × W/``CELL_PX``; 0 where there is no defect.
    """
    height, width = defective.shape
    weight = np.zeros((height // CELL_PX, width // CELL_PX), np.float32)
    _, regions, stats, _ = cv2.connectedComponentsWithStats(defective.view(np.uint8), connectivity=8)
    y, x = np.nonzero(defective & (stats[:, cv2.CC_STAT_AREA] >= area_px)[regions])
    touched = np.unique(np.stack([regions[y, x], y // CELL_PX, x // CELL_PX]), axis=1)
    cells = np.bincount(touched[0], minlength=len(stats))[touched[0]]
    np.maximum.at(weight, (touched[1], touched[2]), np.minimum(1, np.sqrt(HANDFUL / cells)).astype(np.float32))
    return weight


def windows(
    patches: Patches, catalogue: Catalogue, rows: Sequence[Row], generator: np.random.Generator
) -> Iterator[NDArray[np.uint8]]:
    """Give windows to learn from, without end: each patch once, and in turn with them windows anywhere in frames.

    Patches lie around defects. A screening network sees whole frames, and has to know their sound metal as well.

    Args:
        patches: Those of the training side are given.
        catalogue: Holds the frames.
        rows: Frames of the training side.
        generator: Shuffles and places.
    """
    remaining = iter(generator.permutation(patches.indices(Side.TRAINING)))
    side = patches.record.size_px
    while True:
        for number in islice(remaining, TURN):
            yield np.array(patches.images[number])
        pixels = catalogue.frame(rows[int(generator.integers(len(rows)))]).pixels
        for _ in range(TURN):
            y, x = (int(generator.integers(max(1, length - side + 1))) for length in pixels.shape[:2])
            yield cut(pixels, Tile(y, x, side, side))
