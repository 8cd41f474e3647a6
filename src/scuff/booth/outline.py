"""Draws the flaws of a frame over it: an outline in the colour of the class, and a name beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from scuff.booth.labelme import Painted
from scuff.booth.marks.classes import CLASSES
from scuff.booth.sheet import Colour
from scuff.core.mask import class_palette

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

CASING: Colour = (0, 0, 0)
"""Goes around each outline and name, so that they show on bright metal as on dark."""

GAP_PX = 6
PAD_PX = 3


@dataclass(frozen=True, slots=True)
class Outlined:
    """A flaw to draw.

    Attributes:
        flaw: Its pixels.
        faint: Whether it is too faint to be marked; its outline is dashed.
    """

    flaw: Painted
    faint: bool

    @property
    def colour(self) -> Colour:
        """The colour of its class."""
        return class_colour(self.flaw.kind)

    @property
    def box(self) -> Box:
        """Its window."""
        height, width = self.flaw.pixels.shape
        return self.flaw.left, self.flaw.top, self.flaw.left + width, self.flaw.top + height


def class_colour(kind: str) -> Colour:
    """The colour of a class in a mask, lightened so that blue shows on dark metal."""
    value = CLASSES.index(kind) + 1
    red, green, blue = class_palette()[3 * value : 3 * value + 3]
    return 80 + red * 175 // 255, 80 + green * 175 // 255, 80 + blue * 175 // 255


def draw_outlines(pixels: NDArray[np.uint8], flaws: Sequence[Outlined], line_px: int) -> NDArray[np.uint8]:
    """Draw lines around flaws, not over them.

    Args:
        pixels: H×W×3, RGB.
        flaws: What to outline.
        line_px: Width of a line.

    Returns:
        H×W×3; a copy.
    """
    drawn = pixels.copy()
    hw = drawn.shape[0], drawn.shape[1]
    for outlined in flaws:  # all casings first, so that none hides the line of a neighbour
        drawn[_ring(outlined.flaw, hw, 1, line_px + 1 + (line_px + 1) // 2)] = CASING
    for outlined in flaws:
        line = _ring(outlined.flaw, hw, 1, line_px + 1)
        drawn[line & _dashes(hw, 3 * line_px) if outlined.faint else line] = outlined.colour
    return drawn


def write_names(pixels: NDArray[np.uint8], flaws: Sequence[Outlined], scale: float, font_px: int) -> NDArray[np.uint8]:
    """Write number and class beside each flaw, where they hide as little as can be.

    Args:
        pixels: H×W×3, RGB.
        flaws: What to name.
        scale: Size of the picture, relative to that in which the flaws are.
        font_px: Height of the words.

    Returns:
        H×W×3; a copy.
    """
    picture = Image.fromarray(pixels)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(font_px)
    boxes = [_enlarged(outlined.box, scale) for outlined in flaws]
    taken: list[Box] = []
    for outlined, box in zip(flaws, boxes, strict=True):
        words = f"{outlined.flaw.id} {outlined.flaw.kind}"
        size_wh = round(pen.textlength(words, font)) + 2 * PAD_PX, font_px + 2 * PAD_PX
        place = min(
            _places(box, size_wh, picture.size), key=lambda place: (_overlap(place, taken), _overlap(place, boxes))
        )
        taken.append(place)
        pen.rectangle(place, fill=CASING)
        pen.text((place[0] + PAD_PX, place[1] + PAD_PX), words, outlined.colour, font)
    return np.asarray(picture)


def _ring(flaw: Painted, hw: tuple[int, int], inner_px: int, outer_px: int) -> NDArray[np.bool_]:
    """The pixels around a flaw that are farther than one distance, and not farther than another: H×W."""
    region = np.zeros(hw, np.uint8)
    height, width = flaw.pixels.shape
    region[flaw.top : flaw.top + height, flaw.left : flaw.left + width] = flaw.pixels
    return np.asarray(_grown(region, outer_px) > _grown(region, inner_px))


def _grown(region: NDArray[np.uint8], by_px: int) -> NDArray[np.uint8]:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by_px + 1, 2 * by_px + 1))
    return np.asarray(cv2.dilate(region, kernel), np.uint8)


def _dashes(hw: tuple[int, int], length_px: int) -> NDArray[np.bool_]:
    rows, columns = np.indices(hw)
    return np.asarray((rows + columns) // length_px % 2 == 0)


def _enlarged(box: Box, scale: float) -> Box:
    left, top, right, bottom = (edge * scale for edge in box)
    return left - GAP_PX, top - GAP_PX, right + GAP_PX, bottom + GAP_PX


def _places(box: Box, size_wh: tuple[int, int], picture_wh: tuple[int, int]) -> list[Box]:
    """Where a name may stand: above a flaw, below it, right and left of it, within the picture."""
    (left, top, right, bottom), (width, height) = box, size_wh
    corners = (left, top - height), (left, bottom), (right, top), (left - width, top)
    inside = [
        (min(max(x, 0), picture_wh[0] - 1 - width), min(max(y, 0), picture_wh[1] - 1 - height)) for x, y in corners
    ]
    return [(x, y, x + width, y + height) for x, y in inside]


def _overlap(place: Box, others: Sequence[Box]) -> float:
    """The area that a place has in common with others, in px²."""
    common = [
        (min(place[2], other[2]) - max(place[0], other[0]), min(place[3], other[3]) - max(place[1], other[1]))
        for other in others
    ]
    return sum(width * height for width, height in common if width > 0 and height > 0)
