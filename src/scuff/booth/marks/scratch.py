"""Scratches: grooves with raised lips that something hard has left, often in several tracks and with gaps."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import log_uniform, new_seed, uniform
from scuff.booth.marks.groove import CELLS, Walls, marked_line
from scuff.booth.marks.noise import noise_line
from scuff.booth.marks.pixels import MARGIN_MM, ring_mm
from scuff.booth.marks.tracks import Gap, Track, gaps_of, tracks_of
from scuff.booth.marks.turning import turned, unrolled
from scuff.booth.surface import Change, Values

FAINT = 0.05
"""Load, as a share of the full one, below which nothing is marked, since nothing can be seen."""

DARK = 0.10
"""Share of the light that a groove full of grinding dust and oxide swallows."""

WAVES = ((11.0, 1.0), (3.2, 0.3), (0.8, 0.06))
"""How a scratch strays from its line: length in mm and strength of each kind of wave."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A scratch.

    A pixel is marked where groove and lips cover at least a fifth of it, or where the middle of a track passes within
    half a pixel; nothing is marked in its gaps. So what is finer than a pixel is one pixel wide in a mask.

    Attributes:
        xy_mm: Place of its middle in plan.
        length_mm: Along it.
        width_mm: Of the main groove at full load, without the lips.
        depth_mm: At full load.
        angle_deg: Of its tangent in its middle, counter-clockwise from the finish.
        curvature_per_mm: To the left.
        burr: Height of the lips, in depths.
        wander_mm: How far it strays from its line.
        chatter: How much load, lips and tilt vary along it; 0 for a groove drawn with a ruler.
        broken: Share of its length where it is interrupted.
        tracks: Number of grooves side by side.
        seed: Of everything random in it.
    """

    xy_mm: tuple[float, float]
    length_mm: float
    width_mm: float
    depth_mm: float
    angle_deg: float = 0.0
    curvature_per_mm: float = 0.0
    burr: float = 0.3
    wander_mm: float = 0.1
    chatter: float = 0.6
    broken: float = 0.0
    tracks: int = 1
    seed: int = 0

    kind: ClassVar[str] = "scratch"
    is_flaw: ClassVar[bool] = True

    @property
    def size_mm(self) -> tuple[float, float]:
        """Its length and the width of its main groove."""
        return self.length_mm, self.width_mm

    @property
    def reach_mm(self) -> float:
        """Half its length, and a margin."""
        return self.length_mm / 2 + self._half_band_mm + MARGIN_MM

    @property
    def gaps_mm(self) -> tuple[Gap, ...]:
        """Where it is interrupted: beginnings and ends, along it from its middle."""
        return gaps_of(self.broken, self.length_mm, self.seed)

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels beside its line."""
        along, across = turned(p, q, self.angle_deg)
        band = self._half_band_mm + ring_mm(pixel_mm)
        bow = self.curvature_per_mm * self.length_mm**2 / 16  # half of what it leaves its tangent by, and some
        found: NDArray[np.bool_] = np.abs(across - bow) < band + abs(bow) * 1.25
        found &= np.abs(along) < self.length_mm / 2 + ring_mm(pixel_mm)
        way, distance, _ = unrolled(along[found], across[found], self.curvature_per_mm)
        found[found] = (np.abs(distance) < band) & (np.abs(way) < self.length_mm / 2 + ring_mm(pixel_mm))
        return found

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """Its grooves."""
        along, across = turned(p, q, self.angle_deg)
        way, distance, turn = unrolled(along, across, self.curvature_per_mm)
        distance = distance - self._wander(way)
        walls, centred = Walls(way.size), np.zeros(way.size, np.bool_)
        gaps = self.gaps_mm
        for track in self._tracks():
            load = track.load(way, self.chatter, gaps, pixel_mm)
            away = distance - (track.offset_mm + track.drift * way)
            self._cut(walls, track, way, away, load, pixel_mm)
            centred |= (np.abs(away) <= 0.5 * pixel_mm) & (load > FAINT)
        groove = walls.groove(turn + math.radians(self.angle_deg))
        return Change(groove=groove, reflectance=1 - DARK * groove.share, marked=marked_line(groove, centred))

    @property
    def _half_band_mm(self) -> float:
        """Nothing of it is further from its line."""
        tracks = max(abs(t.offset_mm) + abs(t.drift) * self.length_mm / 2 for t in self._tracks())
        return tracks + self.width_mm * (0.65 + 2.6 * self.burr) + 1.4 * self.wander_mm

    def _tracks(self) -> list[Track]:
        return tracks_of(self.tracks, self.length_mm, self.width_mm, self.seed)

    def _wander(self, way: Values) -> Values:
        """How far it strays from its line, in mm."""
        total = np.zeros_like(way)
        for order, (length, strength) in enumerate(WAVES):
            total += np.float32(strength * self.wander_mm) * noise_line(way / length, self.seed + order)
        return total

    def _cut(self, walls: Walls, track: Track, way: Values, away: Values, load: Values, pixel_mm: float) -> None:
        """Add a track's groove: as under a round tip, its width grows with the root of the load, and its depth with it.

        The lips are torn and differ from side to side; fine lines run along the walls.
        """
        root = np.sqrt(load)
        half = np.float32(0.5 * self.width_mm * track.scale) * root
        steep = np.float32(2 * self.depth_mm / self.width_mm) * root
        lips = [
            self.burr * np.maximum(1 + self.chatter * noise_line(way / 0.9, track.seed + 20 + side), 0)
            for side in (0, 1)
        ]
        tilt = noise_line(way / 1.9, track.seed + 30)
        striae = [
            np.float32(self.chatter) * (tilt + 0.8 * noise_line(way / 3.7, track.seed + 31, cell))
            for cell in range(CELLS)
        ]
        walls.add(away, half, steep, pixel_mm, (lips[0], lips[1]), striae)


LENGTH_MM = (8.0, 90.0)
WIDTH_MM = (0.05, 0.35)
DEPTH_MM = (0.002, 0.020)
STEEPEST = (0.06, 0.5)
"""Of the upper edge of its walls, four times the depth through the width: a scratch is much wider than deep."""
CURVATURE_PER_MM = (-0.01, 0.01)
BURR = (0.05, 0.5)
WANDER_MM = (0.02, 0.25)
CHATTER = (0.35, 0.9)
BROKEN = (0.05, 0.5)
TRACKS = ((1, 0.5), (2, 0.25), (3, 0.15), (4, 0.1))
"""Numbers of tracks and their shares."""
ALONG_DEG, ACROSS_DEG = (-10.0, 10.0), (20.0, 160.0)


def draw_scratch(random: np.random.Generator, xy_mm: tuple[float, float]) -> Scratch:
    """Draw a scratch: one in four along the finish, and half of all with gaps."""
    length, width = log_uniform(random, LENGTH_MM), log_uniform(random, WIDTH_MM)
    shallowest, deepest = (width * steep / 4 for steep in STEEPEST)
    bend = uniform(random, CURVATURE_PER_MM) * float(random.random())  # most are nearly straight
    return Scratch(
        xy_mm,
        length_mm=length,
        width_mm=width,
        depth_mm=log_uniform(random, (max(DEPTH_MM[0], shallowest), min(DEPTH_MM[1], deepest))),
        angle_deg=uniform(random, ALONG_DEG if random.random() < 0.25 else ACROSS_DEG),
        curvature_per_mm=bend,
        burr=uniform(random, BURR),
        wander_mm=uniform(random, WANDER_MM),
        chatter=uniform(random, CHATTER),
        broken=uniform(random, BROKEN) if random.random() < 0.5 else 0.0,
        tracks=int(random.choice([count for count, _ in TRACKS], p=[share for _, share in TRACKS])),
        seed=new_seed(random),
    )
