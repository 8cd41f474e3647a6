"""How the metal of a part is finished: brushed, polished or bead-blasted."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

Kind = Literal["brushed", "polished", "blasted"]
KINDS: tuple[Kind, ...] = ("brushed", "polished", "blasted")


@dataclass(frozen=True, slots=True)
class Finish:
    """The finish of a part.

    Slopes are those of the microfacets, whose distribution is Gaussian with a wider tail: roughness α is √2 times
    its standard deviation.

    Attributes:
        kind: What was done to the metal.
        direction_deg: Of the brushing or of the last polish, counter-clockwise from x on what lies flat; on walls it
            runs around the bowl.
        rough_along: Roughness α along that direction, below 1.
        rough_across: Roughness α across it, below 1.
        tail: Share of the slopes in the tail, in [0, 1).
        haze: Diffuse reflectance.
        streaks: Standard deviation of the slope that streaks (or grain) add, as large as a pixel or larger.
        hairlines: Share of the metal that single lines left by coarse grit cover, fine ones and coarse ones each, in
            [0, 1).
        waviness: Standard deviation of the slope that the waves of the sheet add, some cm long.
        seed: Of everything random in it.
    """

    kind: Kind = "brushed"
    direction_deg: float = 0.0
    rough_along: float = 0.07
    rough_across: float = 0.20
    tail: float = 0.22
    haze: float = 0.012
    streaks: float = 0.02
    hairlines: float = 0.05
    waviness: float = 0.002
    seed: int = 0


def draw_finish(random: np.random.Generator, kind: Kind) -> Finish:
    """Draw a finish of a kind; the ranges stand in the code."""
    seed = int(random.integers(2**31))

    def within(low: float, high: float) -> float:
        return float(random.uniform(low, high))

    waved = Finish(kind, waviness=within(0.001, 0.004), seed=seed)
    if kind == "brushed":
        return replace(
            waved,
            direction_deg=within(-2, 2),
            rough_along=within(0.05, 0.09),
            rough_across=within(0.16, 0.24),
            haze=within(0.008, 0.016),
            streaks=within(0.015, 0.03),
            hairlines=within(0.02, 0.08),
        )
    if kind == "polished":
        rough = within(0.012, 0.03)
        return replace(
            waved,
            direction_deg=within(-90, 90),
            rough_along=rough,
            rough_across=rough * within(1.1, 1.8),
            tail=within(0.06, 0.15),
            haze=within(0.002, 0.006),
            streaks=within(0.001, 0.003),
            hairlines=within(0.002, 0.01),
        )
    rough = within(0.28, 0.40)
    return replace(
        waved, rough_along=rough, rough_across=rough, haze=within(0.02, 0.05), streaks=within(0.03, 0.06), hairlines=0.0
    )
