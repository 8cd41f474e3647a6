"""Fingerprints: the grease that the ridges of a finger leave."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import new_seed, uniform
from scuff.booth.marks.noise import fractal, noise
from scuff.booth.marks.pixels import MARGIN_MM, eased, fade, ring_mm, within
from scuff.booth.marks.turning import turned
from scuff.booth.surface import Change, Cover, Values

ROUGH, HAZE = 0.2, 0.04
"""Of the grease, which lies in droplets."""

MINUTIAE = 14
"""Ends and forks of ridges."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A fingerprint, pressed unevenly and a little smeared.

    Ridges are waves of a phase that grows outwards from a core, as in a loop or a whorl; where a ridge ends or forks
    the phase turns once around that point (as in Larkin and Fletcher's model, 2007).

    Attributes:
        xy_mm: Place of its middle in plan.
        length_mm: Along the finger.
        width_mm: Across it.
        angle_deg: Of the finger, counter-clockwise from the finish.
        ridge_mm: Mean distance of ridges.
        strength: Share that a ridge covers, in [0, 1].
        whorl: Whether it is a whorl, else a loop.
        seed: Of everything random in it.
    """

    xy_mm: tuple[float, float]
    length_mm: float = 19.0
    width_mm: float = 15.0
    angle_deg: float = 0.0
    ridge_mm: float = 0.46
    strength: float = 0.3
    whorl: bool = False
    seed: int = 0

    kind: ClassVar[str] = "fingerprint"
    is_flaw: ClassVar[bool] = False

    @property
    def size_mm(self) -> tuple[float, float]:
        """Its length and width."""
        return self.length_mm, self.width_mm

    @property
    def reach_mm(self) -> float:
        """Half its length, and a margin."""
        return self._farthest_mm + MARGIN_MM

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels around it."""
        return within(p, q, self._farthest_mm + ring_mm(pixel_mm))

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """The grease."""
        along, across = turned(p, q, self.angle_deg)
        pressed = self._pressed(along, across)
        swing = np.float32(0.5 * fade(self.ridge_mm, pixel_mm))
        ridges = 0.5 + swing * np.sin(self._phase(along, across))
        pores = 1 + np.float32(0.5) * fractal(along / 0.3, across / 0.3, self.seed + 8, 2, pixel_mm / 0.3)
        share = (self.strength * pressed * ridges * pores).astype(np.float32) * within(p, q, self._farthest_mm)
        return Change(cover=Cover(np.clip(share, np.float32(0), np.float32(1)), ROUGH, HAZE))

    @property
    def _farthest_mm(self) -> float:
        return 0.62 * max(self.length_mm, self.width_mm)

    def _pressed(self, along: Values, across: Values) -> Values:
        """How much grease there is: within an irregular oval, in patches."""
        u, v = along * np.float32(2 / self.length_mm), across * np.float32(2 / self.width_mm)
        edge_at = np.float32(0.25) * fractal(u * 1.7, v * 1.7, self.seed + 4, 3)
        oval = eased((1 - (u * u + v * v) + edge_at) * 2.2)
        patches = eased(0.75 + 1.1 * fractal(along / 5.0, across / 5.0, self.seed + 5, 3))
        pressed: Values = oval * (0.12 + 0.88 * patches)
        return pressed

    def _phase(self, along: Values, across: Values) -> Values:
        """Phase of the ridges, in rad."""
        random = np.random.default_rng(self.seed)
        sway = np.float32(1.1)
        u = along + sway * noise(along / 4.3, across / 4.3, self.seed + 1) - float(random.uniform(-1.5, 1.5))
        v = across + sway * noise(along / 4.3, across / 4.3, self.seed + 2)
        beyond = u if self.whorl else np.maximum(u, 0) + np.float32(0.12) * np.minimum(u, 0)
        from_core = np.sqrt(beyond * beyond + 1.25 * v * v + 0.02)
        phase: Values = from_core * np.float32(2 * math.pi / self.ridge_mm)
        for _ in range(MINUTIAE):
            at_u, at_v = float(random.normal()) * self.length_mm / 4, float(random.normal()) * self.width_mm / 4
            phase += np.float32(random.choice([-1.0, 1.0])) * np.arctan2(v - at_v, u - at_u)
        return phase


LENGTH_MM = (14.0, 24.0)
WIDTH_MM = (10.0, 17.0)
RIDGE_MM = (0.40, 0.52)
STRENGTH = (0.06, 0.35)


def draw_fingerprint(random: np.random.Generator, xy_mm: tuple[float, float]) -> Fingerprint:
    """Draw a fingerprint; one in three is a whorl, the others are loops."""
    return Fingerprint(
        xy_mm,
        length_mm=uniform(random, LENGTH_MM),
        width_mm=uniform(random, WIDTH_MM),
        angle_deg=uniform(random, (0, 360)),
        ridge_mm=uniform(random, RIDGE_MM),
        strength=uniform(random, STRENGTH),
        whorl=bool(random.random() < 1 / 3),
        seed=new_seed(random),
    )
