"""Numbers and classes beside the defects of a picture."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

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
        place = _free_place(view.box(defect), (right + 4, bottom + 3), picture.size, taken)
        if place is None:
            continue
        taken.append(place)
        colour = view.colour(defect)
        pen.rectangle(place, fill=colour)
        pen.text((place[0] + 2, place[1] + 1), text, fill=contrast(colour), font=font)


def _caption(number: int, label: str) -> str:
    """Number and class; the number alone where the built-in font lacks the letters."""
    return f"{number} {label}" if label.isascii() else str(number)


def _free_place(
    box: Box,
    size_wh: tuple[float, float],
    picture_wh: tuple[int, int],
    taken: Sequence[Box],
) -> Box | None:
    """Find a place above, below, right or left of a box that is inside the picture and free."""
    (x0, y0, x1, y1), (width, height), gap = box, size_wh, 4
    places = ((x0, y0 - gap - height), (x0, y1 + gap), (x1 + gap, y0), (x0 - gap - width, y0))
    for x, y in places:
        x, y = round(min(max(x, 0), picture_wh[0] - 1 - width)), round(y)
        place = (x, y, x + width, y + height)
        inside = x >= 0 and y >= 0 and place[3] < picture_wh[1]
        if inside and not any(_overlap(place, other) for other in taken):
            return place
    return None


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
