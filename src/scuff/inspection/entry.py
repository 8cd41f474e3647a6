"""One picture of a report: what the page says of it, and the pictures it shows."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.core.verdict import Verdict
from scuff.inspection.closeup import CloseUp, close_ups
from scuff.inspection.encoding import jpeg
from scuff.inspection.overlay import draw
from scuff.inspection.result import Result, TableRow, table_row
from scuff.inspection.view import View, class_colour, contrast, outlines

ZOOM_PX = 1600
THUMBNAIL_PX = 240
ZOOM_QUALITY = 75
THUMBNAIL_QUALITY = 82
CLOSE_UP_QUALITY = 85

MAX_DEFECTS = 200
"""Rows in a picture's list of defects; the JSON file has them all."""

MAX_LINES = 1000
"""Outlines of one class in one picture, the longest; more would be a grey mass, and make the page large."""

SMOOTHING_PX = 0.4
"""Outlines may leave the pixels by this much, which halves their size."""

GAP_PX = 2
"""Metal that stays visible between a defect and its outline."""


PAST_PX = 8
"""How far outlines are traced past the border of a close-up."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A defect with the number that it has in the result and in the pictures, and its class's colour."""

    number: int
    defect: Defect
    colour: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The lines around the regions of one class, as an SVG path, and their colours."""

    colour: str
    rim: str
    path: str


@dataclass(frozen=True, slots=True)
class Crop:
    """A close-up as the page shows it.

    Attributes:
        window: Where it is, and of what.
        defect: The largest of its defects.
        picture: Data URI of the picture, without the defects.
        outlines: In its own pixels.
        place_xyxy: Where it lies in the picture that the viewer draws.
    """

    window: CloseUp
    defect: Numbered
    picture: str
    outlines: Sequence[Outline]
    place_xyxy: tuple[float, float, float, float]

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height, in pixels."""
        x0, y0, x1, y1 = self.window.box_xyxy
        return x1 - x0, y1 - y0


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of the report.

    Attributes:
        result: What was written down about it.
        verdict: On its part.
        row: The same in a line.
        defects: The largest defects, in the order of the result.
        thumbnail: Data URI of the picture with its defects; empty if there is no picture to show.
        zoom: What the viewer draws; ``None`` if there is no picture to show.
        crops: Close-ups at full resolution, where that is higher than the viewer's.
        missing: Why there is no picture to show; empty if there is one.
    """

    result: Result
    verdict: Verdict
    row: TableRow
    defects: Sequence[Numbered] = ()
    thumbnail: str = ""
    zoom: dict[str, object] | None = None
    crops: Sequence[Crop] = ()
    missing: str = ""


def report_entry(result: Result, verdict: Verdict, view: View | None, missing: str = "") -> Entry:
    """Prepare one picture for the report.

    Args:
        result: Its result as written.
        verdict: On its part.
        view: The picture and its defects; ``None`` if there is no picture to show.
        missing: Why there is none.
    """
    shown, row = _numbered(result), table_row(result, verdict)
    if view is None:
        return Entry(result, verdict, row, shown, missing=missing)
    zoomed = view.shrunk(ZOOM_PX)
    thumbnail = _uri(draw(zoomed.shrunk(THUMBNAIL_PX), captions=False), THUMBNAIL_QUALITY)
    crops = _crops(view, shown, zoomed.scale) if zoomed.scale < 1 else ()
    return Entry(result, verdict, row, shown, thumbnail, _zoom(zoomed, shown), crops)


def _numbered(result: Result) -> list[Numbered]:
    """The largest defects, in the order of the result."""
    numbered = [
        Numbered(number, defect, css(class_colour(result.bundle.classes.index(defect.label) + 1)))
        for number, defect in enumerate(result.defects, 1)
    ]
    largest = sorted(numbered, key=lambda entry: -entry.defect.area_px)[:MAX_DEFECTS]
    return sorted(largest, key=lambda entry: entry.number)


def _zoom(view: View, shown: Sequence[Numbered]) -> dict[str, object]:
    """What the viewer draws: the picture without defects, and over it lines that stay thin at any zoom."""
    height, width = view.mask.shape
    return {
        "picture": _uri(view.pixels, ZOOM_QUALITY),
        "width": width,
        "height": height,
        "scale": round(view.scale, 6),
        "outlines": [{"colour": each.colour, "rim": each.rim, "path": each.path} for each in _outlines(view.mask)],
        "boxes": [_labelled_box(view, entry) for entry in shown],
    }


def _labelled_box(view: View, entry: Numbered) -> dict[str, object]:
    box = [round(edge, 1) for edge in view.box(entry.defect)]
    return {"number": entry.number, "xyxy": box, "top_x": round(view.end_x(entry.defect, "top"), 1)}


def _crops(view: View, shown: Sequence[Numbered], scale: float) -> list[Crop]:
    by_number = {entry.number: entry for entry in shown}
    windows = close_ups(view, [(entry.number, entry.defect) for entry in shown])
    return [_crop(view, window, by_number[window.numbers[0]], scale) for window in windows]


def _crop(view: View, window: CloseUp, defect: Numbered, scale: float) -> Crop:
    x0, y0, x1, y1 = window.box_xyxy
    place = round(x0 * scale, 2), round(y0 * scale, 2), round(x1 * scale, 2), round(y1 * scale, 2)
    # Lines are traced in a little more than is shown, so that they run out of it instead of along its border.
    left, top = max(x0 - PAST_PX, 0), max(y0 - PAST_PX, 0)
    traced = _outlines(view.mask[top : y1 + PAST_PX, left : x1 + PAST_PX], (left - x0, top - y0))
    return Crop(window, defect, _uri(view.pixels[y0:y1, x0:x1], CLOSE_UP_QUALITY), traced, place)


def _outlines(mask: NDArray[np.uint8], shift_xy: tuple[int, int] = (0, 0)) -> list[Outline]:
    """Trace a mask, H×W; the shift is added to every point."""
    return [
        Outline(css(class_colour(value)), css(contrast(class_colour(value))), _svg_paths(lines, shift_xy))
        for value, lines in outlines(mask, GAP_PX).items()
    ]


def _svg_paths(lines: Sequence[NDArray[np.int32]], shift_xy: tuple[int, int]) -> str:
    longest = sorted(lines, key=len, reverse=True)[:MAX_LINES]
    return "".join(_svg_path(line + np.array(shift_xy, np.int32)) for line in longest)


def _svg_path(line: NDArray[np.int32]) -> str:
    """Write a closed line of N×1×2 points as an SVG path through the middles of its pixels."""
    points = cv2.approxPolyDP(line, SMOOTHING_PX, closed=True).reshape(-1, 2) + 0.5
    return f"M{' '.join(f'{x:g},{y:g}' for x, y in points)}Z"


def _uri(pixels: NDArray[np.uint8], quality: int) -> str:
    """Encode a picture as a data URI; equal pixels give equal text."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg(pixels, quality)).decode()}"


def css(colour: tuple[int, int, int]) -> str:
    """A colour as a page writes it."""
    red, green, blue = colour
    return f"#{red:02x}{green:02x}{blue:02x}"
