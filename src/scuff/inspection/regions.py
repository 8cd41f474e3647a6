"""Defects from the pixels that are defective."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.core.mask import SOUND


def find_defects(
    scores: NDArray[np.float32],
    mask: NDArray[np.uint8],
    classes: Sequence[str],
    min_area_px: int = 1,
    pixel_mm: float | None = None,
) -> tuple[list[Defect], NDArray[np.uint8]]:
    """Find the connected regions of each class; pixels that touch at a corner are connected.

    Args:
        scores: C×H×W, in [0, 1]; a region's score is the highest sum over the classes among its pixels, which
            is what the threshold was compared with.
        mask: H×W, class values.
        classes: Names of the class values 1, 2, ….
        min_area_px: Smaller regions are dropped.
        pixel_mm: Size of a pixel on the part, in mm; ``None``: not known.

    Returns:
        The defects, from top to bottom, then from left to right, then by class; and the mask, H×W, without
        the regions that were dropped.
    """
    totals = scores.sum(axis=0)
    cleaned = np.full_like(mask, SOUND)
    found: list[tuple[tuple[int, ...], Defect]] = []
    for value, label in enumerate(classes, 1):
        binary = (mask == value).view(np.uint8)
        count, regions, stats, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
        for region in range(1, count):
            x, y, width, height, area_px = (int(number) for number in stats[region])
            if area_px < min_area_px:
                continue
            window = slice(y, y + height), slice(x, x + width)
            inside = regions[window] == region
            cleaned[window][inside] = value
            score = min(float(totals[window][inside].max()), 1.0)
            box_xyxy = (x, y, x + width, y + height)
            order = (y, x, value, height, width, area_px)
            found.append((order, _defect(label, score, box_xyxy, inside, pixel_mm)))
    found.sort(key=lambda entry: entry[0])
    return [defect for _, defect in found], cleaned


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
    points_yx = np.argwhere(inside).astype(np.float32)
    _, sides, _ = cv2.minAreaRect(points_yx)
    return max(float(side) for side in sides) + 1.0
