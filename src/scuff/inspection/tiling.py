"""Scores of a whole frame from a network that sees tiles."""

import numpy as np
from numpy.typing import NDArray

from scuff.core.mask import SOUND
from scuff.core.tile import Tile, cut, starts, tiles
from scuff.inspection.runtime import Runtime


def score_frame(
    pixels: NDArray[np.uint8], runtime: Runtime, tile_px: int, overlap: float, batch: int = 4
) -> NDArray[np.float32]:
    """Score every pixel of a frame: cut tiles, score them, blend where they overlap.

    A tile's weight rises linearly from its border to its middle, so that scores pass smoothly from one tile
    to the next. Tiles are added in the order of ``core.tile.tiles``, so that the sum's rounding never varies.

    Args:
        pixels: H×W×3, RGB, of any size from 1×1 up; mirrored where it is smaller than a tile.
        runtime: Scores tiles.
        tile_px: Side of a tile, in pixels.
        overlap: Share of a tile that its neighbour covers again, in [0, 1).
        batch: Tiles that are scored at once.

    Returns:
        C×H×W, in [0, 1].
    """
    frame_hw = pixels.shape[0], pixels.shape[1]
    grid = tiles(frame_hw, (tile_px, tile_px), overlap)
    weights_y, weights_x = (_axis_weights(length, tile_px, overlap) for length in frame_hw)
    blended: NDArray[np.float32] | None = None
    for first in range(0, len(grid), batch):
        group = grid[first : first + batch]
        scores = runtime.scores(np.stack([cut(pixels, tile) for tile in group]))
        if blended is None:
            blended = np.zeros((scores.shape[1], *frame_hw), np.float32)
        for tile, score in zip(group, scores, strict=True):
            _add(blended, tile, score, weights_y[tile.y], weights_x[tile.x])
    if blended is None:
        raise ValueError("batch must be at least 1")
    # The weights of a pixel add up to 1 but for rounding, which must not lead out of [0, 1].
    return np.clip(blended, 0, 1, out=blended)


def classify(scores: NDArray[np.float32], threshold: float) -> NDArray[np.uint8]:
    """Turn scores into a mask.

    Args:
        scores: C×H×W, in [0, 1].
        threshold: A pixel is defective when the sum of its class scores reaches this.

    Returns:
        H×W: 0 for sound metal, else 1 + the class with the highest score (the first one of equals).
    """
    best = scores.argmax(axis=0).astype(np.uint8) + np.uint8(1)
    return np.where(scores.sum(axis=0) >= threshold, best, np.uint8(SOUND))


def _add(
    blended: NDArray[np.float32],
    tile: Tile,
    score: NDArray[np.float32],
    weight_y: NDArray[np.float32],
    weight_x: NDArray[np.float32],
) -> None:
    """Add a tile's scores (C×h×w) to the frame's (C×H×W), without what is mirrored past its border."""
    inside = score[:, : len(weight_y), : len(weight_x)]
    blended[:, tile.rows, tile.columns] += inside * weight_y[:, None] * weight_x


def _axis_weights(length: int, size: int, overlap: float) -> dict[int, NDArray[np.float32]]:
    """Weigh the pixels of each window along an axis, by its start; at each pixel the weights add up to 1."""
    rising = np.arange(1, size + 1)
    window = np.minimum(rising, rising[::-1]).astype(np.float64)
    total = np.zeros(length)
    for start in starts(length, size, overlap):
        total[start : start + size] += window[: length - start]
    return {
        start: (window[: length - start] / total[start : start + size]).astype(np.float32)
        for start in starts(length, size, overlap)
    }
