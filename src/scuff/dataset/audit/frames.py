"""Frames unlike the others: blurred, saturated, black, of another size or mode."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.dataset.audit.findings import Finding, centre_and_spread
from scuff.dataset.audit.texture import DARK, SATURATED, small_grey

FEWEST = 10
"""Pictures from which it can be said what is usual."""

USUAL = 0.8
"""Share of the pictures that must agree on a size or mode before another one is odd."""

MOSTLY = 0.6
"""Share of saturated, or of black, pixels that is odd."""

SPREADS, TIMES = 4.0, 4.0
"""How many spreads and how many times less sharp than the median a blurred picture is."""

COLOURED = 12
"""Grey values between the channels, on average, from which a picture is in colour."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured of one picture.

    Attributes:
        hw: Height and width, in pixels.
        colour: Whether its channels differ.
        saturated: Share of white pixels.
        dark: Share of black ones.
        sharpness: Power of the finest structure as a share of all, of the small copy.
    """

    hw: tuple[int, int]
    colour: bool
    saturated: float
    dark: float
    sharpness: float

    def plain(self) -> dict[str, object]:
        """As JSON keeps it."""
        return asdict(self)


def measure(picture: NDArray[np.uint8]) -> Measures:
    """Measure a picture (H×W×3, RGB)."""
    grey = small_grey(picture)
    values = grey.astype(np.float32)
    finest = values - cv2.GaussianBlur(values, (0, 0), 1.0)
    spread = float(values.std())
    channels = picture[:: max(1, picture.shape[0] // 64), :: max(1, picture.shape[1] // 64)].astype(np.int16)
    return Measures(
        hw=(picture.shape[0], picture.shape[1]),
        colour=bool(np.ptp(channels, axis=2).mean() > COLOURED),
        saturated=round(float((grey >= SATURATED).mean()), 4),
        dark=round(float((grey <= DARK).mean()), 4),
        sharpness=float(finest.std()) / spread if spread > 0.5 else 0.0,
    )


def odd_frames(measured: Mapping[str, Measures]) -> Iterator[Finding]:
    """Find the frames that differ from what is usual in this catalogue.

    Args:
        measured: By the name of the frame.
    """
    for frame, each in measured.items():
        if each.dark > 1 - (1 - MOSTLY) / 8:
            yield Finding("dark", frame, f"{each.dark:.0%} of its pixels are black")
        elif each.saturated > MOSTLY:
            yield Finding("saturated", frame, f"{each.saturated:.0%} of its pixels are white")
    if len(measured) < FEWEST:
        return
    yield from _unusual("size", {frame: f"{each.hw[1]}×{each.hw[0]} px" for frame, each in measured.items()})
    yield from _unusual("colour", {frame: "in colour" if each.colour else "grey" for frame, each in measured.items()})
    yield from _blurred({frame: each.sharpness for frame, each in measured.items() if each.sharpness > 0})


def _unusual(kind: str, values: Mapping[str, str]) -> Iterator[Finding]:
    usual, count = Counter(values.values()).most_common(1)[0]
    if count < USUAL * len(values):
        return
    for frame, value in values.items():
        if value != usual:
            yield Finding(kind, frame, f"{value}; {count:,} of {len(values):,} pictures are {usual}")


def _blurred(sharpness: Mapping[str, float]) -> Iterator[Finding]:
    if len(sharpness) < FEWEST:
        return
    centre, spread = centre_and_spread([math.log(value) for value in sharpness.values()])
    for frame, value in sharpness.items():
        if math.log(value) < centre - max(SPREADS * spread, math.log(TIMES)):
            times = math.exp(centre) / value
            yield Finding("blurred", frame, f"its fine structure is {times:.1f} times weaker than usual")
