"""Walls of grooves within pixels: how steep they are on average, and how much that varies."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.pixels import overlap
from scuff.booth.surface import Groove, Values

CELLS = 8
"""Strips of even slope into which a groove is divided across."""

WALL_SPREAD = 0.04
"""Standard deviation of the slope of a wall itself, which is not smooth either."""


class Walls:
    """The walls that N pixels have seen so far, all of one direction.

    A groove is a parabola across, of some depth and half width, with a triangular lip beside each wall, which is as
    high as ``burr`` times the depth and twice ``burr`` times the half width wide.

    Attributes:
        share: N, share of the pixels that walls and lips cover.
    """

    def __init__(self, count: int) -> None:
        self.share: Values = np.zeros(count, np.float32)
        self._slope: Values = np.zeros(count, np.float32)  # sum over the covered share
        self._square: Values = np.zeros(count, np.float32)

    def add(
        self,
        distance: Values,
        half_mm: Values,
        steep: Values,
        pixel_mm: float,
        burr: tuple[Values | float, Values | float] = (0.0, 0.0),
        striae: Sequence[Values | float] = (0.0,) * CELLS,
    ) -> None:
        """Add a groove.

        Args:
            distance: N, of the pixels from its middle, across, in mm.
            half_mm: N, its half width there; 0 where it is interrupted.
            steep: N, its depth through its half width; the walls are twice as steep at their upper edge.
            pixel_mm: Width of a pixel.
            burr: Height of the lips at the side where the distance is below 0 and at the other, in depths.
            striae: How much further each strip leans to one side, in units of ``steep``.
        """
        step = 2 / CELLS
        for cell, lean in enumerate(striae):
            low = cell * step - 1
            self._collect(distance, half_mm * low, half_mm * (low + step), steep * (2 * low + step + lean), pixel_mm)
        for side, height in zip((-1, 1), burr, strict=True):
            if np.any(np.asarray(height) > 0):
                lip = half_mm * height
                self._collect(side * distance, half_mm, half_mm + lip, side * steep, pixel_mm)
                self._collect(side * distance, half_mm + lip, half_mm + 2 * lip, -side * steep, pixel_mm)

    def groove(self, direction_rad: Values) -> Groove:
        """All walls together, in the direction in which they run, counter-clockwise from p."""
        covered = np.maximum(self.share, np.float32(1e-6))
        mean = self._slope / covered
        variance = np.maximum(self._square / covered - mean * mean, np.float32(0)) + np.float32(WALL_SPREAD**2)
        slope: Values = np.stack([-mean * np.sin(direction_rad), mean * np.cos(direction_rad)], axis=-1)
        spread: Values = np.sqrt(variance)
        return Groove(np.minimum(self.share, np.float32(1)), slope, direction_rad, spread)

    def _collect(self, distance: Values, low: Values, high: Values, slope: Values, pixel_mm: float) -> None:
        part = overlap(distance, low, high, pixel_mm)
        self.share += part
        part = part * slope
        self._slope += part
        self._square += part * slope


def marked_line(groove: Groove, centred: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels that belong to a thin line: those that it covers to a fifth, and those that its middle passes.

    Args:
        groove: Of N pixels.
        centred: N, whether the middle of the line passes within half a pixel.
    """
    return (groove.share >= COVERED) | centred


COVERED = 0.2
"""Share of a pixel from which on it is marked, even where the middle of the line misses it."""
