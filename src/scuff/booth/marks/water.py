"""Water spots: what a drop leaves where it has dried."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import log_uniform, new_seed, uniform, whole
from scuff.booth.marks.noise import fractal, noise
from scuff.booth.marks.pixels import MARGIN_MM, crest, edge, ring_mm, within
from scuff.booth.marks.turning import outline
from scuff.booth.surface import Change, Cover, Values

LARGEST = 1.35
"""Nothing of a spot is further from its middle, in its radii."""

ROUGH, HAZE = 0.32, 0.16
"""Of the minerals."""

DARK = 0.25
"""Share of the light that the metal reflects under a full layer of minerals less than bare."""


@dataclass(frozen=True, slots=True)
class WaterSpot:
    """A dried drop: a thin ring of minerals where its edge stood, fainter ones where it stood later, a haze inside.

    Attributes:
        xy_mm: Place of its middle in plan.
        radius_mm: Mean radius of its ring.
        ring_width_mm: Of the ring.
        rings: Number of fainter rings inside.
        strength: Share that its ring covers, in [0, 1].
        seed: Of everything random in it.
    """

    xy_mm: tuple[float, float]
    radius_mm: float
    ring_width_mm: float = 0.15
    rings: int = 2
    strength: float = 0.5
    seed: int = 0

    kind: ClassVar[str] = "water-spot"
    is_flaw: ClassVar[bool] = False

    @property
    def size_mm(self) -> tuple[float, float]:
        """Its diameter, twice."""
        return 2 * self.radius_mm, 2 * self.radius_mm

    @property
    def reach_mm(self) -> float:
        """The farthest its outline can reach, and a margin."""
        return self._farthest_mm + MARGIN_MM

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels around it."""
        return within(p, q, self._farthest_mm + ring_mm(pixel_mm))

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """What it covers."""
        share = self._ring(p, q, pixel_mm) + self._inner(p, q, pixel_mm)
        grain = 1 + np.float32(0.7) * fractal(p / 0.22, q / 0.22, self.seed + 7, 2, pixel_mm / 0.22)
        share = np.clip(self.strength * share * grain, 0, 1).astype(np.float32)
        share *= within(p, q, self._farthest_mm)
        return Change(cover=Cover(share, ROUGH, HAZE), reflectance=1 - np.float32(DARK) * share)

    @property
    def _farthest_mm(self) -> float:
        return LARGEST * self.radius_mm + 3 * self.ring_width_mm

    def _inside(self, p: Values, q: Values, seed: int, radius_mm: float) -> Values:
        """Distance inside an outline, in mm."""
        fray = np.float32(0.012 * self.radius_mm)
        p = p + fray * noise(p / 0.6, q / 0.6, seed + 1)
        q = q + fray * noise(q / 0.6, p / 0.6, seed + 2)
        edge_at = np.minimum(outline(p, q, seed, 0.07, 12), np.float32(LARGEST - 0.1))
        distance: Values = np.float32(radius_mm) * edge_at - np.sqrt(p * p + q * q)
        return distance

    def _ring(self, p: Values, q: Values, pixel_mm: float) -> Values:
        """Its ring, sharp outside and fading inwards, not equally strong all around; and a haze inside."""
        inside = self._inside(p, q, self.seed, self.radius_mm)
        width = self.ring_width_mm
        radius = np.sqrt(p * p + q * q) + np.float32(1e-3)
        around = 0.65 + 0.8 * noise(1.6 * p / radius + 5, 1.6 * q / radius, self.seed + 3)
        line = crest(inside - width, 0.5 * width, pixel_mm) + np.float32(0.3) * crest(
            inside - 3 * width, width, pixel_mm
        )
        haze = edge(inside, width, pixel_mm) * (
            0.09 + 0.07 * fractal(p / 1.1, q / 1.1, self.seed + 4, 3, pixel_mm / 1.1)
        )
        total: Values = line * np.maximum(around, 0.12) + haze
        return total

    def _inner(self, p: Values, q: Values, pixel_mm: float) -> Values:
        """Fainter rings, each not quite around the same middle, and with gaps."""
        random = np.random.default_rng((self.seed, 1))
        total = np.zeros_like(p)
        for number in range(self.rings):
            size, strength = float(random.uniform(0.25, 0.88)), float(random.uniform(0.1, 0.4))
            off_p, off_q = (float(value) * 0.4 * (1 - size) * self.radius_mm for value in random.uniform(-1, 1, 2))
            inside = self._inside(p - off_p, q - off_q, self.seed + 10 * number + 20, size * self.radius_mm)
            gaps = np.maximum(
                0.5 + noise(p / (0.5 * self.radius_mm), q / (0.5 * self.radius_mm), self.seed + number), 0
            )
            total += np.float32(strength) * crest(inside, 0.6 * self.ring_width_mm, pixel_mm) * gaps
        return total


RADIUS_MM = (1.0, 9.0)
RING_WIDTH_MM = (0.08, 0.25)
RINGS = (0, 3)
STRENGTH = (0.1, 0.5)


def draw_water_spot(random: np.random.Generator, xy_mm: tuple[float, float]) -> WaterSpot:
    """Draw a water spot."""
    return WaterSpot(
        xy_mm,
        radius_mm=log_uniform(random, RADIUS_MM),
        ring_width_mm=uniform(random, RING_WIDTH_MM),
        rings=whole(random, RINGS),
        strength=uniform(random, STRENGTH),
        seed=new_seed(random),
    )
