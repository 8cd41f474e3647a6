"""Stains: heat tints and what chemicals have left; the metal itself has changed."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import log_uniform, new_seed, uniform
from scuff.booth.marks.noise import fractal
from scuff.booth.marks.pixels import MARGIN_MM, crest, eased, edge, ring_mm
from scuff.booth.marks.turning import in_oval, outline, turned
from scuff.booth.surface import Change, Cover, Values

LARGEST = 1.45
"""Nothing of a stain is further from its middle, in its own radii."""

MARKED = 0.3
"""Share of its full strength from which on a pixel belongs to a stain."""

ETCHED_ROUGH = 0.25
"""Roughness of the metal where a chemical has etched it."""


@dataclass(frozen=True, slots=True)
class Stain:
    """A stain.

    Attributes:
        xy_mm: Place of its middle in plan.
        radius_mm: Mean of half its length and half its width.
        aspect: Its length through its width.
        angle_deg: Of its length, counter-clockwise from the finish.
        warmth: Its colour, above 0 yellow to brown, below 0 blue.
        turning: How far the colour turns to its opposite in the middle, as heat tints do, in [0, 1].
        dark: Share of the light that it swallows.
        soft_mm: Width of its edge.
        rim: How much stronger it is along its edge, as where a drop has dried, in [0, 1].
        etched: Share of the metal that is matt in it.
        seed: Of its outline and its mottling.
    """

    xy_mm: tuple[float, float]
    radius_mm: float
    aspect: float = 1.0
    angle_deg: float = 0.0
    warmth: float = 0.3
    turning: float = 0.0
    dark: float = 0.15
    soft_mm: float = 1.0
    rim: float = 0.3
    etched: float = 0.0
    seed: int = 0

    kind: ClassVar[str] = "stain"
    is_flaw: ClassVar[bool] = True

    @property
    def size_mm(self) -> tuple[float, float]:
        """Its length and width."""
        root = math.sqrt(self.aspect)
        return 2 * self.radius_mm * root, 2 * self.radius_mm / root

    @property
    def reach_mm(self) -> float:
        """The farthest its outline can reach, and a margin."""
        return max(self._farthest_mm) + MARGIN_MM

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels around it."""
        ring = ring_mm(pixel_mm)
        length, width = self._farthest_mm
        return in_oval(p, q, self.angle_deg, (length + ring, width + ring))

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """Its colour, and what it swallows."""
        inside, depth = self._place(p, q)
        body = edge(inside, self.soft_mm, pixel_mm)
        mottled = self._mottled(p, q, pixel_mm)
        rim_mm = 0.12 + 0.25 * self.soft_mm
        rim = np.float32(self.rim) * crest(inside - rim_mm, rim_mm, pixel_mm) * (0.7 + 0.6 * mottled)
        strength = body * (mottled * (1 - 0.45 * self.rim) + rim) * in_oval(p, q, self.angle_deg, self._farthest_mm)
        colour = 1 - np.float32(2 * self.turning) * depth
        share = np.minimum(np.float32(self.etched) * strength, np.float32(1))
        return Change(
            cover=Cover(share, ETCHED_ROUGH, 0.03) if self.etched else None,
            reflectance=1 - np.float32(self.dark) * np.clip(strength, 0, 1.6),
            warmth=np.float32(self.warmth) * strength * colour,
            marked=body >= MARKED,
        )

    @property
    def _farthest_mm(self) -> tuple[float, float]:
        return LARGEST / 2 * self.size_mm[0] + self.soft_mm, LARGEST / 2 * self.size_mm[1] + self.soft_mm

    def _mottled(self, p: Values, q: Values, pixel_mm: float) -> Values:
        """Its strength from place to place, about 1: clouds, and grain in them."""
        clouds = fractal(p / (0.7 * self.radius_mm), q / (0.7 * self.radius_mm), self.seed + 2, 3)
        grain = fractal(p / 1.1, q / 1.1, self.seed + 5, 3, pixel_mm / 1.1)
        return 1 + np.float32(0.5) * clouds + np.float32(0.2) * grain

    def _place(self, p: Values, q: Values) -> tuple[Values, Values]:
        """Distance inside the outline in mm, and how deep inside on the way to the middle, from 0 to 1, smoothly."""
        fray = np.float32(0.05 * self.radius_mm)
        scale = 3 / self.radius_mm
        p = p + fray * fractal(p * scale, q * scale, self.seed, 3)
        q = q + fray * fractal(p * scale, q * scale, self.seed + 1, 3)
        along, across = turned(p, q, self.angle_deg)
        root = math.sqrt(self.aspect)
        u, v = along / (root * self.radius_mm), across * (root / self.radius_mm)
        largest = np.minimum(outline(u, v, self.seed, 0.16), np.float32(LARGEST - 0.15))
        radius = np.sqrt(u * u + v * v)
        return (largest - radius) * np.float32(self.radius_mm), eased(1 - radius / largest)


RADIUS_MM = (2.0, 20.0)
ASPECT = (1.0, 2.5)
HEAT = {"warmth": (0.2, 0.6), "turning": (0.0, 0.9), "dark": (0.05, 0.2), "soft": (0.25, 0.7), "rim": (0.0, 0.1)}
"""Of heat tints; the width of the soft edge in radii."""
CHEMICAL = {"warmth": (-0.2, 0.35), "turning": (0.0, 0.3), "dark": (0.08, 0.35), "soft": (0.02, 0.2), "rim": (0.2, 0.9)}
"""Of what chemicals have left."""
ETCHED = (0.05, 0.4)


def draw_stain(random: np.random.Generator, xy_mm: tuple[float, float]) -> Stain:
    """Draw a stain: two in five are heat tints, the others chemical, and half of those have etched the metal."""
    heat = bool(random.random() < 0.4)
    ranges = HEAT if heat else CHEMICAL
    radius = log_uniform(random, RADIUS_MM)
    return Stain(
        xy_mm,
        radius_mm=radius,
        aspect=uniform(random, ASPECT),
        angle_deg=uniform(random, (0, 180)),
        warmth=uniform(random, ranges["warmth"]),
        turning=uniform(random, ranges["turning"]),
        dark=uniform(random, ranges["dark"]),
        soft_mm=radius * uniform(random, ranges["soft"]),
        rim=uniform(random, ranges["rim"]),
        etched=uniform(random, ETCHED) if not heat and random.random() < 0.5 else 0.0,
        seed=new_seed(random),
    )
