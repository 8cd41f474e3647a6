"""Zones of a part: which defects lie in them, and how large they are."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.plane import Planes
from scuff.core.polygon import ANY_CAMERA, polygon
from scuff.core.rules import Zone
from scuff.inspection.outlines import share_within
from scuff.inspection.sightings import Seen, Sighting

Corners = Sequence[tuple[int, int]]

CANVAS_PX = 2000
"""Long side of the picture in which areas that overlap are counted."""


class Zones:
    """The zones of a recipe."""

    def __init__(self, zones: Sequence[Zone], region: Mapping[str, str], planes: Planes) -> None:
        """Take ``zones`` and ``inspection.region`` of a recipe, and its planes."""
        self._zones = [(zone.name, zone.camera, polygon(zone.points)) for zone in zones]
        self._region = {camera: polygon(points) for camera, points in region.items()}
        self._planes = planes

    def shares(self, sighting: Sighting) -> dict[str, float]:
        """The zones that a defect touches, each with the share of its pixels there."""
        outline, shares = sighting.defect.polygons, {}
        for name in dict.fromkeys(name for name, _, _ in self._zones):
            share = share_within(outline, self._polygons(name, sighting.camera))
            if share > 0:
                shares[name] = share
        return shares

    def area_dm2(self, names: Sequence[str], frames: Sequence[Seen]) -> float:
        """Area of zones, or of all that is inspected, in dm²; where cameras of one plane see the same, it counts once.

        Args:
            names: Of the zones; none: all that is inspected.
            frames: Of the part; each camera must have a plane.
        """
        by_plane: dict[str, list[NDArray[np.float64]]] = {}
        for seen in {seen.camera: seen for seen in frames}.values():
            plane = self._planes.of(seen.camera)
            if plane is None:
                raise ValueError(f"camera {seen.camera!r} has no plane")
            name = (plane.name and f"plane {plane.name}") or f"camera {seen.camera}"
            outlines = self._outlines(names, seen)
            by_plane.setdefault(name, []).extend(plane.to_mm(np.array(each, np.float64)) for each in outlines)
        return sum(_area_mm2(outlines) for outlines in by_plane.values() if outlines) / 1e4

    def _outlines(self, names: Sequence[str], seen: Seen) -> list[Corners]:
        if names:
            return [corners for name in names for corners in self._polygons(name, seen.camera)]
        height, width = seen.hw
        region = self._region.get(seen.camera) or self._region.get(ANY_CAMERA)
        return [region or [(0, 0), (width, 0), (width, height), (0, height)]]

    def _polygons(self, name: str, camera: str) -> list[Corners]:
        own: list[Corners] = [corners for zone, of, corners in self._zones if zone == name and of == camera]
        return own or [corners for zone, of, corners in self._zones if zone == name and of == ANY_CAMERA]


def _area_mm2(outlines: Sequence[NDArray[np.float64]]) -> float:
    """Area that polygons, N×2 points in mm, cover together."""
    if len(outlines) == 1:
        return float(cv2.contourArea(outlines[0].astype(np.float32)))
    points = np.concatenate(outlines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = CANVAS_PX / float((high - low).max())
    width, height = (np.ceil((high - low) * scale).astype(int) + 1).tolist()
    canvas = np.zeros((height, width), np.uint8)
    for outline in outlines:
        cv2.fillPoly(canvas, [np.round((outline - low) * scale).astype(np.int32)], (1,))
    return float(np.count_nonzero(canvas)) / scale**2
