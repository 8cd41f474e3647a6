"""Outlines of defects and zones: what they share, and how far apart they are."""

from collections.abc import Sequence
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


class Outline:
    """The outlines of a defect's pieces, in pixels or in mm."""

    def __init__(self, pieces: Sequence[Points]) -> None:
        """Take N×2 points (x, y) for each piece."""
        self.pieces = [np.asarray(piece, np.float32).reshape(-1, 1, 2) for piece in pieces]

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all points."""
        points = np.concatenate(self.pieces).reshape(-1, 2)
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return left, top, right, bottom

    def distance(self, other: "Outline") -> float:
        """The least distance of two outlines; 0 where one reaches into the other."""
        return min(_apart(one, two) for one in self.pieces for two in other.pieces)

    def overlaps(self, other: "Outline") -> bool:
        """Whether two outlines in pixels share a pixel of what they enclose."""
        left, top = (round(max(pair)) for pair in zip(self.box[:2], other.box[:2], strict=True))
        right, bottom = (round(min(pair)) for pair in zip(self.box[2:], other.box[2:], strict=True))
        if right < left or bottom < top:
            return False
        drawn = [np.zeros((bottom - top + 1, right - left + 1), np.uint8) for _ in range(2)]
        for canvas, outline in zip(drawn, (self, other), strict=True):
            cv2.fillPoly(canvas, [np.round(piece).astype(np.int32) - (left, top) for piece in outline.pieces], (1,))
        return bool((drawn[0] & drawn[1]).any())

    def box_distance(self, other: "Outline") -> float:
        """The least distance of the boxes around two outlines, which is no more than their own; quickly known."""
        left, top, right, bottom = self.box
        other_left, other_top, other_right, other_bottom = other.box
        across = max(0.0, other_left - right, left - other_right)
        down = max(0.0, other_top - bottom, top - other_bottom)
        return float(np.hypot(across, down))


def share_within(outline: Sequence[Sequence[tuple[int, int]]], polygons: Sequence[Sequence[tuple[int, int]]]) -> float:
    """Share of a defect's pixels that lie in any of several polygons.

    Args:
        outline: Of its pieces, in pixels; what they enclose is the defect.
        polygons: In pixels of the same frame.
    """
    points = np.concatenate([np.array(piece, np.int32) for piece in outline])
    corner = points.min(axis=0)
    width, height = (points.max(axis=0) - corner + 1).tolist()
    own, zone = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    for drawn, shapes in ((own, outline), (zone, polygons)):
        for shape in shapes:
            cv2.fillPoly(drawn, [np.array(shape, np.int32) - corner], (1,))
    return float(np.count_nonzero(own & zone) / np.count_nonzero(own))


def _apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The least distance of two closed lines, N×1×2 and M×1×2 points; 0 where they cross, or one encloses the other."""
    for inner, outer in ((one, other), (other, one)):
        x, y = inner[0, 0].tolist()
        if cv2.pointPolygonTest(outer, (x, y), measureDist=False) >= 0:
            return 0.0
    a, b = one.reshape(-1, 2).astype(np.float64), other.reshape(-1, 2).astype(np.float64)
    if _cross(a, b):
        return 0.0
    return min(_to_edges(a, b), _to_edges(b, a))


def _to_edges(points: Points, line: Points) -> float:
    """The least distance of N points from the edges of a closed line of M."""
    start, along = line, np.roll(line, -1, axis=0) - line
    square = np.maximum((along**2).sum(axis=1), 1e-12)
    from_start = points[:, None] - start[None]
    where = np.clip((from_start * along).sum(axis=2) / square, 0, 1)
    return float(np.hypot(*np.moveaxis(from_start - where[..., None] * along, 2, 0)).min())


def _cross(one: Points, other: Points) -> bool:
    """Whether an edge of one closed line crosses an edge of another."""
    a, b = one[:, None], np.roll(one, -1, axis=0)[:, None]
    c, d = other[None], np.roll(other, -1, axis=0)[None]
    return bool(((_side(a, b, c) * _side(a, b, d) < 0) & (_side(c, d, a) * _side(c, d, b) < 0)).any())


def _side(start: Points, end: Points, point: Points) -> NDArray[np.float64]:
    """On which side of a line from start to end a point lies: positive, negative, or 0 on it."""
    along, off = end - start, point - start
    return np.asarray(along[..., 0] * off[..., 1] - along[..., 1] * off[..., 0])
