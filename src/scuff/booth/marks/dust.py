"""Dust: specks that lie on the metal."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import log_uniform, new_seed, uniform
from scuff.booth.marks.pixels import MARGIN_MM, crest, ring_mm, within
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
        """What they cover: each is a soft oval of its area."""
        bare = np.ones_like(p)
        for at_p, at_q, size_mm, aspect, dense in self._specks().tolist():
            sigmas = [size_mm / math.sqrt(8) * stretch for stretch in (aspect, 1 / aspect)]
            reach = 4 * max(sigmas) + pixel_mm
            hit = np.flatnonzero((np.abs(p - at_p) < reach) & (np.abs(q - at_q) < reach))
            share = crest(p[hit] - at_p, sigmas[0], pixel_mm) * crest(q[hit] - at_q, sigmas[1], pixel_mm)
            bare[hit] *= 1 - dense * np.minimum(share, np.float32(1))
        return Change(cover=Cover(1 - bare, ROUGH, self.haze))

    @property
    def _farthest_mm(self) -> float:
        return self.radius_mm + 6 * self.speck_mm

    def _specks(self) -> NDArray[np.float64]:
        """Place, diameter, aspect and density of each speck, count×5."""
        random = np.random.default_rng(self.seed)
        angle = random.uniform(0, 2 * math.pi, self.count)
        away = self.radius_mm * np.sqrt(random.random(self.count))
        size = self.speck_mm * np.exp(random.normal(0, 0.45, self.count)).clip(0.4, 2.5)
        aspect, dense = random.uniform(0.6, 1.6, self.count), random.uniform(0.4, 1, self.count)
        return np.stack([away * np.cos(angle), away * np.sin(angle), size, aspect, dense], axis=1)


RADIUS_MM = (0.5, 9.0)
PER_MM2 = (0.03, 0.3)
MOST = 40
SPECK_MM = (0.03, 0.16)
HAZE = (0.1, 0.5)


def draw_dust(random: np.random.Generator, xy_mm: tuple[float, float]) -> Dust:
    """Draw some dust: at least one speck."""
    radius = log_uniform(random, RADIUS_MM)
    count = round(math.pi * radius**2 * log_uniform(random, PER_MM2))
    return Dust(
        xy_mm,
        radius_mm=radius,
        count=min(max(count, 1), MOST),
        speck_mm=log_uniform(random, SPECK_MM),
        haze=uniform(random, HAZE),
        seed=new_seed(random),
    )
