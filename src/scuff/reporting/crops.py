"""The worst misses and the worst false alarms, cut out of their frames."""

import base64
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import CheckpointError
from scuff.dataset.catalogue import Catalogue, Row

SHOWN = 12
"""Pictures of each kind."""

CONTEXT = 1.0
"""Metal around a defect, as a share of its longer side, on every side."""

LEAST_PX, MOST_PX = 96, 640
"""Side of a crop: smaller ones show more metal, larger ones are scaled down."""

WHOLE_PX = 320
"""Longer side of the picture of the whole frame."""

QUALITY = 88
MISSED, FALSE_ALARM = (230, 159, 0), (86, 180, 233)
"""Orange and sky blue of Okabe and Ito's palette, as in the pictures of ``scuff evaluate``."""

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Wrong:
    """An annotated defect that was missed, or metal that was called defective.

    Attributes:
        part: Serial number of the part.
        frame: Name of the frame.
        label: Class of the annotated defect, or of the false alarm.
        box_xyxy: Left, top, right, bottom in the frame.
        area_px: Its pixels.
        length: Its length in words, in mm where the scale is known.
        score: Of a false alarm; ``None`` for what was missed.
    """

    part: str
    frame: str
    label: str
    box_xyxy: Box
    area_px: int
    length: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A wrong one as the page shows it.

    Attributes:
        wrong: What it is.
        crop: Data URI of the metal around it, with a line around what is annotated or called defective.
        bare: The same without the line.
        whole: Data URI of the whole frame, with its place.
    """

    wrong: Wrong
    crop: str
    bare: str
    whole: str


def worst(defects_csv: Path) -> tuple[list[Wrong], list[Wrong]]:
    """Choose what to show: the largest missed defects, and the false alarms of highest score, of equals the largest.

    Of one frame at most two of each are taken, so that one bad picture does not fill the page.

    Raises:
        CheckpointError: The table is missing.
    """
    if not defects_csv.is_file():
        raise CheckpointError(f"{defects_csv}: is missing; run `scuff evaluate` again")
    with defects_csv.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    missed = [_wrong(line) for line in lines if line["outcome"] == "missed"]
    alarms = [_wrong(line) for line in lines if line["outcome"] == "false alarm"]
    return (
        _few_of_each(sorted(missed, key=lambda each: (-each.area_px, each.frame, each.box_xyxy))),
        _few_of_each(sorted(alarms, key=lambda each: (-(each.score or 0), -each.area_px, each.frame, each.box_xyxy))),
    )


def show(wrong: Sequence[Wrong], catalogue: Catalogue) -> list[Shown]:
    """Cut out what went wrong; each frame is read once.

    Raises:
        CatalogueError: A frame has changed since it was imported.
        PictureError: One cannot be read.
    """
    rows = {row.frame: row for row in catalogue.rows}
    shown: dict[int, Shown] = {}
    for frame in dict.fromkeys(each.frame for each in wrong):
        row = rows[frame]
        pixels, mask = catalogue.frame(row).pixels, catalogue.mask(row)
        for number, each in enumerate(wrong):
            if each.frame == frame:
                shown[number] = _shown(each, row, pixels, mask)
    return [shown[number] for number in range(len(wrong))]


def _few_of_each(ranked: Sequence[Wrong]) -> list[Wrong]:
    chosen: list[Wrong] = []
    for each in ranked:
        if len(chosen) < SHOWN and sum(other.frame == each.frame for other in chosen) < 2:
            chosen.append(each)
    return chosen


def _wrong(line: dict[str, str]) -> Wrong:
    left, top, right, bottom = (int(line[f"{side}_px"]) for side in ("left", "top", "right", "bottom"))
    length = f"{float(line['length_mm']):.3g} mm" if line["length_mm"] else f"{float(line['length_px']):.3g} px"
    score = float(line["score"]) if line["outcome"] == "false alarm" else None
    box = left, top, right, bottom
    return Wrong(line["part"], line["frame"], line["class"], box, int(line["area_px"]), length, score)


def _shown(wrong: Wrong, row: Row, pixels: NDArray[np.uint8], mask: NDArray[np.uint8]) -> Shown:
    x0, y0, x1, y1 = _around(wrong.box_xyxy, row.hw)
    bare = pixels[y0:y1, x0:x1]
    factor = min(MOST_PX / max(bare.shape[:2]), max(1.0, MOST_PX / 2 / max(bare.shape[:2])))
    scaled = _resized(bare, factor)
    marked = scaled.copy()
    outlined = mask[y0:y1, x0:x1] > 0 if wrong.score is None else _box_mask(wrong.box_xyxy, (x0, y0), bare.shape[:2])
    _outline(marked, outlined, factor, MISSED if wrong.score is None else FALSE_ALARM)
    return Shown(wrong, _uri(marked), _uri(scaled), _uri(_place(pixels, wrong)))


def _around(box: Box, hw: tuple[int, int]) -> Box:
    """The window around a box, with some metal, within the frame."""
    x0, y0, x1, y1 = box
    half = max(LEAST_PX, (1 + 2 * CONTEXT) * max(x1 - x0, y1 - y0)) / 2
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    left, top = max(0, round(middle_x - half)), max(0, round(middle_y - half))
    return left, top, min(hw[1], round(middle_x + half)), min(hw[0], round(middle_y + half))


def _box_mask(box: Box, corner: tuple[int, int], hw: tuple[int, int]) -> NDArray[np.bool_]:
    inside = np.zeros(hw, bool)
    inside[max(0, box[1] - corner[1]) : box[3] - corner[1], max(0, box[0] - corner[0]) : box[2] - corner[0]] = True
    return inside


def _outline(pixels: NDArray[np.uint8], inside: NDArray[np.bool_], factor: float, colour: tuple[int, int, int]) -> None:
    """Draw a line around what is inside, two pixels outside of it, into pixels that are ``factor`` times as many."""
    grown = cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8))
    large = cv2.resize(grown, pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    lines, _ = cv2.findContours(large, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(pixels, lines, -1, colour, 2 if factor > 1 else 1)


def _place(pixels: NDArray[np.uint8], wrong: Wrong) -> NDArray[np.uint8]:
    """The whole frame, small, with a box where the wrong one is."""
    factor = min(1.0, WHOLE_PX / max(pixels.shape[:2]))
    small = _resized(pixels, factor)
    x0, y0, x1, y1 = (edge * factor for edge in wrong.box_xyxy)
    corners = (round(x0) - 4, round(y0) - 4), (round(x1) + 4, round(y1) + 4)
    cv2.rectangle(small, *corners, MISSED if wrong.score is None else FALSE_ALARM, 2)
    return small


def _resized(pixels: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    size_wh = max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size_wh, interpolation=way), np.uint8)


def _uri(pixels: NDArray[np.uint8]) -> str:
    encoded, content = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not encoded:
        raise ValueError("OpenCV cannot write a JPEG")
    return f"data:image/jpeg;base64,{base64.b64encode(content.tobytes()).decode()}"
