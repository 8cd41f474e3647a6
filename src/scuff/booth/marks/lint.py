"""Lint: a curled fibre that lies on the metal."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import log_uniform, new_seed, uniform
from scuff.booth.marks.noise import noise_line
from scuff.booth.marks.pixels import MARGIN_MM, ring_mm, strip, within
from scuff.booth.surface import Change, Cover, Values

PIECES = 40
"""Straight pieces of which a fibre is made."""

ROUGH = 0.6
SHADOW = 0.35
"""Share of the light that a fibre takes from the metal under it, where it lies on it."""

LIFT_MM = 0.25
"""How far its shadow, and its reflection, may lie beside it, where it is lifted off the metal."""


@dataclass(frozen=True, slots=True)
class Lint:
    """A fibre.

    Attributes:
        xy_mm: Place of its middle in plan.
        length_mm: Along it, stretched.
        width_mm: Its thickness.
        curl: How much it turns: standard deviation of its direction's change, rad per quarter of its length.
        haze: Its diffuse reflectance, low for a dark one.
        seed: Of its course.
    """

    xy_mm: tuple[float, float]
    length_mm: float
    width_mm: float = 0.03
    curl: float = 1.0
    haze: float = 0.45
    seed: int = 0

    kind: ClassVar[str] = "lint"
    is_flaw: ClassVar[bool] = False

    @property
    def size_mm(self) -> tuple[float, float]:
        """Its length and thickness."""
        return self.length_mm, self.width_mm

    @property
    def reach_mm(self) -> float:
        """The farthest point of its course, and a margin."""
        return self._farthest_mm + MARGIN_MM

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels around it."""
        return within(p, q, self._farthest_mm + ring_mm(pixel_mm))

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """What it covers, and its shadow."""
        course = self._course()
        fibre = self._share(p, q, course, pixel_mm, 1.0)
        angle = float(np.random.default_rng((self.seed, 1)).uniform(0, 2 * math.pi))
        lifted = np.float32(LIFT_MM) * np.abs(
            noise_line(np.linspace(0, 3, PIECES + 1, dtype=np.float32), self.seed + 5)
        )
        beside: Values = course + lifted[:, None] * np.array([math.cos(angle), math.sin(angle)], np.float32)
        shadow = self._share(p, q, beside, pixel_mm, 1.6)
        return Change(cover=Cover(fibre, ROUGH, self.haze), reflectance=1 - np.float32(SHADOW) * shadow * (1 - fibre))

    @property
    def _farthest_mm(self) -> float:
        return float(np.sqrt((self._course() ** 2).sum(axis=1).max())) + LIFT_MM + 2 * self.width_mm

    def _course(self) -> Values:
        """Corners of the fibre, (PIECES+1)×2, in mm, around its middle; its curvature is that of a random walk."""
        random = np.random.default_rng(self.seed)
        bends = np.convolve(random.normal(0, 1, PIECES + 8), np.ones(9) / 3, "valid")
        turns = float(random.uniform(0, 2 * math.pi)) + np.cumsum(bends) * self.curl / math.sqrt(PIECES) / 1.5
        steps = np.stack([np.cos(turns), np.sin(turns)], axis=1) * self.length_mm / PIECES
        corners = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
        course: Values = (corners - corners.mean(axis=0)).astype(np.float32)
        return course

    def _share(self, p: Values, q: Values, course: Values, pixel_mm: float, wider: float) -> Values:
        """Share of each pixel that a fibre of this course covers."""
        nearest = np.full_like(p, np.inf)
        place = np.zeros_like(p)
        for number, ((from_p, from_q), (to_p, to_q)) in enumerate(pairwise(course.tolist())):
            step_p, step_q = to_p - from_p, to_q - from_q
            off_p, off_q = p - from_p, q - from_q
            along = np.clip((off_p * step_p + off_q * step_q) / (step_p**2 + step_q**2), 0, 1)
            square = (off_p - along * step_p) ** 2 + (off_q - along * step_q) ** 2
            closer = square < nearest
            nearest = np.where(closer, square, nearest)
            place = np.where(closer, number + along, place)
        twisted = (
            self.width_mm * wider * (0.8 + 0.5 * noise_line(place * (self.length_mm / PIECES / 0.5), self.seed + 6))
        )
        return strip(np.sqrt(nearest), twisted, pixel_mm)


LENGTH_MM = (0.6, 9.0)
WIDTH_MM = (0.015, 0.06)
CURL = (0.3, 2.2)
HAZE_DARK, HAZE_LIGHT = (0.03, 0.08), (0.3, 0.6)


def draw_lint(random: np.random.Generator, xy_mm: tuple[float, float]) -> Lint:
    """Draw a fibre; one in four is dark."""
    return Lint(
        xy_mm,
        length_mm=log_uniform(random, LENGTH_MM),
        width_mm=log_uniform(random, WIDTH_MM),
        curl=uniform(random, CURL),
        haze=uniform(random, HAZE_DARK if random.random() < 0.25 else HAZE_LIGHT),
        seed=new_seed(random),
    )
