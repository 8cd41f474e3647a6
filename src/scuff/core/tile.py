"""Pure geometry of windows over a frame: where patches are cut and tiles inspected."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

STRIDE = 32
"""Of the deepest stage of every network: sides of what it sees are multiples of this."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A window of a frame, in pixels; it may reach past the right and the lower border."""

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


@dataclass(frozen=True, slots=True)
class Window:
    """A tile that a network sees, and the part of it whose scores are kept.

    Attributes:
        tile: What the network sees.
        own: The pixels of the frame that belong to this window alone; within the tile and the frame.
    """

    tile: Tile
    own: Tile


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a frame is divided for a network.

    Attributes:
        height_px: Height of a tile.
        width_px: Width of a tile; ``None``: tiles are strips, as wide as the frame.
        halo_px: What a pixel must have around it, less than half of a tile.
    """

    height_px: int
    width_px: int | None
    halo_px: int

    def tile_hw(self, frame_hw: tuple[int, int]) -> tuple[int, int]:
        """Height and width of a tile of a frame; strips are as wide as a network of stride 32 takes them."""
        return self.height_px, self.width_px or -(-frame_hw[1] // STRIDE) * STRIDE

    def windows(self, frame_hw: tuple[int, int], multiple: int = 1) -> list[Window]:
        """Cover a frame so that each pixel belongs to exactly one window, row by row, with as few as can be.

        A window keeps nothing within ``halo_px`` of a side where another one goes on; at the border of the frame it
        keeps all. Seams run through the middle of what two windows both see.

        Args:
            frame_hw: Height and width of the frame, in pixels.
            multiple: Begins and seams are multiples of this, so that they fall on the pixels of a coarser score map.

        Raises:
            ValueError: The frame needs several windows, and the halo leaves nothing of each, or is below 0.
        """
        height, width = self.tile_hw(frame_hw)
        rows = _spans(frame_hw[0], height, self.halo_px, multiple)
        columns = _spans(frame_hw[1], width, self.halo_px, multiple)
        return [
            Window(Tile(y, x, height, width), Tile(top, left, bottom - top, right - left))
            for y, top, bottom in rows
            for x, left, right in columns
        ]


def squares(side_px: int) -> Tiling:
    """Tiles as a network was trained on; a halo of 8 of 384 pixels: with none F1 drops, and with more it stays."""
    return Tiling(side_px, side_px, max(4, side_px // 48))


def _spans(length: int, size: int, halo_px: int, multiple: int) -> list[tuple[int, int, int]]:
    """Say where windows begin along an axis, and the first and the end of the pixels that each keeps."""
    if length <= size:
        return [(0, 0, length)]
    # A seam is rounded down to a multiple, which must not take from the halo.
    halo = -(-halo_px // multiple) * multiple
    stride = (size - 2 * halo) // multiple * multiple
    if halo_px < 0 or stride < 1:
        raise ValueError(f"a halo of {halo_px} px leaves nothing of a tile of {size} px, or is below 0")
    last = -(-(length - size) // multiple) * multiple
    begins = [*range(0, last, stride), last]
    seams = [(first + size + second) // (2 * multiple) * multiple for first, second in pairwise(begins)]
    return list(zip(begins, [0, *seams], [*seams, length], strict=True))


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
