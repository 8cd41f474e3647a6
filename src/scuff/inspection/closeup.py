"""Close-ups of defects at full resolution: in a whole frame on a page, a thin scratch cannot be seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scuff.core.defect import Defect
from scuff.inspection.view import View

CLOSE_UPS = 12
"""Of one picture, of its largest defects."""

SMALLEST_PX, LARGEST_PX = 160, 320
"""Sides of a close-up; of a defect that is larger, it shows a part."""

MARGIN_PX = 40
"""Metal around a defect, where there is room for it."""


@dataclass(frozen=True, slots=True)
class CloseUp:
    """A window of a frame around defects.

    Attributes:
        box_xyxy: Left, top, right, bottom in pixels of the frame; right and bottom are the first ones outside.
        numbers: The defects it is shown for, by their numbers, the largest first.
        whole: Whether it has all of the first of them.
    """

    box_xyxy: tuple[int, int, int, int]
    numbers: tuple[int, ...]
    whole: bool


def close_ups(view: View, numbered: Sequence[tuple[int, Defect]]) -> list[CloseUp]:
    """Choose windows around the largest defects; one that lies within another's window needs none of its own.

    Args:
        view: The frame at full size.
        numbered: Its defects with their numbers.
    """
    boxes: list[tuple[int, int, int, int]] = []
    shown: list[list[tuple[int, Defect]]] = []
    for number, defect in sorted(numbered, key=lambda entry: (-entry[1].area_px, entry[0])):
        holder = next((place for place, box in enumerate(boxes) if _holds(box, defect.box_xyxy)), None)
        if holder is not None:
            shown[holder].append((number, defect))
        elif len(boxes) < CLOSE_UPS:
            boxes.append(_window(view, defect))
            shown.append([(number, defect)])
    return [
        CloseUp(box, tuple(number for number, _ in entries), _holds(box, entries[0][1].box_xyxy))
        for box, entries in zip(boxes, shown, strict=True)
    ]


def _window(view: View, defect: Defect) -> tuple[int, int, int, int]:
    """Put a window around a defect; around a pixel in its middle, where the whole is too large."""
    x0, y0, x1, y1 = defect.box_xyxy
    middle_y, middle_x = _middle(view, defect)
    height, width = view.mask.shape
    left, right = _span(x0, x1, middle_x, width)
    top, bottom = _span(y0, y1, middle_y, height)
    return left, top, right, bottom


def _span(start: int, end: int, middle: int, length: int) -> tuple[int, int]:
    """Begin and end of a window along an axis of ``length`` pixels."""
    wanted = end - start + 2 * MARGIN_PX
    size = min(max(wanted, SMALLEST_PX), LARGEST_PX, length)
    centre = middle if end - start > size else (start + end) // 2
    first = min(max(centre - size // 2, 0), length - size)
    return first, first + size


def _middle(view: View, defect: Defect) -> tuple[int, int]:
    """The pixel of a defect that is nearest to the middle of its box: y, x. A bent scratch is not in that middle."""
    x0, y0, x1, y1 = defect.box_xyxy
    inside = np.argwhere(view.mask[y0:y1, x0:x1] == view.value(defect))
    if not len(inside):
        return (y0 + y1) // 2, (x0 + x1) // 2
    nearest = np.abs(inside - np.array([(y1 - y0) / 2, (x1 - x0) / 2])).max(axis=1).argmin()
    return y0 + int(inside[nearest][0]), x0 + int(inside[nearest][1])


def _holds(outer: tuple[int, int, int, int], inner: tuple[int, int, int, int]) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]
