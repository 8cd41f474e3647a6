"""Defects from the pixels that are defective."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.core.errors import RecipeError
from scuff.core.plane import Plane
from scuff.core.recipe import Inspection
from scuff.inspection.joining import join
from scuff.inspection.measures import Region, contrast_of, measure
from scuff.inspection.scores import FULL, ScoreMap, level

BLOCK_PX = 64
"""Side of the blocks that are searched for defective pixels; most of a frame is sound. No wider gap is joined."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """What makes a defect.

    Attributes:
        threshold: A pixel is defective when its score reaches this.
        classes: Names of the class values 1, 2, ….
        min_area_px: Smaller regions are no defects.
        join_gap_px: Regions of one class with at most so many sound pixels between them are one defect.
        class_thresholds: Instead of ``threshold``, for pixels whose likeliest class is this one.
    """

    threshold: float
    classes: Sequence[str]
    min_area_px: int = 1
    join_gap_px: int = 0
    class_thresholds: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Inspection, threshold: float, classes: Sequence[str]) -> "Criteria":
        """The criteria of a recipe's ``inspection``, with a threshold where it sets none.

        Raises:
            RecipeError: It sets a threshold for a class that there is not.
        """
        if unknown := sorted(settings.class_thresholds.keys() - set(classes)):
            raise RecipeError(
                f"inspection.class_thresholds: there is no class {unknown[0]!r}; classes: {', '.join(classes)}"
            )
        own = settings.threshold
        return cls(
            threshold if own is None else own,
            classes,
            settings.min_area_px,
            settings.join_gap_px,
            settings.class_thresholds,
        )

    @property
    def thresholds(self) -> Mapping[int, float]:
        """``class_thresholds`` by class value."""
        return {self.classes.index(name) + 1: limit for name, limit in self.class_thresholds.items()}


def find_defects(
    scores: ScoreMap,
    criteria: Criteria,
    plane: Plane | None = None,
    pixels: NDArray[np.uint8] | None = None,
    along: bool = True,
) -> tuple[list[Defect], NDArray[np.uint8]]:
    """Find the connected regions of each class; pixels that touch at a corner are connected.

    Args:
        scores: Of a frame; a defect's score is the highest among its pixels.
        criteria: What makes a defect.
        plane: The way from pixels to mm; ``None``: not known.
        pixels: H×W×3, the frame; without it, nobody says how much a defect stands out.
        along: Measure thin defects along their middle, as ``measure`` says.

    Returns:
        The defects, from top to bottom, then from left to right, then by class; and the mask, H×W, without
        the regions that were dropped.
    """
    found, mask = [], np.zeros(scores.hw, np.uint8)
    for region, score in _regions(scores, criteria):
        if np.count_nonzero(region.inside) >= criteria.min_area_px:
            x0, y0, x1, y1 = region.box_xyxy
            mask[y0:y1, x0:x1][region.inside] = region.value
            found.append((region, score))
    found.sort(key=lambda entry: _order(entry[0]))
    defects = []
    for region, score in found:
        contrast = None if pixels is None else contrast_of(region, pixels, mask)
        defects.append(measure(region, criteria.classes[region.value - 1], score, plane, contrast, along))
    return defects, mask


def _order(region: Region) -> tuple[int, ...]:
    return region.y, region.x, region.value, *region.inside.shape, int(np.count_nonzero(region.inside))


def _regions(scores: ScoreMap, criteria: Criteria) -> Iterator[tuple[Region, float]]:
    """Give the regions of a score map, in pixels of the frame, each with its score."""
    gap = criteria.join_gap_px // scores.step
    for y, x, part in _islands(scores, criteria):
        for value in range(1, len(criteria.classes) + 1):
            # What is too small in pixels of the map is no larger in the frame: most specks go unseen.
            least = criteria.min_area_px / scores.step**2
            for region in _of_class((part == value).view(np.uint8), value, gap, least):
                placed = replace(region, y=y + region.y, x=x + region.x)
                x0, y0, x1, y1 = placed.box_xyxy
                score = int(scores.score[y0:y1, x0:x1][placed.inside].max()) / FULL
                yield _at_full_size(placed, scores), score


def _of_class(binary: NDArray[np.uint8], value: int, gap: int, least: float) -> Iterator[Region]:
    """Give the regions of one class, in pixels of the map; those with at most ``gap`` pixels between them as one.

    Those with fewer than ``least`` pixels are left out.
    """
    if not binary.any():
        return
    count, numbered, stats, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
    boxes = [(left, top, left + width, top + height) for left, top, width, height, _ in stats.tolist()]
    numbers, bridges = join(np.asarray(numbered, np.int32), count - 1, gap) if gap else (np.arange(count), [])
    areas = np.bincount(numbers[1:], weights=stats[1:, cv2.CC_STAT_AREA], minlength=count)
    for number in np.flatnonzero(areas >= max(1.0, least)).tolist():
        pieces = np.flatnonzero(numbers == number)
        x0, y0, x1, y1 = _around([boxes[piece] for piece in pieces])
        window = numbered[y0:y1, x0:x1]
        inside = np.isin(window, pieces) if len(pieces) > 1 else window == number
        own = [bridge.shifted(-x0, -y0) for bridge in bridges if numbers[numbered[bridge.start_xy[::-1]]] == number]
        yield Region(value, y0, x0, inside, own)


def _around(boxes: Sequence[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    """The smallest box that holds all of several."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _at_full_size(region: Region, scores: ScoreMap) -> Region:
    """Bring a region from pixels of the map to pixels of the frame."""
    if scores.step == 1:
        return region
    y, x = region.y * scores.step, region.x * scores.step
    height, width = scores.hw[0] - y, scores.hw[1] - x
    inside = region.inside.repeat(scores.step, axis=0).repeat(scores.step, axis=1)[:height, :width]
    return Region(region.value, y, x, inside, [bridge.scaled(scores.step) for bridge in region.bridges])


def _islands(scores: ScoreMap, criteria: Criteria) -> Iterator[tuple[int, int, NDArray[np.uint8]]]:
    """Give the parts of a score map's mask that hold anything: where each begins, and its class values.

    Blocks that hold anything and touch, if only at a corner, are one island: no region lies in two.
    """
    least = min([criteria.threshold, *criteria.class_thresholds.values()])
    occupied = (_highest(scores.score) >= level(least)).view(np.uint8)
    count, numbered, stats, _ = cv2.connectedComponentsWithStats(occupied, connectivity=8)
    for number in range(1, count):
        left, top, width, height, _ = (int(entry) for entry in stats[number])
        y, x = top * BLOCK_PX, left * BLOCK_PX
        island = scores.part(slice(y, y + height * BLOCK_PX), slice(x, x + width * BLOCK_PX))
        part = island.mask(criteria.threshold, criteria.thresholds)
        own = (numbered[top : top + height, left : left + width] == number).view(np.uint8)
        if not own.all():
            part = part * own.repeat(BLOCK_PX, axis=0).repeat(BLOCK_PX, axis=1)[: part.shape[0], : part.shape[1]]
        yield y, x, part


def _highest(score: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The highest score in each block, row by row."""
    bands = [score[y : y + BLOCK_PX].max(axis=0) for y in range(0, len(score), BLOCK_PX)]
    return np.asarray(np.maximum.reduceat(np.stack(bands), range(0, score.shape[1], BLOCK_PX), axis=1))
