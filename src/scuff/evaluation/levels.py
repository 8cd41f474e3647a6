"""The defects of a frame at every threshold that a byte score can tell apart."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.inspection.scores import FULL, ScoreMap

LEVELS = range(1, FULL)
"""The bytes that stand for the thresholds 1/254, 2/254, … 253/254."""

FEW_LEVELS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 127, 165, 199, 220, 233, 241, 246, 249, 251, 252, 253)
"""Enough of them for a curve: dense at both ends, where the scores of networks gather."""

BLOCK_PX = 64
"""Side of the blocks of a frame that are looked at together, and the least distance between what is not."""


class Boxed(Protocol):
    """Something in a frame: a defect, or more about one."""

    @property
    def box_xyxy(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in pixels of the frame."""
        ...


Item = TypeVar("Item", bound=Boxed)


def defects_by_level(
    scores: ScoreMap,
    find: Callable[[ScoreMap, float], list[Item]],
    levels: Sequence[int] = LEVELS,
    class_thresholds: Mapping[int, float] | None = None,
) -> Iterator[list[Item]]:
    """Find the defects at every level, from the highest down, each time only where something has changed.

    From one level to the next, only the pixels whose score is between them become defective. The frame is divided into
    rectangles of blocks with empty blocks between them; the defects of a rectangle without such a pixel are those of
    the level before.

    Args:
        scores: Of a frame.
        find: Finds the defects of a map, or of parts of it, at a threshold. What becomes of a region may depend only on
            what is less than ``BLOCK_PX`` pixels of the map away from it.
        levels: Ascending, some of ``LEVELS`` or all.
        class_thresholds: What ``find`` takes for the pixels of some class values, at every level.

    Yields:
        The defects at each of the levels, the highest first, in any order; the same list as long as nothing changes.
    """
    held = _held(_entering(scores, class_thresholds or {}))
    highest = np.where(held, np.arange(FULL + 1), 0).max(axis=2)
    found: list[Item] = []
    part = np.zeros_like(scores.score)
    for level, above in zip(reversed(levels), [FULL + 1, *reversed(levels)], strict=False):
        changed = held[..., level:above].any(axis=2)
        if changed.any():
            numbers, windows = rectangles(highest >= level)
            again = {int(number) for number in numbers[changed]}
            for number in again:
                part[windows[number - 1]] = scores.score[windows[number - 1]]
            kept = [item for item in found if numbers[_block(item, scores.step)] not in again]
            found = kept + find(ScoreMap(part, scores.label, scores.step, scores.hw), level / FULL)
            for number in again:
                part[windows[number - 1]] = 0
        yield found


def _entering(scores: ScoreMap, class_thresholds: Mapping[int, float]) -> NDArray[np.uint8]:
    """From which level down each pixel is defective, h×w; with a threshold of its own at all levels, or at none."""
    if not class_thresholds:
        return scores.score
    label = np.ones_like(scores.score) if scores.label is None else scores.label
    reached = scores.mask(1.0, class_thresholds) > 0
    own = np.isin(label, list(class_thresholds))
    return np.where(own, np.where(reached, np.uint8(FULL), np.uint8(0)), scores.score)


def _held(score: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether each block holds each byte: h×w×255."""
    blocks = -(-score.shape[0] // BLOCK_PX), -(-score.shape[1] // BLOCK_PX)
    held = np.zeros((*blocks, FULL + 1), bool)
    for band, row in enumerate(held):
        pixels = score[band * BLOCK_PX : (band + 1) * BLOCK_PX]
        y, x = np.nonzero(pixels)
        row[x // BLOCK_PX, pixels[y, x]] = True
    return held


def _block(item: Boxed, step: int) -> tuple[int, int]:
    """The block that holds the first corner of a box."""
    x, y, _, _ = item.box_xyxy
    return y // step // BLOCK_PX, x // step // BLOCK_PX


def rectangles(occupied: NDArray[np.bool_]) -> tuple[NDArray[np.int32], list[tuple[slice, slice]]]:
    """Cover blocks with rectangles that do not touch, not even at a corner.

    Args:
        occupied: h×w; which blocks hold anything.

    Returns:
        The number of each block's rectangle, h×w, 0 for none; and the pixels of the rectangles 1, 2, ….
    """
    covered = occupied.astype(np.uint8)
    while True:
        _, numbers, stats, _ = cv2.connectedComponentsWithStats(covered, connectivity=8)
        boxes = [tuple(int(entry) for entry in row) for row in stats[1:]]
        if all(area == width * height for _, _, width, height, area in boxes):
            break
        for x, y, width, height, _ in boxes:
            covered[y : y + height, x : x + width] = 1
    windows = [
        (slice(y * BLOCK_PX, (y + height) * BLOCK_PX), slice(x * BLOCK_PX, (x + width) * BLOCK_PX))
        for x, y, width, height, _ in boxes
    ]
    return np.asarray(numbers, np.int32), windows
