"""The report of a run: one HTML file that needs nothing else and reaches for nothing."""

import base64
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray
from PIL import Image

from scuff.core.bundle import Manifest
from scuff.core.defect import Defect
from scuff.core.verdict import Outcome
from scuff.inspection.overlay import draw
from scuff.inspection.pipeline import Inspected
from scuff.inspection.result import Result, TableRow, table_row
from scuff.inspection.view import View, class_colour, contrast, outlines

ZOOM_PX = 1600
THUMBNAIL_PX = 240
ZOOM_QUALITY = 88
THUMBNAIL_QUALITY = 82

MAX_DEFECTS = 200
"""Rows in a picture's list of defects; the JSON file has them all."""

SMOOTHING_PX = 0.4
"""Outlines may leave the pixels by this much, which halves their size."""

# The worst first, in the page as it opens.
SEVERITY = (Outcome.NOT_INSPECTED, Outcome.FAIL, Outcome.REVIEW, Outcome.PASS)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A defect with the number that it has in the result and in the pictures, and its class's colour."""

    number: int
    defect: Defect
    colour: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of the report; small, so that a run need not keep its frames.

    Attributes:
        result: What was written down about it.
        row: The same in a line.
        defects: The largest defects, in the order of the result.
        thumbnail: Data URI of the picture with its defects; empty if it could not be inspected.
        zoom: What the viewer draws; ``None`` if it could not be inspected.
    """

    result: Result
    row: TableRow
    defects: Sequence[Numbered]
    thumbnail: str
    zoom: dict[str, object] | None


def report_entry(inspected: Inspected, result: Result) -> Entry:
    """Prepare one picture for the report.

    Args:
        inspected: The picture and its defects.
        result: Its result as written.
    """
    view = inspected.view
    if view is None:
        return Entry(result, table_row(result), (), "", None)
    numbered = [Numbered(number, defect, _css(view.colour(defect))) for number, defect in enumerate(result.defects, 1)]
    largest = sorted(numbered, key=lambda entry: -entry.defect.area_px)[:MAX_DEFECTS]
    shown = sorted(largest, key=lambda entry: entry.number)
    zoomed = view.shrunk(ZOOM_PX)
    thumbnail = _jpeg(draw(zoomed.shrunk(THUMBNAIL_PX), captions=False), THUMBNAIL_QUALITY)
    return Entry(result, table_row(result), shown, thumbnail, _zoom(zoomed, shown))


def render_report(entries: Sequence[Entry], manifest: Manifest) -> str:
    """Write the page.

    Args:
        entries: The pictures; at least one.
        manifest: Of the bundle that inspected them.
    """
    environment = Environment(
        loader=PackageLoader("scuff.inspection", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    ordered = sorted(entries, key=lambda entry: (SEVERITY.index(entry.result.outcome), entry.result.file))
    return environment.get_template("report.html.j2").render(
        entries=ordered,
        zooms=[entry.zoom for entry in ordered],
        counts=Counter(entry.result.outcome.value for entry in ordered),
        outcomes=[outcome.value for outcome in reversed(SEVERITY)],
        classes=[(name, _css(class_colour(value))) for value, name in enumerate(manifest.classes, 1)],
        manifest=manifest,
        bundle=ordered[0].result.bundle,
        settings=ordered[0].result.settings,
    )


def _zoom(view: View, shown: Sequence[Numbered]) -> dict[str, object]:
    """What the viewer draws: the picture without defects, and over it lines that stay thin at any zoom."""
    height, width = view.mask.shape
    return {
        "picture": _jpeg(view.pixels, ZOOM_QUALITY),
        "width": width,
        "height": height,
        "outlines": [
            {
                "colour": _css(class_colour(value)),
                "rim": _css(contrast(class_colour(value))),
                "path": "".join(map(_svg_path, lines)),
            }
            for value, lines in outlines(view.mask, gap_px=2).items()
        ],
        "boxes": [_labelled_box(view, entry) for entry in shown],
    }


def _labelled_box(view: View, entry: Numbered) -> dict[str, object]:
    box = [round(edge, 1) for edge in view.box(entry.defect)]
    return {"number": entry.number, "xyxy": box, "top_x": round(view.end_x(entry.defect, "top"), 1)}


def _svg_path(line: NDArray[np.int32]) -> str:
    """Write a closed line of N×1×2 points as an SVG path through the middles of its pixels."""
    points = cv2.approxPolyDP(line, SMOOTHING_PX, closed=True).reshape(-1, 2) + 0.5
    return f"M{' '.join(f'{x:g},{y:g}' for x, y in points)}Z"


def _jpeg(pixels: NDArray[np.uint8], quality: int) -> str:
    """Encode a picture as a data URI; equal pixels give equal text."""
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, format="JPEG", quality=quality)
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.getvalue()).decode()}"


def _css(colour: tuple[int, int, int]) -> str:
    red, green, blue = colour
    return f"#{red:02x}{green:02x}{blue:02x}"
