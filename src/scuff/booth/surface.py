"""What lies on the metal: every flaw and every distractor says how it changes the surface around its place.

A mark sees the pixels near its place by two coordinates in the tangent plane there: p along the direction of the
finish and q across it (p, q and the normal are right-handed), both in mm from its place.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Groove:
    """Steep walls within a pixel, such as those of a scratch: a second set of microfacets beside the finish.

    Attributes:
        share: N, share of the pixel that they cover, in [0, 1].
        slope: N×2, their mean slope along p and q.
        direction_rad: N, the direction in which they run, counter-clockwise from p.
        spread: N, standard deviation of their slope across that direction.
    """

    share: Values
    slope: Values
    direction_rad: Values
    spread: Values


@dataclass(frozen=True, slots=True)
class Cover:
    """Something else on, or instead of, the finish.

    Attributes:
        share: N, how much of it there is, in [0, 1].
        rough: Its roughness α, alike in all directions.
        haze: Its diffuse reflectance.
    """

    share: Values
    rough: float
    haze: float


@dataclass(frozen=True, slots=True)
class Change:
    """What a mark does to the N pixels that it was asked about; None where it changes nothing.

    Attributes:
        slope: N×2, slope that it adds to the surface along p and q, mm per mm.
        groove: Steep walls within the pixels.
        cover: What lies over the finish.
        reflectance: N, factor of what the metal reflects, 1 for no change.
        warmth: N, added colour: above 0 yellow to brown, below 0 blue; ±1 is strong.
        marked: N, the pixels that belong to a flaw; None for a distractor, which is sound.
    """

    slope: Values | None = None
    groove: Groove | None = None
    cover: Cover | None = None
    reflectance: Values | None = None
    warmth: Values | None = None
    marked: NDArray[np.bool_] | None = None


class Mark(Protocol):
    """A flaw or a distractor."""

    @property
    def kind(self) -> str:
        """What the trade calls it; the class of a flaw."""
        ...

    @property
    def is_flaw(self) -> bool:
        """Whether it counts; a distractor is sound metal."""
        ...

    @property
    def xy_mm(self) -> tuple[float, float]:
        """Its place in plan; z follows from the shape."""
        ...

    @property
    def reach_mm(self) -> float:
        """Nothing changes further away than this."""
        ...

    @property
    def size_mm(self) -> tuple[float, float]:
        """Length and width."""
        ...

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """Which of H×W pixels it may change, and some sound ones around those to compare with."""
        ...

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """What it does to N pixels; the same for a pixel whichever others are asked about with it."""
        ...
