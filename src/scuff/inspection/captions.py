"""Numbers and classes beside the defects of a picture."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from scuff.core.defect import Defect
from scuff.inspection.view import Box, Colour, View, contrast

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

MAX_CAPTIONS = 200
"""More captions than this hide the picture; the outlines and the JSON file still have every defect."""


def write_captions(canvas: NDArray[np.uint8], view: View) -> None:
    """Write numbers and classes where they cover neither each other nor the border of the picture.

    Args:
        canvas: H×W×3, RGB; written on.
        view: The picture and its defects, of the same size.
    """
    font = ImageFont.load_default(max(10, round(max(view.mask.shape) / 130)))
    taken: list[Box] = []
    numbered = sorted(enumerate(view.defects, 1), key=lambda entry: (-entry[1].area_px, entry[0]))
    for number, defect in numbered[:MAX_CAPTIONS]:
        text = _caption(number, defect.label)
        _, _, right, bottom = font.getbbox(text)
        place = _free_place(view, defect, (math.ceil(right) + 4, math.ceil(bottom) + 3), taken)
        if place is not None:
            taken.append(place)
            _write(canvas, place, text, view.colour(defect), font)


def _write(canvas: NDArray[np.uint8], place: Box, text: str, colour: Colour, font: Font) -> None:
    """Write on a small picture of its own: turning the whole frame into one that Pillow draws on takes far longer."""
    left, top, right, bottom = map(round, place)
    plate = Image.new("RGB", (right - left, bottom - top), colour)
    ImageDraw.Draw(plate).text((2, 1), text, fill=contrast(colour), font=font)
    canvas[top:bottom, left:right] = np.asarray(plate)


def _caption(number: int, label: str) -> str:
    """Number and class; the number alone where the built-in font lacks the letters."""
    return f"{number} {label}" if label.isascii() else str(number)


def _free_place(view: View, defect: Defect, size_wh: tuple[float, float], taken: Sequence[Box]) -> Box | None:
    """Find a place at one end of a defect, or beside it, that is inside the picture and hides nothing."""
    (x0, y0, x1, y1), (width, height), gap = view.box(defect), size_wh, view.line_px + 4
    picture_h, picture_w = view.mask.shape
    above = view.end_x(defect, "top"), y0 - gap - height
    below = view.end_x(defect, "bottom"), y1 + gap
    for x, y in (above, below, (x1 + gap, y0), (x0 - gap - width, y0)):
        left, top = round(min(max(x, 0), picture_w - 1 - width)), round(y)
        place = left, top, left + width, top + height
        inside = left >= 0 and top >= 0 and place[3] < picture_h
        free = not view.mask[top : math.ceil(place[3]), left : math.ceil(place[2])].any()
        if inside and free and not any(_overlap(place, other) for other in taken):
            return place
    return None


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
