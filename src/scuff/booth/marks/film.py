"""Film residue: what a wet cloth has left of a cleaner, in streaks and with dry edges."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import log_uniform, new_seed, uniform
from scuff.booth.marks.noise import fractal, noise, noise_line
from scuff.booth.marks.pixels import MARGIN_MM, crest, eased, fade, ring_mm
from scuff.booth.marks.turning import turned, unrolled
from scuff.booth.surface import Change, Cover, Values

ROUGH, HAZE = 0.15, 0.03
STREAKS_MM = (2.6, 0.9, 0.35)
"""Widths of its streaks."""


@dataclass(frozen=True, slots=True)
class Film:
    """A wiped film.

    Attributes:
        xy_mm: Place of its middle in plan.
        length_mm: Along the wipe.
        width_mm: Across it.
        angle_deg: Of the wipe in its middle, counter-clockwise from the finish.
        curvature_per_mm: Of the wipe, to the left.
        strength: Share that it covers where it is thick, in [0, 1].
        seed: Of everything random in it.
    """

    xy_mm: tuple[float, float]
    length_mm: float
    width_mm: float
    angle_deg: float = 0.0
    curvature_per_mm: float = 0.0
    strength: float = 0.3
    seed: int = 0

    kind: ClassVar[str] = "film-residue"
    is_flaw: ClassVar[bool] = False

    @property
    def size_mm(self) -> tuple[float, float]:
        """Its length and width."""
        return self.length_mm, self.width_mm

    @property
    def reach_mm(self) -> float:
        """Half its diagonal, and a margin."""
        return math.hypot(self.length_mm, self.width_mm) / 2 + MARGIN_MM

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels of the wipe and around it."""
        way, distance, _ = unrolled(*turned(p, q, self.angle_deg), self.curvature_per_mm)
        ring = ring_mm(pixel_mm)
        found: NDArray[np.bool_] = np.abs(way) < self.length_mm / 2 + ring
        found &= np.abs(distance) < self.width_mm / 2 + ring
        return found

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """What it covers."""
        way, distance, _ = unrolled(*turned(p, q, self.angle_deg), self.curvature_per_mm)
        inside, wet = self._inside(way, distance), self._wet(way)
        thick, streaks = self._thick(way, distance), self._streaks(way, distance, pixel_mm)
        streaked = eased(0.5 + 0.35 * thick + 0.25 * streaks - 0.8 * (1.0 - wet)) * (0.65 + 0.45 * streaks)
        body = eased(inside / 0.5) * (np.maximum(streaked, 0) + 0.08 * wet)
        dry = (crest(inside - 0.15, 0.09, pixel_mm) + 0.4 * crest(inside - 0.9, 0.14, pixel_mm)) * wet
        drops = eased(0.4 + noise(way / 2.3, distance / 3.1, self.seed + 9))
        share = self.strength * (body + 0.5 * dry * drops)
        share *= (np.abs(way) < self.length_mm / 2) & (np.abs(distance) < self.width_mm / 2)
        covered: Values = np.clip(share, 0, 1).astype(np.float32)
        return Change(cover=Cover(covered, ROUGH, HAZE), reflectance=1 - np.float32(0.06) * covered)

    def _inside(self, way: Values, distance: Values) -> Values:
        """Distance inside its two sides, which are not quite straight, in mm."""
        room = 0.1 * self.width_mm
        left, right = (
            room * (1 + noise_line(way / 13.0, seed) + 0.3 * noise_line(way / 3.4, seed + 1))
            + 0.06 * noise_line(way / 0.7, seed + 2)
            for seed in (self.seed, self.seed + 3)
        )
        inside: Values = np.minimum(self.width_mm / 2 - left - distance, self.width_mm / 2 - right + distance)
        return inside

    def _wet(self, way: Values) -> Values:
        """How wet the cloth was: 1 on most of the way, falling to 0 at its ends, so that streak by streak ends."""
        left = np.float32(self.length_mm / 2) - np.abs(way)
        return eased(left / (0.3 * self.length_mm))

    def _thick(self, way: Values, distance: Values) -> Values:
        """Where the cloth left more and where less, about 0."""
        return fractal(way / 14.0, distance / 5.0, self.seed + 6, 2)

    def _streaks(self, way: Values, distance: Values, pixel_mm: float) -> Values:
        """Streaks along the wipe, about 0."""
        total = np.zeros_like(way)
        for order, width in enumerate(STREAKS_MM):
            seen = np.float32(fade(2 * width, pixel_mm))
            total += seen * noise(way / (45 * width), distance / width, self.seed + 10 + order)
        return total


LENGTH_MM = (20.0, 140.0)
WIDTH_MM = (6.0, 45.0)
CURVATURE_PER_MM = (-0.004, 0.004)
STRENGTH = (0.08, 0.35)


def draw_film(random: np.random.Generator, xy_mm: tuple[float, float]) -> Film:
    """Draw a film; it is never wider than two thirds of its length."""
    length = log_uniform(random, LENGTH_MM)
    return Film(
        xy_mm,
        length_mm=length,
        width_mm=min(log_uniform(random, WIDTH_MM), length * 2 / 3),
        angle_deg=uniform(random, (0, 360)),
        curvature_per_mm=uniform(random, CURVATURE_PER_MM),
        strength=uniform(random, STRENGTH),
        seed=new_seed(random),
    )
