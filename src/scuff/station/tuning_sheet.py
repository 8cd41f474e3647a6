"""A picture of what tuning tried: the frames of the best, with what they are worth, and what of them is clipped."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.booth.sheet import GAP_PX, INK, Cell, Colour, Sheet, Words
from scuff.station.candidate import Shot, Tried
from scuff.station.exposure import CLIPPED
from scuff.station.mosaic import Colours
from scuff.station.pictures_of import rgb
from scuff.station.raw_frame import RawFrame

CELL_PX = 560
"""Width of a frame on the sheet."""

BESIDE_PX = 380
"""Room for the words at its left."""

MOST_CELLS = 4
"""Frames of a candidate that are shown."""

GAMMA = 2.2
"""Shows dark metal on a screen; the network sees linear frames."""

MARK: Colour = (255, 0, 200)
"""What is clipped."""


def draw_sheet(title: str, tried: Sequence[Tried], clipped_share: float) -> NDArray[np.uint8]:
    """Draw the candidates of which there are real frames.

    Args:
        title: Above it all.
        tried: The best first.
        clipped_share: What the recipe allows.

    Returns:
        H×W×3, RGB: a row for each, with the frames of the first parts.
    """
    shown = [each for each in tried if each.shots]
    cells = max((len(_cells(each)) for each in shown), default=1)
    sheet = Sheet(BESIDE_PX + cells * (CELL_PX + GAP_PX) - GAP_PX)
    sheet.title(title)
    sheet.line([Words("clipped", square=MARK), Words("Brightened for the eye; the network sees linear frames.")])
    for each in shown:
        sheet.row(_cells(each), _beside(each, clipped_share), BESIDE_PX)
    return sheet.drawn()


def _beside(tried: Tried, clipped_share: float) -> list[Words]:
    worth = tried.captured
    lines = [Words(tried.candidate.name, INK)]
    if worth is not None and worth.recall is not None:
        lines += [
            Words(f"worth {worth.value:.3f}"),
            Words(f"recall {worth.recall:.3f} expected"),
            Words(f"{worth.hits} of {worth.defects} found"),
            Words(f"{worth.false_alarms:.2f} false alarms a picture"),
        ]
    elif worth is not None:
        lines += [Words(f"separation {worth.value:.3f}")]
    if not tried.keeps(clipped_share):
        lines += [Words("too much is clipped", MARK)]
    return lines


def _cells(tried: Tried) -> list[Cell]:
    return [_cell(shot, shot.frame) for shot in tried.shots if shot.frame is not None][:MOST_CELLS]


def _cell(shot: Shot, frame: RawFrame) -> Cell:
    measured = shot.measured
    remark = f"{measured.setting.exposure_us / 1000:.3g} ms, level {measured.level:.2f}"
    clipped = f", {100 * measured.clipped_share:.2g} % clipped" if measured.clipped_share else ""
    return Cell(f"{shot.part}, {shot.camera}", remark + clipped, marked(frame, CELL_PX))


def marked(frame: RawFrame, width_px: int) -> NDArray[np.uint8]:
    """A frame for the eye, scaled to a width, with every clipped pixel in ``MARK``; h×w×3, RGB."""
    picture = rgb(frame)
    height, width = picture.shape[:2]
    size_wh = width_px, max(1, round(height * width_px / width))
    how = cv2.INTER_AREA if width_px < width else cv2.INTER_NEAREST
    small = np.asarray(cv2.resize(picture, size_wh, interpolation=how), np.float32)
    shown = np.rint(255 * (small / 255) ** (1 / GAMMA)).astype(np.uint8)
    clipped = frame.pixels >= CLIPPED * Colours.of(frame).full_scale
    of_pixel = np.asarray(clipped.any(axis=2) if clipped.ndim == 3 else clipped, np.float32)
    share = np.asarray(cv2.resize(of_pixel, size_wh, interpolation=how))
    shown[share > 0] = MARK
    return shown
