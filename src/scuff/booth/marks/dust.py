"""Dust: specks that lie on the metal."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import log_uniform, new_seed, uniform, whole
from scuff.booth.marks.pixels import MARGIN_MM, ring_mm, within
from scuff.booth.marks.turning import turned
from scuff.booth.surface import Change, Cover, Values

ROUGH = 0.6


@dataclass(frozen=True, slots=True)
class Dust:
    """Specks of dust close to each other.

    Attributes:
        xy_mm: Place of their middle in plan.
        radius_mm: Of the area.
        count: Number of specks.
        speck_mm: Mean diameter of a speck.
        haze: Their diffuse reflectance.
        seed: Of their places and sizes.
    """

    xy_mm: tuple[float, float]
    radius_mm: float
    count: int = 10
    speck_mm: float = 0.08
    haze: float = 0.35
    seed: int = 0

    kind: ClassVar[str] = "dust"
    is_flaw: ClassVar[bool] = False

    @property
    def size_mm(self) -> tuple[float, float]:
        """Diameter of the area, twice."""
        return 2 * self.radius_mm, 2 * self.radius_mm

    @property
    def reach_mm(self) -> float:
        """The area, and a margin."""
        return self._farthest_mm + MARGIN_MM

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels around the specks."""
        return within(p, q, self._farthest_mm + ring_mm(pixel_mm))

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """What they cover."""
        bare = np.ones_like(p)
        for at_p, at_q, size_mm, aspect, angle_deg, dense in self._specks().tolist():
            # A soft oval: its standard deviations give it the area of the speck, and a pixel widens them.
            sigmas = [math.hypot(size_mm / 4 * stretch, pixel_mm / math.sqrt(12)) for stretch in (aspect, 1 / aspect)]
            reach = 4 * max(sigmas)
            hit = np.flatnonzero((np.abs(p - at_p) < reach) & (np.abs(q - at_q) < reach))
            along, across = turned(p[hit] - at_p, q[hit] - at_q, angle_deg)
            peak = min(size_mm**2 / (8 * sigmas[0] * sigmas[1]), 1.0)
            bare[hit] *= 1 - dense * peak * np.exp(-0.5 * ((along / sigmas[0]) ** 2 + (across / sigmas[1]) ** 2))
        return Change(cover=Cover(1 - bare, ROUGH, self.haze))

    @property
    def _farthest_mm(self) -> float:
        return self.radius_mm + 8 * self.speck_mm

    def _specks(self) -> NDArray[np.float64]:
        """Place, diameter, aspect, angle and density of each speck, count×6."""
        random = np.random.default_rng(self.seed)
        angle = random.uniform(0, 2 * math.pi, self.count)
        away = self.radius_mm * np.sqrt(random.random(self.count))
        size = self.speck_mm * np.exp(random.normal(0, 0.45, self.count)).clip(0.4, 2.5)
        aspect, dense = random.uniform(1, 1.6, self.count), random.uniform(0.4, 1, self.count)
        return np.stack(
            [away * np.cos(angle), away * np.sin(angle), size, aspect, np.degrees(angle) * 7, dense], axis=1
        )


RADIUS_MM = (0.5, 9.0)
COUNT = (1, 24)
SPECK_MM = (0.03, 0.16)
HAZE = (0.1, 0.5)


def draw_dust(random: np.random.Generator, xy_mm: tuple[float, float]) -> Dust:
    """Draw some dust."""
    return Dust(
        xy_mm,
        radius_mm=log_uniform(random, RADIUS_MM),
        count=whole(random, COUNT),
        speck_mm=log_uniform(random, SPECK_MM),
        haze=uniform(random, HAZE),
        seed=new_seed(random),
    )
