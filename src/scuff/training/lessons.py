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


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A window, and what the screening network should say of it.

    Attributes:
        pixels: S×S×3 bytes, RGB; S is a multiple of ``CELL_PX``.
        wanted: s×s, one entry for each cell: the score to give, in [0, 1]; 0 where there is no defect.
    """

    pixels: NDArray[np.uint8]
    wanted: NDArray[np.float32]


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
        wanted = highest_in_cells(score[:side, :side], self._least, self._area_px)
        return Lesson(np.ascontiguousarray(pixels[:side, :side]), wanted)


def highest_in_cells(score: NDArray[np.uint8], least: float, area_px: int) -> NDArray[np.float32]:
    """The highest score of a defect in each cell.

    Args:
        score: H×W, bytes as the full network gives them; sides are multiples of ``CELL_PX``.
        least: Byte from which a pixel is defective.
        area_px: Smaller regions are no defects, unless the border cuts them: who knows how they go on.

    Returns:
        H/``CELL_PX`` × W/``CELL_PX``, in [0, 1]; 0 where there is no defect.
    """
    height, width = score.shape
    _, regions, stats, _ = cv2.connectedComponentsWithStats((score >= least).view(np.uint8), connectivity=8)
    left, top, columns, rows, area = stats.T
    counts = (area >= area_px) | (left == 0) | (top == 0) | (left + columns == width) | (top + rows == height)
    counts[0] = False  # what is in no region
    defects = np.where(counts[regions], score, np.uint8(0))
    cells = defects.reshape(height // CELL_PX, CELL_PX, width // CELL_PX, CELL_PX)
    return np.asarray(cells.max(axis=(1, 3)) / np.float32(FULL), np.float32)


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
