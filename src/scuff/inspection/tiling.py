"""Scores of a whole frame from a network that sees tiles."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scuff.core.tile import Tiling, Window, cut
from scuff.inspection.runtime import Runtime
from scuff.inspection.scores import ScoreMap


def score_frame(
    pixels: NDArray[np.uint8], runtime: Runtime, tiling: Tiling, chosen: Sequence[Window] | None = None
) -> ScoreMap:
    """Score a frame: each pixel by the one window that owns it.

    Every window writes into its own place, so that the result does not depend on the order in which a runtime is done.

    Args:
        pixels: H×W×3, RGB, of any size from 1×1 up; mirrored where it is smaller than a tile.
        runtime: Scores tiles.
        tiling: How the frame is divided.
        chosen: The windows to score, out of ``tiling.windows``; the others get score 0. ``None``: all.
    """
    frame_hw = pixels.shape[0], pixels.shape[1]
    step = runtime.step
    windows = tiling.windows(frame_hw, step) if chosen is None else chosen
    planes = np.zeros((runtime.planes, *_coarse(frame_hw, step)), np.uint8)

    def take(number: int, scores: NDArray[np.uint8]) -> None:
        window = windows[number]
        rows, columns = span(window.own.rows, step), span(window.own.columns, step)
        y, x = window.tile.y // step, window.tile.x // step
        kept = scores[:, rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
        planes[:, rows, columns] = kept

    runtime.score((cut(pixels, window.tile) for window in windows), take)
    return ScoreMap(planes[0], planes[1] if len(planes) > 1 else None, step, frame_hw)


def _coarse(frame_hw: tuple[int, int], step: int) -> tuple[int, int]:
    """Height and width of a score map."""
    return -(-frame_hw[0] // step), -(-frame_hw[1] // step)


def span(pixels: slice, step: int) -> slice:
    """The rows or columns of a score map that hold those of a frame."""
    return slice(pixels.start // step, -(-pixels.stop // step))


def touched(windows: Sequence[Window], region: NDArray[np.uint8], step: int) -> list[Window]:
    """The windows that own a pixel of a region, h×w with this step."""
    return [window for window in windows if region[span(window.own.rows, step), span(window.own.columns, step)].any()]
