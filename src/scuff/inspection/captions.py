"""Numbers and classes beside the defects of a picture."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from scuff.core.defect import Defect
from scuff.inspection.view import Box, View, contrast

MAX_CAPTIONS = 200
"""More captions than this hide the picture; the outlines and the JSON file still have every defect."""


def write_captions(picture: Image.Image, view: View) -> None:
    """Write numbers and classes where they cover neither each other nor the border of the picture."""
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(max(10, round(max(picture.size) / 130)))
    taken: list[Box] = []
    numbered = sorted(enumerate(view.defects, 1), key=lambda entry: (-entry[1].area_px, entry[0]))
    for number, defect in numbered[:MAX_CAPTIONS]:
        text = _caption(number, defect.label)
        _, _, right, bottom = pen.textbbox((0, 0), text, font=font)
        place = _free_place(view, defect, (right + 4, bottom + 3), taken)
        if place is None:
            continue
        taken.append(place)
        colour = view.colour(defect)
        pen.rectangle(place, fill=colour)
        pen.text((place[0] + 2, place[1] + 1), text, fill=contrast(colour), font=font)


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
