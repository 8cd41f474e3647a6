"""Weld seams: a bead with ripples, and heat tints at both sides."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import new_seed, uniform
from scuff.booth.marks.noise import noise, noise_line
from scuff.booth.marks.pixels import MARGIN_MM, crest, edge, fade, ring_mm
from scuff.booth.marks.turning import turned, turned_back
from scuff.booth.surface import Change, Cover, Values

ROUGH, HAZE = 0.22, 0.02
"""Of the bead."""

TINTS = ((0.06, 0.10, -0.7), (0.30, 0.13, 0.9), (0.62, 0.18, 0.45))
"""Heat tints from the bead outwards, blue, brown and straw: place and width in tint widths, warmth."""


@dataclass(frozen=True, slots=True)
class WeldSeam:
    """A straight weld seam, sound.

    Attributes:
        xy_mm: Place of its middle in plan.
        length_mm: Along it.
        width_mm: Of the bead.
        angle_deg: Counter-clockwise from the finish.
        height_mm: Of the bead's crown.
        ripple_mm: Distance of its ripples.
        rippled: Slope of the ripples; low where the bead has been ground.
        tint_mm: How far the heat tints reach from the bead.
        tint: Their strength, in [0, 1].
        seed: Of everything random in it.
    """

    xy_mm: tuple[float, float]
    length_mm: float
    width_mm: float = 3.0
    angle_deg: float = 0.0
    height_mm: float = 0.1
    ripple_mm: float = 0.6
    rippled: float = 0.08
    tint_mm: float = 6.0
    tint: float = 0.4
    seed: int = 0

    kind: ClassVar[str] = "weld-seam"
    is_flaw: ClassVar[bool] = False

    @property
    def size_mm(self) -> tuple[float, float]:
        """Its length and the width of its bead."""
        return self.length_mm, self.width_mm

    @property
    def reach_mm(self) -> float:
        """Half its length, and a margin."""
        return math.hypot(self.length_mm / 2, self._half_mm) + MARGIN_MM

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels of the bead and of its tints."""
        along, across = turned(p, q, self.angle_deg)
        found: NDArray[np.bool_] = np.abs(across) < self._half_mm + ring_mm(pixel_mm)
        found &= np.abs(along) < self.length_mm / 2
        return found

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """Its bead and its tints."""
        along, across = turned(p, q, self.angle_deg)
        across = across + np.float32(0.15) * noise_line(along / 21.0, self.seed)
        half = self.width_mm / 2 * (1 + 0.07 * noise_line(along / 2.8, self.seed + 1))
        seam = (np.abs(along) < self.length_mm / 2) & (np.abs(across) < self._half_mm)
        bead = edge(half - np.abs(across), 0.15, pixel_mm) * seam
        slope = self._slope(along, across / half, bead, pixel_mm)
        toe = crest(np.abs(across) - half, 0.09, pixel_mm) * seam
        warmth, dark = self._tinted(along, np.abs(across) - half, np.sign(across))
        return Change(
            slope=turned_back(*slope, self.angle_deg),
            cover=Cover(np.float32(0.7) * bead, ROUGH, HAZE),
            reflectance=(1 - np.float32(0.3) * toe) * (1 - dark * seam),
            warmth=warmth * seam * (1 - np.float32(0.6) * bead),
        )

    @property
    def _half_mm(self) -> float:
        return self.width_mm * 0.6 + 1.3 * self.tint_mm

    def _slope(self, along: Values, share: Values, bead: Values, pixel_mm: float) -> tuple[Values, Values]:
        """Slopes along and across: of the crown, and of ripples that lag behind in the middle."""
        square = np.minimum(share * share, np.float32(1))
        crown = np.float32(-8 * self.height_mm / self.width_mm) * share * (1 - square)
        lag = 0.45 * self.width_mm
        uneven = np.float32(0.35 * self.ripple_mm) * noise_line(along / (2.3 * self.ripple_mm), self.seed + 2)
        turn = np.float32(2 * math.pi / self.ripple_mm) * (along + lag * square + uneven)
        strength = self.rippled * (1 + 0.6 * noise(along / (1.4 * self.ripple_mm), share * 1.5, self.seed + 3))
        first, second = fade(self.ripple_mm, pixel_mm), fade(self.ripple_mm / 2, pixel_mm)
        wave = bead * strength * (np.float32(first) * np.sin(turn) + np.float32(0.4 * second) * np.sin(2 * turn + 0.9))
        return wave, crown * bead + wave * share * (4 * lag / self.width_mm)

    def _tinted(self, along: Values, beyond: Values, side: Values) -> tuple[Values, Values]:
        """Warmth, and share of the light that is swallowed, by distance from the bead; each side is another."""
        lane = side.astype(np.int32)
        reach = self.tint_mm * (1 + 0.16 * noise_line(along / 16.0, self.seed + 4, lane))
        reach = reach * (1 + 0.05 * noise_line(along / 3.1, self.seed + 5, lane))
        place = np.maximum(beyond, 0) / reach
        warmth = np.zeros_like(along)
        for middle, width, warm in TINTS:
            off = (place - middle) / width
            warmth += np.float32(warm * self.tint) * np.exp(-0.5 * off * off)
        dark = np.float32(0.3 * self.tint) * np.exp(-4 * place * place)
        return warmth, dark


WIDTH_MM = (1.8, 4.5)
HEIGHT_MM = (0.02, 0.15)
RIPPLE_MM = (0.35, 0.9)
RIPPLED = (0.02, 0.10)
TINT_MM = (3.0, 9.0)
TINT = (0.1, 0.5)


def draw_weld_seam(
    random: np.random.Generator, xy_mm: tuple[float, float], length_mm: float, angle_deg: float
) -> WeldSeam:
    """Draw a weld seam of a given length and direction."""
    return WeldSeam(
        xy_mm,
        length_mm=length_mm,
        width_mm=uniform(random, WIDTH_MM),
        angle_deg=angle_deg,
        height_mm=uniform(random, HEIGHT_MM),
        ripple_mm=uniform(random, RIPPLE_MM),
        rippled=uniform(random, RIPPLED),
        tint_mm=uniform(random, TINT_MM),
        tint=uniform(random, TINT),
        seed=new_seed(random),
    )
