"""Dents and bumps: smooth changes of height, some mm wide."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import log_uniform, new_seed, uniform
from scuff.booth.marks.pixels import MARGIN_MM, ring_mm, within
from scuff.booth.marks.turning import turned, turned_back
from scuff.booth.surface import Change, Values

MARKED = 0.12
"""Share of its depth from which on a pixel belongs to a dent; a Gaussian reaches it at 2.06 times its sigma."""

END = 4.2
"""Where its height has fallen to nothing, in sigmas."""

RIM, RIM_AT, RIM_WIDTH = 0.16, 1.9, 0.4
"""The metal that an impact throws up: its height in depths, and where it lies and how wide it is, in sigmas."""

LUMPS = 6


@dataclass(frozen=True, slots=True)
class Dent:
    """A dent, or a bump where it is raised.

    Its height is a Gaussian, or steeper and with a rim for an impact, with some lumps so that it is not quite even.

    Attributes:
        xy_mm: Place of its middle in plan.
        sigma_mm: Mean of its standard deviations along and across.
        depth_mm: Of the even form, without the lumps.
        raised: Whether it is a bump.
        aspect: Its length through its width.
        angle_deg: Of its length, counter-clockwise from the finish.
        sharp: 0 for a soft one, 1 for an impact with steep walls and a rim.
        uneven: Height of its lumps, in depths.
        lean: How much deeper it is one sigma further along, in depths, as after an oblique blow.
        seed: Of the lumps.
    """

    xy_mm: tuple[float, float]
    sigma_mm: float
    depth_mm: float
    raised: bool = False
    aspect: float = 1.0
    angle_deg: float = 0.0
    sharp: float = 0.0
    uneven: float = 0.1
    lean: float = 0.0
    seed: int = 0

    is_flaw: ClassVar[bool] = True

    @property
    def kind(self) -> str:
        """Dent or bump."""
        return "bump" if self.raised else "dent"

    @property
    def size_mm(self) -> tuple[float, float]:
        """Length and width of what is marked of it, without the lumps."""
        edge = 2 * math.sqrt(2) * (-math.log(MARKED)) ** (0.5 / (1 + self.sharp))
        return edge * self._sigmas_mm[0], edge * self._sigmas_mm[1]

    @property
    def reach_mm(self) -> float:
        """Where its height has fallen to nothing, and a margin."""
        return END * max(self._sigmas_mm) + MARGIN_MM

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels around it."""
        return within(p, q, END * max(self._sigmas_mm) + ring_mm(pixel_mm))

    def height_mm(self, p: Values, q: Values) -> Values:
        """Its height above the surface, below 0 in a dent."""
        return self._form(p, q)[0]

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """Its slope; it is much wider than a pixel."""
        height, along, across = self._form(p, q)
        marked = np.abs(height) > MARKED * self.depth_mm
        return Change(slope=turned_back(along, across, self.angle_deg), marked=marked)

    @property
    def _sigmas_mm(self) -> tuple[float, float]:
        root = math.sqrt(self.aspect)
        return self.sigma_mm * root, self.sigma_mm / root

    def _form(self, p: Values, q: Values) -> tuple[Values, Values, Values]:
        """Height in mm, and slope along and across its length."""
        along, across = turned(p, q, self.angle_deg)
        u, v = along / self._sigmas_mm[0], across / self._sigmas_mm[1]
        square = u * u + v * v
        even, radial = self._even(square)
        leaning = 1 + np.float32(self.lean) * u
        height = even * leaning
        slope_u, slope_v = radial * u * leaning + np.float32(self.lean) * even, radial * v * leaning
        for place_u, place_v, width, strength in self._lumps():
            off_u, off_v = u - place_u, v - place_v
            lump = np.float32(strength) * np.exp((off_u * off_u + off_v * off_v) * np.float32(-0.5 / width**2))
            height = height + lump
            slope_u, slope_v = slope_u - lump * off_u / width**2, slope_v - lump * off_v / width**2
        scale = (square < END * END) * np.float32(self.depth_mm if self.raised else -self.depth_mm)
        return scale * height, scale * slope_u / self._sigmas_mm[0], scale * slope_v / self._sigmas_mm[1]

    def _even(self, square: Values) -> tuple[Values, Values]:
        """Height of the form without lumps, in depths, and its slope through the radius, by the squared radius."""
        half, power = 0.5 * square, 1 + self.sharp
        body = np.exp(-(half**power))
        slope = -power * half ** (power - 1) * body
        radius = np.sqrt(square + np.float32(1e-6))
        off = (radius - RIM_AT) / RIM_WIDTH
        rim = np.float32(RIM * self.sharp) * np.exp(-0.5 * off * off)
        return body - rim, slope + rim * off / (RIM_WIDTH * radius)

    def _lumps(self) -> list[tuple[float, float, float, float]]:
        """Place, width and height of each lump, in sigmas and depths."""
        random = np.random.default_rng(self.seed)
        found = []
        for _ in range(LUMPS if self.uneven else 0):
            angle, radius = float(random.uniform(0, 2 * math.pi)), float(random.uniform(0.3, 1.5))
            width, strength = float(random.uniform(0.35, 0.8)), float(random.normal()) * self.uneven
            found.append((radius * math.cos(angle), radius * math.sin(angle), width, strength))
        return found


SIGMA_MM = (1.2, 7.0)
DEPTH_MM = (0.02, 0.15)
SHALLOWEST = 0.012
"""In sigmas: what is flatter shows under no light, so nobody calls it a dent."""
ASPECT = (1.0, 1.8)
UNEVEN = (0.03, 0.15)
SHARP = (0.4, 1.0)
LEAN = (0.05, 0.3)
"""Of sharp ones; the others do not lean."""


def draw_dent(random: np.random.Generator, xy_mm: tuple[float, float], raised: bool = False) -> Dent:
    """Draw a dent, two in five of them sharp, or a bump, which is always soft: it was pushed from behind."""
    sigma = log_uniform(random, SIGMA_MM)
    sharp = not raised and bool(random.random() < 0.4)
    return Dent(
        xy_mm,
        sigma_mm=sigma,
        depth_mm=log_uniform(random, (max(DEPTH_MM[0], SHALLOWEST * sigma), DEPTH_MM[1])),
        raised=raised,
        aspect=uniform(random, ASPECT),
        angle_deg=uniform(random, (0, 360)),
        sharp=uniform(random, SHARP) if sharp else 0.0,
        uneven=uniform(random, UNEVEN),
        lean=uniform(random, LEAN) if sharp else 0.0,
        seed=new_seed(random),
    )
