"""What the booth is asked for: which parts, how large, under which lightings."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from scuff.booth.draw import draw_part
from scuff.booth.finish import KINDS, Kind
from scuff.booth.lighting import Lighting
from scuff.booth.part import Part
from scuff.booth.sensor import Sensor
from scuff.booth.shape import Shape, draw_sheet, draw_sink
from scuff.core.errors import BoothError
from scuff.core.header import MAX_PIXELS

ShapeKind = Literal["sink", "sheet"]
DRAW_SHAPE: dict[ShapeKind, Callable[[np.random.Generator], Shape]] = {"sink": draw_sink, "sheet": draw_sheet}

MIXED: Literal["mixed"] = "mixed"
"""Instead of a finish: one of them for each part."""

FinishChoice = Kind | Literal["mixed"]

LEAST_PX = 64

OF_SHAPE, OF_FINISH = 1, 2
"""What a random number is for: the two never share a seed, nor do they with the parts."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What all frames of a run have in common.

    Attributes:
        seed: Of everything random, from 0.
        shape: What the product is; one shape is drawn for all of its parts.
        finish: Of the parts; ``MIXED`` draws one for each.
        hw: Height and width of a frame, in pixels, both even.
        sound_share: Share of the parts without a flaw, in [0, 1].
        lightings: Each camera takes a frame under each.
        min_visibility: See ``truth_of``.
        most_flaws: Of a part that has any.
        gamma: Of the cameras; 1 is linear.
    """

    seed: int
    shape: ShapeKind
    finish: FinishChoice
    hw: tuple[int, int]
    sound_share: float
    lightings: tuple[Lighting, ...]
    min_visibility: float = 1.0
    most_flaws: int = 6
    gamma: float = 1.0

    @property
    def finishes(self) -> tuple[Kind, ...]:
        """The kinds of finish that the parts may have."""
        return tuple(kind for kind in KINDS if self.finish in (kind, MIXED))

    @property
    def sensor(self) -> Sensor:
        """The sensor of both cameras."""
        return Sensor(gamma=self.gamma)

    def draw_shape(self) -> Shape:
        """Draw the shape of all parts."""
        return DRAW_SHAPE[self.shape](np.random.default_rng((self.seed, 0, OF_SHAPE)))

    def draw_part(self, number: int) -> Part:
        """Draw the part of a number, from 1."""
        finishes = self.finishes
        chosen = finishes[np.random.default_rng((self.seed, number, OF_FINISH)).integers(len(finishes))]
        flaws = (1, self.most_flaws)
        return draw_part(self.seed, number, self.draw_shape(), chosen, self.sound_share, flaws)

    def clean_part(self, finish: Kind) -> Part:
        """Draw a part with nothing on it, as a station has one to set the exposure with."""
        return replace(draw_part(self.seed, 0, self.draw_shape(), finish), marks=())

    def frame_name(self, number: int, camera: str, lighting: Lighting) -> str:
        """Name a frame: part, camera, and the lighting where there are several."""
        several = len(self.lightings) > 1
        return "-".join([serial_of(number), camera, *([lighting.name] if several else [])])

    def as_options(self) -> dict[str, object]:
        """Give the settings as they are typed, by the name of the option."""
        return {
            "seed": self.seed,
            "shape": self.shape,
            "finish": self.finish,
            "size": f"{self.hw[1]}x{self.hw[0]}",
            "sound-share": self.sound_share,
            "most-flaws": self.most_flaws,
            "gamma": self.gamma,
            "light": [str(lighting) for lighting in self.lightings],
            "min-visibility": self.min_visibility,
        }


def serial_of(number: int) -> str:
    """The serial number of a part."""
    return f"P{number:04d}"


def read_size(text: str) -> tuple[int, int]:
    """Read the size of a frame as it is typed, ``1368x912``, into height and width.

    Raises:
        BoothError: It is no size, or none that can be rendered.
    """
    found = re.fullmatch(r"(\d{1,6})[x×](\d{1,6})", text.strip().lower())
    if not found:
        raise BoothError(f"--size {text}: must be width x height in pixels, as in 1368x912")
    width, height = (int(side) for side in found.groups())
    if min(width, height) < LEAST_PX:
        raise BoothError(f"--size {text}: is too small; must be {LEAST_PX}x{LEAST_PX} or more")
    if width * height > MAX_PIXELS:
        raise BoothError(f"--size {text}: is too large; scuff reads pictures of up to {MAX_PIXELS:,} pixels")
    if width % 2 or height % 2:
        even = f"{width + width % 2}x{height + height % 2}"
        raise BoothError(
            f"--size {text}: both must be even, for the sensor's colours come in squares of four; {even} is"
        )
    return height, width
