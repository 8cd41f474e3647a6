"""A picture with its defects at some size, and what drawing them needs: colours and outlines."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.core.mask import SOUND, class_palette

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class View:
    """A picture with its defects, at the size it is drawn.

    Attributes:
        pixels: H×W×3, RGB.
        mask: H×W, class values.
        defects: In pixels of the original.
        classes: Names of the class values 1, 2, ….
        scale: Size relative to the original, at most 1.
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    defects: Sequence[Defect]
    classes: Sequence[str]
    scale: float = 1.0

    @property
    def line_px(self) -> int:
        """Width of an outline: thin, yet visible when the whole picture is looked at."""
        longest: int = max(self.mask.shape)
        return max(1, round(longest / 2500))

    def shrunk(self, longest_px: int) -> "View":
        """Make it smaller, if it is larger; no region vanishes, however small."""
        height, width = self.mask.shape
        scale = longest_px / max(height, width)
        if scale >= 1:
            return self
        size_wh = max(1, round(width * scale)), max(1, round(height * scale))
        pixels = cv2.resize(self.pixels, size_wh, interpolation=cv2.INTER_AREA)
        mask = _pooled(self.mask, size_wh) if self.defects else np.full(size_wh[::-1], SOUND, np.uint8)
        return View(np.asarray(pixels, np.uint8), mask, self.defects, self.classes, self.scale * scale)

    def box(self, defect: Defect) -> Box:
        """Left, top, right, bottom of a defect, in pixels of this view."""
        x0, y0, x1, y1 = (edge * self.scale for edge in defect.box_xyxy)
        return x0, y0, x1, y1

    def end_x(self, defect: Defect, end: Literal["top", "bottom"]) -> float:
        """Where a defect's highest or lowest row begins, in pixels of this view."""
        x0, y0, x1, y1 = self.box(defect)
        row = int(y0) if end == "top" else max(int(y0), math.ceil(y1) - 1)
        # Shrinking rounds height and width to whole pixels, so that a box may be one row off.
        rows = slice(row, row + 2) if end == "top" else slice(max(row - 1, 0), row + 1)
        inside = (self.mask[rows, int(x0) : math.ceil(x1)] == self.value(defect)).any(axis=0)
        return x0 + (int(np.argmax(inside)) if inside.any() else 0)

    def value(self, defect: Defect) -> int:
        """The class value of a defect."""
        return self.classes.index(defect.label) + 1

    def colour(self, defect: Defect) -> Colour:
        """The colour of a defect's class."""
        return class_colour(self.value(defect))


@cache
def class_colours() -> NDArray[np.uint8]:
    """The colours of all mask values, 256×3, as in the mask's palette."""
    return np.frombuffer(class_palette(), np.uint8).reshape(-1, 3)


def class_colour(value: int) -> Colour:
    """The colour of a class value."""
    red, green, blue = class_colours()[value].tolist()
    return red, green, blue


def contrast(colour: Colour) -> Colour:
    """Black or white, whichever stands out from a colour (its luma by ITU-R BT.601)."""
    red, green, blue = colour
    return BLACK if 0.299 * red + 0.587 * green + 0.114 * blue > 110 else WHITE


def outlines(mask: NDArray[np.uint8], gap_px: int) -> dict[int, list[NDArray[np.int32]]]:
    """Trace the regions of each class, a little outside of them, so that the line hides nothing of a scratch.

    Args:
        mask: H×W, class values.
        gap_px: Distance of a line from its region.

    Returns:
        By class value, closed lines of N×1×2 points (x, y).
    """
    traced = {}
    for value in class_values(mask):
        region = grown((mask == value).view(np.uint8), gap_px)
        lines, _ = cv2.findContours(region, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
        traced[value] = [np.asarray(line, np.int32) for line in lines]
    return traced


def grown(region: NDArray[np.uint8], by_px: int) -> NDArray[np.uint8]:
    """Grow a region of ones among zeros, H×W, to all sides."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by_px + 1, 2 * by_px + 1))
    return np.asarray(cv2.dilate(region, kernel), np.uint8)


def _pooled(mask: NDArray[np.uint8], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """Make a mask smaller; each pixel gets the highest class value among those that it covers."""
    (height, width), (small_w, small_h) = mask.shape, size_wh
    window = np.ones((-(-height // small_h), -(-width // small_w)), np.uint8)
    # With its anchor in the corner, the window at a pixel covers this pixel and those below and right of it.
    highest = cv2.dilate(mask, window, anchor=(0, 0))
    rows, columns = np.arange(small_h) * height // small_h, np.arange(small_w) * width // small_w
    return np.asarray(highest[rows[:, None], columns], np.uint8)


def class_values(mask: NDArray[np.uint8]) -> list[int]:
    """The class values that occur in a mask, ascending."""
    return [value for value in range(SOUND + 1, int(mask.max()) + 1) if (mask == value).any()]
