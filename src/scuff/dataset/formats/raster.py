"""From regions to pixels: the one rasteriser of all formats.

A pixel belongs to a shape when its centre lies inside. A centre exactly on an edge belongs to the shape on
the right of, or below, that edge; two shapes that share an edge therefore neither overlap nor leave a gap.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from scuff.core.errors import AnnotationError
from scuff.dataset.formats.region import Bitmap, Outline, Region

ROUNDING_PX = 1.0
"""How far a shape may reach over the border: programs round, and put a border at 0 or at the last pixel."""


def rasterise(region: Region, frame_hw: tuple[int, int]) -> Bitmap:
    """Find the pixels of a region.

    Args:
        region: What was drawn.
        frame_hw: Height and width of the picture, in pixels.

    Returns:
        At least one marked pixel, in a window that lies within the picture.

    Raises:
        AnnotationError: A piece lies outside the picture, or no pixel's centre lies inside the region.
    """
    pieces = [_piece(piece, frame_hw) for piece in region.pieces]
    covering = [piece for piece in pieces if piece.marked.any()]
    if not covering:
        raise AnnotationError("covers the centre of no pixel; draw it larger")
    return covering[0] if len(covering) == 1 else _union(covering)


def rasterise_outline(outline: Outline, frame_hw: tuple[int, int]) -> Bitmap:
    """Find the pixels whose centres lie inside an outline, by the even-odd rule.

    Returns:
        The window around the outline, clipped to the picture; it may be empty.
    """
    left, top, right, bottom = outline.area.bounds
    # Clipped before rounding: a circle may be astronomically large.
    y0, y1 = (int(np.floor(np.clip(y, 0, frame_hw[0]))) for y in (top, bottom + 1))
    x0, x1 = (int(np.floor(np.clip(x, 0, frame_hw[1]))) for x in (left, right + 1))
    toggles = np.zeros((y1 - y0, x1 - x0 + 1), np.uint8)
    rows, crossings = _crossings(_edges(outline), y0, y1)
    # The first pixel whose centre is at or right of the crossing.
    columns = np.ceil(np.clip(crossings - 0.5, x0, x1)).astype(np.intp) - x0
    np.bitwise_xor.at(toggles, (rows - y0, columns), np.uint8(1))
    inside = np.bitwise_xor.accumulate(toggles, axis=1)
    return Bitmap(inside[:, :-1].astype(np.bool_), x0, y0)


def _edges(outline: Outline) -> NDArray[np.float64]:
    """Edges of all rings, N×4: x and y of the upper end, then of the lower one."""
    rings = shapely.get_rings(outline.area)
    edges = np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in map(shapely.get_coordinates, rings)])
    # One direction for both owners of an edge, so that they round alike.
    upward = edges[:, 1] > edges[:, 3]
    edges[upward] = edges[upward][:, [2, 3, 0, 1]]
    return np.asarray(edges)


def _crossings(edges: NDArray[np.float64], y0: int, y1: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Where edges cross the centre lines of the rows y0, …, y1 - 1: the row and the x of each crossing."""
    first = np.ceil(np.clip(edges[:, 1] - 0.5, y0, y1)).astype(np.intp)
    stop = np.ceil(np.clip(edges[:, 3] - 0.5, y0, y1)).astype(np.intp)
    spans = stop - first
    edge = np.repeat(np.arange(len(edges)), spans)
    rows = np.arange(spans.sum()) - np.repeat(np.cumsum(spans) - spans, spans) + first[edge]
    upper_x, upper_y, lower_x, lower_y = edges[edge].T
    return rows, upper_x + (rows + 0.5 - upper_y) * (lower_x - upper_x) / (lower_y - upper_y)


def _piece(piece: Outline | Bitmap, frame_hw: tuple[int, int]) -> Bitmap:
    if isinstance(piece, Outline):
        (left, top), (right, bottom) = piece.drawn_xy.min(axis=0), piece.drawn_xy.max(axis=0)
        _check_inside(left, top, right, bottom, frame_hw)
        return rasterise_outline(piece, frame_hw)
    height, width = piece.marked.shape
    _check_inside(piece.x, piece.y, piece.x + width, piece.y + height, frame_hw)
    y0, x0 = max(piece.y, 0), max(piece.x, 0)
    kept = piece.marked[y0 - piece.y : frame_hw[0] - piece.y, x0 - piece.x : frame_hw[1] - piece.x]
    return Bitmap(kept, x0, y0)


def _check_inside(left: float, top: float, right: float, bottom: float, frame_hw: tuple[int, int]) -> None:
    if min(left, top, frame_hw[1] - right, frame_hw[0] - bottom) < -ROUNDING_PX:
        raise AnnotationError(
            f"reaches outside the picture: x from {left:g} to {right:g}, y from {top:g} to {bottom:g}, "
            f"in {frame_hw[1]}×{frame_hw[0]} pixels; draw it inside, or give the picture it was drawn on"
        )


def _union(pieces: list[Bitmap]) -> Bitmap:
    x0, y0 = min(piece.x for piece in pieces), min(piece.y for piece in pieces)
    x1 = max(piece.x + piece.marked.shape[1] for piece in pieces)
    y1 = max(piece.y + piece.marked.shape[0] for piece in pieces)
    union = np.zeros((y1 - y0, x1 - x0), np.bool_)
    for piece in pieces:
        height, width = piece.marked.shape
        union[piece.y - y0 : piece.y - y0 + height, piece.x - x0 : piece.x - x0 + width] |= piece.marked
    return Bitmap(union, x0, y0)
