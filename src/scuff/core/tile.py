"""Pure geometry of windows over a frame: where patches are cut and tiles inspected."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Tile:
    """A window of a frame, in pixels; it may reach past the frame only where the frame is smaller."""

    y: int
    x: int
    height: int
    width: int

    @property
    def rows(self) -> slice:
        """The rows of the frame it covers."""
        return slice(self.y, self.y + self.height)

    @property
    def columns(self) -> slice:
        """The columns of the frame it covers."""
        return slice(self.x, self.x + self.width)


def starts(length: int, size: int, overlap: float) -> list[int]:
    """Say where windows of ``size`` begin along an axis of ``length``, the last one flush with its end.

    Args:
        length: Of the axis, in pixels.
        size: Of a window, in pixels.
        overlap: Share of a window that the next one covers again, in [0, 1).

    Raises:
        ValueError: A length or size below 1, or an overlap outside [0, 1).
    """
    if length < 1 or size < 1:
        raise ValueError(f"length and size must be at least 1, not {length} and {size}")
    if not 0 <= overlap < 1:
        raise ValueError(f"overlap must be in [0, 1), not {overlap}")
    if length <= size:
        return [0]
    stride = max(1, round(size * (1 - overlap)))
    last = length - size
    return [*range(0, last, stride), last]


def tiles(frame_hw: tuple[int, int], tile_hw: tuple[int, int], overlap: float) -> list[Tile]:
    """Cover a frame with tiles, row by row, the last of each row and column flush with the border.

    Args:
        frame_hw: Height and width of the frame, in pixels.
        tile_hw: Height and width of a tile, in pixels.
        overlap: Share of a tile that its neighbour covers again, in [0, 1).
    """
    (frame_h, frame_w), (tile_h, tile_w) = frame_hw, tile_hw
    return [
        Tile(y, x, tile_h, tile_w) for y in starts(frame_h, tile_h, overlap) for x in starts(frame_w, tile_w, overlap)
    ]


def cut(frame: NDArray[Any], tile: Tile, fill: int | None = None) -> NDArray[Any]:
    """Cut a tile from a frame; what lies past the frame is mirrored, or filled with a value.

    Args:
        frame: H×W or H×W×C.
        tile: The window.
        fill: The value of pixels past the border (``None``: mirror the frame).

    Returns:
        An array of the tile's height and width, of the frame's type; a view where nothing is padded.
    """
    crop = frame[tile.rows, tile.columns]
    missing_h, missing_w = tile.height - crop.shape[0], tile.width - crop.shape[1]
    if not missing_h and not missing_w:
        return crop
    pad = [(0, missing_h), (0, missing_w)] + [(0, 0)] * (frame.ndim - 2)
    if fill is None:
        return np.pad(crop, pad, mode="reflect")
    return np.pad(crop, pad, constant_values=fill)
