"""Pieces of one defect that a few sound pixels divide, joined again."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Bridge:
    """The shortest way between two pieces: from x, y of a pixel of the one to a pixel of the other."""

    start_xy: tuple[int, int]
    end_xy: tuple[int, int]

    def shifted(self, x: int, y: int) -> "Bridge":
        """The same elsewhere."""
        return Bridge((self.start_xy[0] + x, self.start_xy[1] + y), (self.end_xy[0] + x, self.end_xy[1] + y))

    def scaled(self, factor: int) -> "Bridge":
        """The same in a picture that is larger."""
        (x0, y0), (x1, y1) = self.start_xy, self.end_xy
        return Bridge((x0 * factor, y0 * factor), (x1 * factor, y1 * factor))


def join(numbered: NDArray[np.int32], count: int, gap_px: int) -> tuple[NDArray[np.int32], list[Bridge]]:
    """Give pieces that are near each other one number.

    Args:
        numbered: H×W, 0 or the number of the piece that a pixel belongs to.
        count: Number of the pieces, which are numbered from 1.
        gap_px: At most so many sound pixels lie between pieces that are joined, straight from pixel to pixel.

    Returns:
        The new number of each old one, (``count`` + 1), that of the piece with the lowest number; and the bridges, one
        less than the pieces that were joined.
    """
    numbers, bridges = np.arange(count + 1, dtype=np.int32), []
    for pieces in _neighbours(numbered, count, gap_px):
        edges = sorted(_gaps(numbered, pieces, gap_px), key=lambda edge: edge[0])
        for _, one, other, bridge in edges:  # Kruskal: the shortest first, none that closes a ring
            low, high = sorted((int(numbers[one]), int(numbers[other])))
            if low != high:
                numbers[numbers == high] = low
                bridges.append(bridge)
    return numbers, bridges


def bridged(inside: NDArray[np.bool_], bridges: Sequence[Bridge]) -> NDArray[np.bool_]:
    """Draw bridges into the pixels of a defect, H×W, so that they are connected."""
    drawn = inside.astype(np.uint8)
    for bridge in bridges:
        cv2.line(drawn, bridge.start_xy, bridge.end_xy, (1,))
    return drawn.astype(bool)


def _neighbours(numbered: NDArray[np.int32], count: int, gap_px: int) -> list[list[int]]:
    """Groups of pieces that may be near enough: those that meet when each grows by half of the gap, rounded up."""
    if count < 2:
        return []
    side = 2 * ((gap_px + 1) // 2) + 1
    grown = cv2.dilate((numbered > 0).astype(np.uint8), np.ones((side, side), np.uint8))
    _, grouped = cv2.connectedComponents(grown, connectivity=8)
    on = numbered > 0
    pairs = np.unique(np.stack([grouped[on], numbered[on]], axis=1), axis=0)
    groups: dict[int, list[int]] = {}
    for group, piece in pairs.tolist():
        groups.setdefault(group, []).append(piece)
    return [pieces for pieces in groups.values() if len(pieces) > 1]


def _gaps(numbered: NDArray[np.int32], pieces: Sequence[int], gap_px: int) -> list[tuple[float, int, int, Bridge]]:
    """The pairs of pieces that are near enough: distance, the two numbers, and the shortest way."""
    rims = _rims(numbered, pieces)
    low = np.array([rims[piece].min(axis=0) for piece in pieces])
    high = np.array([rims[piece].max(axis=0) for piece in pieces])
    found = []
    for place, one in enumerate(pieces):
        later = slice(place + 1, None)
        near = ((low[later] <= high[place] + gap_px + 1) & (high[later] >= low[place] - gap_px - 1)).all(axis=1)
        for other in (pieces[place + 1 + int(number)] for number in np.flatnonzero(near)):
            distance, bridge = _shortest(rims[one], rims[other])
            if distance <= gap_px + 1:
                found.append((distance, one, other, bridge))
    return found


def _rims(numbered: NDArray[np.int32], pieces: Sequence[int]) -> dict[int, NDArray[np.int32]]:
    """The outermost pixels of some pieces: N×2 points (x, y) of each."""
    own = np.isin(numbered, pieces).astype(np.uint8)
    lines, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    rims: dict[int, list[NDArray[np.int32]]] = {}
    for line in lines:
        points = np.asarray(line, np.int32).reshape(-1, 2)
        rims.setdefault(int(numbered[points[0, 1], points[0, 0]]), []).append(points)
    # A piece within the hole of another has no outline of its own in that: it is looked at alone.
    for piece in set(pieces) - rims.keys():
        inside = (numbered == piece).astype(np.uint8)
        lines, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        rims[piece] = [np.asarray(line, np.int32).reshape(-1, 2) for line in lines]
    return {piece: np.concatenate(found) for piece, found in rims.items()}


def _shortest(one: NDArray[np.int32], other: NDArray[np.int32]) -> tuple[float, Bridge]:
    """The least distance between two rims, and where."""
    best, bridge = np.inf, None
    for start in range(0, len(one), 256):  # in parts, so that two long rims need little memory
        part = one[start : start + 256]
        squares = ((part[:, None] - other[None]) ** 2).sum(axis=2)
        here, there = np.unravel_index(int(squares.argmin()), squares.shape)
        if squares[here, there] < best:
            best = float(squares[here, there])
            (x0, y0), (x1, y1) = part[here].tolist(), other[there].tolist()
            bridge = Bridge((x0, y0), (x1, y1))
    if bridge is None:
        raise ValueError("a piece without pixels")
    return best**0.5, bridge
