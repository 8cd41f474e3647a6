"""The course of a scratch: its tracks side by side, and where it is interrupted."""

from typing import NamedTuple

import numpy as np

from scuff.booth.marks.noise import noise_line
from scuff.booth.marks.pixels import fade
from scuff.booth.surface import Values

BEATS = ((6.0, 0.5), (1.3, 0.5), (0.35, 0.45))
"""How the load varies along a track: length in mm and strength of each kind of beat."""

Gap = tuple[float, float]


class Track(NamedTuple):
    """One groove of a scratch.

    Attributes:
        offset_mm: From the scratch's line, to the left, in its middle.
        drift: How much further left it is for each mm along.
        scale: Its width through that of the main track.
        begins_mm: Along the scratch, from its middle.
        ends_mm: The same.
        rises_mm: Way on which its load rises from nothing, at its beginning.
        falls_mm: Way on which it falls to nothing, at its end.
        late_mm: How much wider than the others' its gaps are at each side.
        seed: Of everything else in it.
    """

    offset_mm: float
    drift: float
    scale: float
    begins_mm: float
    ends_mm: float
    rises_mm: float
    falls_mm: float
    late_mm: float
    seed: int

    def load(self, way: Values, chatter: float, gaps: tuple[Gap, ...], pixel_mm: float) -> Values:
        """How hard it was pressed, 1 for the full load.

        Args:
            way: N, along the scratch from its middle, in mm.
            chatter: How much the load varies.
            gaps: Where it is 0, in mm.
            pixel_mm: Width of a pixel; beats that are finer fade.
        """
        rise, fall = (way - self.begins_mm) / self.rises_mm, (self.ends_mm - way) / self.falls_mm
        load: Values = np.sqrt(np.clip(np.minimum(rise, fall), 0, 1))
        for number, (begins, ends) in enumerate(gaps):
            ramp = self.rises_mm * (0.1 + 0.1 * (number % 4)) + 0.15
            load *= np.clip((np.maximum(begins - way, way - ends) - self.late_mm) / ramp, 0, 1)
        varied = np.ones_like(way)
        for order, (length, strength) in enumerate(BEATS):
            seen = np.float32(strength * chatter * fade(2 * length, pixel_mm))
            varied += seen * noise_line(way / length, self.seed + order)
        return load * np.clip(varied, np.float32(0), np.float32(1.6))


def tracks_of(count: int, length_mm: float, width_mm: float, seed: int) -> list[Track]:
    """The tracks of a scratch: a main one, and others that are finer, shorter, and not quite parallel."""
    random = np.random.default_rng((seed, 2))
    half, found = length_mm / 2, []
    for number in range(count):
        other = float(number > 0)
        side = other * float(random.choice([-1.0, 1.0])) * width_mm
        begins, ends = (other * float(share) * length_mm for share in random.uniform(0, 0.35, 2))
        track = Track(
            offset_mm=side * float(random.uniform(0.9, 2.6)),
            drift=side * float(random.uniform(-1.5, 3.0)) / length_mm,
            scale=1 - other * float(random.uniform(0.25, 0.65)),
            begins_mm=begins - half,
            ends_mm=half - ends,
            rises_mm=float(random.uniform(0.03, 0.2)) * length_mm,
            falls_mm=float(random.uniform(0.1, 0.5)) * length_mm,
            late_mm=other * float(random.uniform(0, 0.03)) * length_mm,
            seed=seed + 1000 * (number + 1),
        )
        found.append(track)
    return found


def gaps_of(broken: float, length_mm: float, seed: int) -> tuple[Gap, ...]:
    """Where a scratch is interrupted: beginnings and ends along it, from its middle, in mm.

    Args:
        broken: Their share of its length; less of it is interrupted where gaps lie on each other.
        length_mm: Of the scratch.
        seed: Of the gaps.
    """
    total = broken * length_mm
    if total <= 0:
        return ()
    random = np.random.default_rng((seed, 1))
    number = max(1, round(total / float(random.uniform(1.5, 6))))
    sizes = random.dirichlet(np.full(number, 1.5)) * total / 2
    middles = random.uniform(-0.4, 0.4, number) * length_mm
    return tuple((float(m - s), float(m + s)) for m, s in zip(middles, sizes, strict=True))
