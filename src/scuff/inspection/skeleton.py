"""The line in the middle of a thin region, and how long it is from end to end."""

import heapq
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""Row and column of a pixel's neighbours, clockwise from the one above."""


def centre_line(inside: NDArray[np.bool_]) -> Points:
    """Trace the line in the middle of a connected region, from one end to the other.

    The region is thinned to lines of single pixels; of all ways along them, this is the longest that is the shortest
    between its ends. Side branches and rings are left out.

    Args:
        inside: H×W, the pixels of the region.

    Returns:
        N×2 points (x, y), each a pixel's middle, from end to end; at least one.
    """
    return _longest_way(_thinned(inside))


def _thinned(inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Thin a region to lines of single pixels (Guo and Hall, Communications of the ACM 32, 1989); N×2 rows and columns.

    Only the pixels of the region are looked at, so that a long diagonal scratch costs no more than a level one.
    """
    padded = np.pad(inside, 1).astype(np.uint8)
    flat, width = padded.ravel(), padded.shape[1]
    offsets = np.array([row * width + column for row, column in AROUND])
    powers, places, before = 1 << np.arange(8), np.flatnonzero(flat), 0
    while before != len(places):
        before = len(places)
        for removable in _removable():
            goes = removable[flat[places[:, None] + offsets] @ powers]
            flat[places[goes]] = 0
            places = places[~goes]
    return np.stack(np.divmod(places, width), axis=1) - 1


@cache
def _removable() -> NDArray[np.bool_]:
    """Whether a pixel goes, 2×256: by turn, and by the sum of 2^k over those of ``AROUND`` that are in the region."""
    p2, p3, p4, p5, p6, p7, p8, p9 = (np.arange(256)[None, :] >> np.arange(8)[:, None] & 1).astype(bool)
    ways = sum((~a & (b | c)).astype(int) for a, b, c in ((p2, p3, p4), (p4, p5, p6), (p6, p7, p8), (p8, p9, p2)))
    one = sum((a | b).astype(int) for a, b in ((p9, p2), (p3, p4), (p5, p6), (p7, p8)))
    two = sum((a | b).astype(int) for a, b in ((p2, p3), (p4, p5), (p6, p7), (p8, p9)))
    common = (ways == 1) & (np.minimum(one, two) >= 2) & (np.minimum(one, two) <= 3)
    return np.stack([common & ~((p2 | p3 | ~p5) & p4), common & ~((p6 | p7 | ~p9) & p8)])


@dataclass(frozen=True, slots=True)
class _Web:
    """The pixels of a thinned region and their neighbours among them.

    Attributes:
        bounds: Where in the other lists the neighbours of each of the N pixels begin; N + 1 places.
        neighbours: Numbers of the neighbours, pixel by pixel.
        steps: How far away each is.
    """

    bounds: list[int]
    neighbours: list[int]
    steps: list[float]

    @classmethod
    def of(cls, pixels: NDArray[np.int64]) -> "_Web":
        """Find who is whose neighbour; ``pixels`` is N×2 rows and columns."""
        numbers = np.full(pixels.max(axis=0) + 3, -1)
        numbers[pixels[:, 0] + 1, pixels[:, 1] + 1] = np.arange(len(pixels))
        around = np.array(AROUND)
        there = pixels[:, None] + 1 + around
        beside = numbers[there[..., 0], there[..., 1]]
        owner, side = np.nonzero(beside >= 0)
        bounds = np.searchsorted(owner, np.arange(len(pixels) + 1))
        return cls(bounds.tolist(), beside[owner, side].tolist(), np.hypot(*around.T)[side].tolist())

    def farthest(self, start: int) -> tuple[int, list[int]]:
        """The pixel with the longest shortest way from a start, and each pixel's predecessor on it (Dijkstra 1959)."""
        before, last = [-1] * (len(self.bounds) - 1), start
        queue = [(0.0, start, start)]
        while queue:
            distance, place, came_from = heapq.heappop(queue)
            if before[place] >= 0:
                continue
            before[place], last = came_from, place
            for edge in range(self.bounds[place], self.bounds[place + 1]):
                following = self.neighbours[edge]
                if before[following] < 0:
                    heapq.heappush(queue, (distance + self.steps[edge], following, place))
        return last, before


def _longest_way(pixels: NDArray[np.int64]) -> Points:
    """The shortest way between two pixels that are as far apart as any, along neighbours; from one end to the other."""
    web = _Web.of(pixels)
    first, _ = web.farthest(0)
    last, before = web.farthest(first)
    way = [last]
    while way[-1] != first:
        way.append(before[way[-1]])
    return pixels[way][:, ::-1].astype(np.float64)
