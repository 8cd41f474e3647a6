"""Pits: small craters with steep walls, one or several close together."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import log_uniform, new_seed, uniform, whole
from scuff.booth.marks.groove import COVERED, WALL_SPREAD
from scuff.booth.marks.pixels import MARGIN_MM, blob, overlap, ring_mm, within
from scuff.booth.marks.turning import outline
from scuff.booth.surface import Change, Groove, Values

GRID = 11
"""Cells along and across into which a crater is divided."""

DARK = 0.55
"""Share of the light that a crater swallows."""


class _Crater(NamedTuple):
    p_mm: float
    q_mm: float
    radius_mm: float
    seed: int


@dataclass(frozen=True, slots=True)
class Pit:
    """A pit, or a cluster of pits that counts as one flaw.

    A pixel is marked where craters cover at least a fifth of it, or where the middle of one lies in it.

    Attributes:
        xy_mm: Place of its middle in plan.
        diameter_mm: Of the largest crater.
        depth_mm: Of the largest crater.
        count: Number of craters.
        cluster_mm: Radius of the cluster.
        rust: Strength of the brown halo of corrosion, in [0, 1].
        seed: Of everything random in it.
    """

    xy_mm: tuple[float, float]
    diameter_mm: float
    depth_mm: float
    count: int = 1
    cluster_mm: float = 0.0
    rust: float = 0.0
    seed: int = 0

    kind: ClassVar[str] = "pit"
    is_flaw: ClassVar[bool] = True

    @property
    def size_mm(self) -> tuple[float, float]:
        """Length and width of all its craters together."""
        craters = self._craters()
        length, width = (
            max(c[axis] + c.radius_mm for c in craters) - min(c[axis] - c.radius_mm for c in craters) for axis in (0, 1)
        )
        return max(length, width), min(length, width)

    @property
    def reach_mm(self) -> float:
        """The cluster, its halo, and a margin."""
        return self._radius_mm + MARGIN_MM

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels around it."""
        return within(p, q, self._radius_mm + ring_mm(pixel_mm))

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """Its walls, and what they and the rust swallow."""
        moments = np.zeros((6, p.size), np.float32)
        centred = np.zeros(p.size, np.bool_)
        halo = np.zeros_like(p)
        for crater in self._craters():
            off_p, off_q = p - crater.p_mm, q - crater.q_mm
            reach = 1.5 * crater.radius_mm + pixel_mm
            hit = np.flatnonzero((np.abs(off_p) < reach) & (np.abs(off_q) < reach))
            moments[:, hit] += self._walls(crater, off_p[hit], off_q[hit], pixel_mm)
            centred |= (np.abs(off_p) <= 0.5 * pixel_mm) & (np.abs(off_q) <= 0.5 * pixel_mm)
            halo = np.maximum(halo, blob(off_p * off_p + off_q * off_q, 1.2 * crater.radius_mm + 0.1, pixel_mm))
        halo *= within(p, q, self._radius_mm)
        groove = _groove(moments)
        return Change(
            groove=groove,
            reflectance=(1 - DARK * groove.share) * (1 - np.float32(0.3 * self.rust) * halo),
            warmth=np.float32(0.6 * self.rust) * halo if self.rust else None,
            marked=(groove.share >= COVERED) | centred,
        )

    @property
    def _radius_mm(self) -> float:
        """Nothing of it is further away; outlines reach to 1.5 radii, and the halo to four of its sigmas."""
        return self.cluster_mm + 2.4 * self.diameter_mm + 0.4

    def _craters(self) -> list[_Crater]:
        """The largest in the middle; the others smaller and thinner outwards."""
        random = np.random.default_rng(self.seed)
        found = [_Crater(0.0, 0.0, self.diameter_mm / 2, self.seed)]
        for number in range(1, self.count):
            angle, away = float(random.uniform(0, 2 * math.pi)), float(random.uniform(0.15, 1)) * self.cluster_mm
            radius = self.diameter_mm / 2 * float(random.uniform(0.25, 0.9))
            found.append(_Crater(away * math.cos(angle), away * math.sin(angle), radius, self.seed + number))
        return found

    def _walls(self, crater: _Crater, p: Values, q: Values, pixel_mm: float) -> Values:
        """Share, and sums of slopes and of their products (p, q, pp, qq, pq), 6×N, that a crater has in pixels."""
        edges = np.linspace(-1.5, 1.5, GRID + 1) * crater.radius_mm
        cells = list(pairwise(edges.tolist()))
        part_p, part_q = (np.stack([overlap(v, low, high, pixel_mm) for low, high in cells]) for v in (p, q))
        walls: Values = np.einsum("kij,in,jn->kn", self._cells(crater), part_q, part_p)
        return walls

    def _cells(self, crater: _Crater) -> Values:
        """The same for each cell of a crater, 6×GRID×GRID: a fourth-power bowl with an irregular outline."""
        middles = np.float32(1.5) * ((np.arange(GRID, dtype=np.float32) + np.float32(0.5)) * np.float32(2 / GRID) - 1)
        p, q = np.meshgrid(middles, middles)
        edge = outline(p, q, crater.seed, 0.14, 5)
        square = (p * p + q * q) / (edge * edge)
        # soft by half a cell, so that the area does not depend on where the outline cuts the cells
        inside = np.clip((1 - np.sqrt(square)) * edge * np.float32(GRID / 3) + 0.5, 0, 1)
        steep = np.float32(8 * self.depth_mm / self.diameter_mm) * np.minimum(square, 1)
        slope_p, slope_q = steep * p, steep * q
        products = [np.ones_like(p), slope_p, slope_q, slope_p * slope_p, slope_q * slope_q, slope_p * slope_q]
        cells: Values = np.stack(products) * inside
        return cells


def _groove(moments: Values) -> Groove:
    """The walls as those of grooves that run where their slopes vary least."""
    share = moments[0]
    p, q, pp, qq, pq = moments[1:] / np.maximum(share, np.float32(1e-6))
    pp, qq, pq = pp - p * p, qq - q * q, pq - p * q
    across = 0.5 * np.arctan2(2 * pq, pp - qq)  # where they vary most
    variance = 0.5 * (pp + qq + np.sqrt((pp - qq) ** 2 + 4 * pq * pq))
    spread = np.sqrt(np.maximum(variance, 0) + np.float32(WALL_SPREAD**2))
    return Groove(np.minimum(share, 1), np.stack([p, q], axis=-1), across + np.float32(math.pi / 2), spread)


DIAMETER_MM = (0.1, 0.8)
DEPTH = (0.08, 0.25)
"""In diameters."""
COUNT = (2, 9)
CLUSTER = (1.5, 6.0)
"""Radius of a cluster, in diameters."""
RUST = (0.1, 0.7)


def draw_pit(random: np.random.Generator, xy_mm: tuple[float, float]) -> Pit:
    """Draw a pit: half are clusters, and one in three has begun to rust."""
    diameter = log_uniform(random, DIAMETER_MM)
    several = bool(random.random() < 0.5)
    return Pit(
        xy_mm,
        diameter_mm=diameter,
        depth_mm=diameter * uniform(random, DEPTH),
        count=whole(random, COUNT) if several else 1,
        cluster_mm=diameter * uniform(random, CLUSTER) if several else 0.0,
        rust=uniform(random, RUST) if random.random() < 1 / 3 else 0.0,
        seed=new_seed(random),
    )
