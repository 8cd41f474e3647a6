"""The line in the middle of a thin region, and how long it is from end to end."""

import heapq
import math
from collections.abc import Mapping
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


def _longest_way(pixels: NDArray[np.int64]) -> Points:
    """The shortest way between two pixels that are as far apart as any, along neighbours; from one end to the other."""
    places = {(row, column) for row, column in pixels.tolist()}
    start = min(places)
    first, _ = _farthest(places, start)
    last, before = _farthest(places, first)
    way = [last]
    while way[-1] != first:
        way.append(before[way[-1]])
    return np.array(way, np.float64)[:, ::-1]


Place = tuple[int, int]


def _farthest(places: set[Place], start: Place) -> tuple[Place, Mapping[Place, Place]]:
    """The pixel with the longest shortest way from a start, and each pixel's predecessor on it (Dijkstra 1959)."""
    steps = [(row, column, math.hypot(row, column)) for row, column in AROUND]
    before: dict[Place, Place] = {}
    queue, last = [(0.0, start, start)], start
    while queue:
        distance, place, came_from = heapq.heappop(queue)
        if place in before:
            continue
        before[place], last = came_from, place
        for row, column, step in steps:
            following = place[0] + row, place[1] + column
            if following in places and following not in before:
                heapq.heappush(queue, (distance + step, following, place))
    return last, before
