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
        return max(0.0, min(min(_reach(self, other)), min(_reach(other, self))))

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


def _reach(one: Outline, other: Outline) -> list[float]:
    """How far the corners of one outline are from the pieces of another; negative inside of them."""
    return [
        -cv2.pointPolygonTest(piece, (float(x), float(y)), measureDist=True)
        for own in one.pieces
        for x, y in own.reshape(-1, 2)
        for piece in other.pieces
    ]
