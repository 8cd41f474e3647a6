"""Defects from the pixels that are defective."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.inspection.scores import FULL, ScoreMap, level

BLOCK_PX = 64
"""Side of the blocks that are searched for defective pixels; most of a frame is sound."""


@dataclass(frozen=True, slots=True)
class _Region:
    """A connected region of one class: where its box begins, and the pixels of the box that are in it."""

    value: int
    y: int
    x: int
    inside: NDArray[np.bool_]

    @property
    def window(self) -> tuple[slice, slice]:
        height, width = self.inside.shape
        return slice(self.y, self.y + height), slice(self.x, self.x + width)


def find_defects(
    scores: ScoreMap,
    threshold: float,
    classes: Sequence[str],
    min_area_px: int = 1,
    pixel_mm: float | None = None,
) -> tuple[list[Defect], NDArray[np.uint8]]:
    """Find the connected regions of each class; pixels that touch at a corner are connected.

    Args:
        scores: Of a frame; a region's score is the highest among its pixels.
        threshold: A pixel is defective when its score reaches this.
        classes: Names of the class values 1, 2, ….
        min_area_px: Smaller regions are dropped.
        pixel_mm: Size of a pixel on the part, in mm; ``None``: not known.

    Returns:
        The defects, from top to bottom, then from left to right, then by class; and the mask, H×W, without
        the regions that were dropped.
    """
    found: list[tuple[tuple[int, ...], Defect]] = []
    cleaned = np.zeros(scores.hw, np.uint8)
    for region in _regions(scores, threshold, len(classes)):
        y, x = region.y * scores.step, region.x * scores.step
        height, width = scores.hw[0] - y, scores.hw[1] - x
        inside = region.inside.repeat(scores.step, axis=0).repeat(scores.step, axis=1)[:height, :width]
        area_px = int(np.count_nonzero(inside))
        if area_px < min_area_px:
            continue
        height, width = inside.shape
        cleaned[y : y + height, x : x + width][inside] = region.value
        score = int(scores.score[region.window][region.inside].max()) / FULL
        box_xyxy = (x, y, x + width, y + height)
        defect = _defect(classes[region.value - 1], score, box_xyxy, inside, pixel_mm)
        found.append(((y, x, region.value, height, width, area_px), defect))
    found.sort(key=lambda entry: entry[0])
    return [defect for _, defect in found], cleaned


def _regions(scores: ScoreMap, threshold: float, classes: int) -> Iterator[_Region]:
    """Give the connected regions of a score map."""
    for y, x, part in _islands(scores, threshold):
        for value in range(1, classes + 1):
            binary = (part == value).view(np.uint8)
            if not binary.any():
                continue
            count, numbered, stats, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
            for number in range(1, count):
                left, top, width, height, _ = (int(entry) for entry in stats[number])
                inside = numbered[top : top + height, left : left + width] == number
                yield _Region(value, y + top, x + left, inside)


def _islands(scores: ScoreMap, threshold: float) -> Iterator[tuple[int, int, NDArray[np.uint8]]]:
    """Give the parts of a score map's mask that hold anything: where each begins, and its class values.

    Blocks that hold anything and touch, if only at a corner, are one island: no region lies in two.
    """
    occupied = (_highest(scores.score) >= level(threshold)).view(np.uint8)
    count, numbered, stats, _ = cv2.connectedComponentsWithStats(occupied, connectivity=8)
    for number in range(1, count):
        left, top, width, height, _ = (int(entry) for entry in stats[number])
        y, x = top * BLOCK_PX, left * BLOCK_PX
        part = scores.part(slice(y, y + height * BLOCK_PX), slice(x, x + width * BLOCK_PX)).mask(threshold)
        own = (numbered[top : top + height, left : left + width] == number).view(np.uint8)
        if not own.all():
            part = part * own.repeat(BLOCK_PX, axis=0).repeat(BLOCK_PX, axis=1)[: part.shape[0], : part.shape[1]]
        yield y, x, part


def _highest(score: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The highest score in each block, row by row."""
    bands = [score[y : y + BLOCK_PX].max(axis=0) for y in range(0, len(score), BLOCK_PX)]
    return np.asarray(np.maximum.reduceat(np.stack(bands), range(0, score.shape[1], BLOCK_PX), axis=1))


def _defect(
    label: str,
    score: float,
    box_xyxy: tuple[int, int, int, int],
    inside: NDArray[np.bool_],
    pixel_mm: float | None,
) -> Defect:
    """Measure one region; ``inside`` is the part of its box that belongs to it."""
    area_px, length_px = int(np.count_nonzero(inside)), _length_px(inside)
    return Defect(
        label=label,
        score=round(score, 6),
        box_xyxy=box_xyxy,
        area_px=area_px,
        length_px=round(length_px, 2),
        area_mm2=None if pixel_mm is None else round(area_px * pixel_mm**2, 4),
        length_mm=None if pixel_mm is None else round(length_px * pixel_mm, 4),
    )


def _length_px(inside: NDArray[np.bool_]) -> float:
    """Long side of the smallest rotated rectangle around a region, in pixels.

    The rectangle joins the middles of pixels; the 1 that is added makes a row of n pixels n long.
    """
    # The first and the last pixel of each row; none is empty, since the region is connected.
    rows, width = np.arange(len(inside)), inside.shape[1]
    first, last = inside.argmax(axis=1), width - 1 - inside[:, ::-1].argmax(axis=1)
    ends_xy = np.stack([np.concatenate([first, last]), np.concatenate([rows, rows])], axis=1)
    _, sides, _ = cv2.minAreaRect(ends_xy.astype(np.float32))
    return max(float(side) for side in sides) + 1.0
