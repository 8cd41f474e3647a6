"""A picture of the light: what each camera sees of each luminaire, as a share of the reference."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.booth.sheet import FAINT, GAP_PX, INK, Cell, Colour, Sheet, Words
from scuff.core.station_recipe import LightCheck
from scuff.station.flat_field import FlatField
from scuff.station.light_check import Comparison, worst_cell

CELL_PX = 480
"""Width of a map."""

BESIDE_PX = 420
"""Room for the words at its left."""

WELL: Colour = (120, 200, 130)
WRONG: Colour = (255, 96, 86)

DARKER, BRIGHTER, AS_THEN = (36, 98, 190), (214, 120, 20), (236, 236, 232)
"""Colours of a map where the change is as large as is allowed, or more, and where there is none."""

NOTHING: Colour = (60, 61, 65)
"""Where the card is not."""


def draw_check(title: str, remark: str, comparisons: Sequence[Comparison], limits: LightCheck) -> NDArray[np.uint8]:
    """Draw a check: for each camera and luminaire, two maps and all that was compared.

    The first map is of the light itself, the second of each place beside the whole field; the colour is full where a
    change reaches its limit.

    Args:
        title: Above it all.
        remark: Below that, behind the verdict on the whole.
        comparisons: What was compared.
        limits: Of the recipe.

    Returns:
        H×W×3, RGB.
    """
    sheet = Sheet(BESIDE_PX + 2 * (CELL_PX + GAP_PX) - GAP_PX)
    is_well = all(each.is_well for each in comparisons)
    sheet.title(title)
    sheet.line(
        [
            Words("PASS" if is_well else "FAIL", WELL if is_well else WRONG),
            Words(remark),
            Words("less light", square=DARKER),
            Words("as then", square=AS_THEN),
            Words("more light", square=BRIGHTER),
            Words("beside the card", square=NOTHING),
        ]
    )
    for each in comparisons:
        cells = [
            Cell("Light", f"full colour: {100 * limits.level_change:.3g} %", _map(each.ratios, limits.level_change)),
            Cell(
                "Evenness",
                f"full colour: {100 * limits.local_change:.3g} %",
                _marked(_map(each.local, limits.local_change), each),
            ),
        ]
        sheet.row(cells, _beside(each), BESIDE_PX)
    return sheet.drawn()


def draw_reference(title: str, fields: Sequence[FlatField]) -> NDArray[np.uint8]:
    """Draw a reference: the levels of each camera and luminaire, as grey; H×W×3, RGB."""
    sheet = Sheet(2 * (CELL_PX + GAP_PX) - GAP_PX)
    sheet.title(title)
    for start in range(0, len(fields), 2):
        sheet.row([_level_cell(field) for field in fields[start : start + 2]])
    return sheet.drawn()


def _level_cell(field: FlatField) -> Cell:
    grid = field.grid
    grey = np.repeat(np.rint(255 * np.clip(np.nan_to_num(grid), 0, 1)).astype(np.uint8)[..., None], 3, axis=2)
    grey[np.isnan(grid)] = NOTHING
    remark = f"{field.exposure_us / 1000:.3g} ms, up to {field.brightest:.2f}"
    return Cell(f"{field.camera}, {field.luminaire}", remark, _enlarged(grey))


def _beside(each: Comparison) -> list[Words]:
    said = [
        Words(f"{finding.what} {finding.shown} ({finding.limits})", FAINT if finding.is_well else WRONG)
        for finding in each.findings
    ]
    verdict = Words("pass", WELL) if each.is_well else Words("FAIL", WRONG)
    return [Words(f"{each.camera}, luminaire {each.luminaire}", INK), verdict, *said]


def _map(shares: NDArray[np.float32], most: float) -> NDArray[np.uint8]:
    """Colour shares of 1 by how far they are from it."""
    change = np.clip((np.nan_to_num(shares, nan=1.0) - 1) / max(most, 1e-3), -1, 1)[..., None]
    end = np.where(change < 0, np.array(DARKER), np.array(BRIGHTER))
    colours = np.array(AS_THEN) + np.abs(change) * (end - np.array(AS_THEN))
    colours[np.isnan(shares)] = NOTHING
    return _enlarged(np.rint(colours).astype(np.uint8))


def _enlarged(cells: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns = cells.shape[:2]
    size_wh = CELL_PX, round(CELL_PX * rows / columns)
    return np.asarray(cv2.resize(cells, size_wh, interpolation=cv2.INTER_NEAREST), np.uint8)


def _marked(picture: NDArray[np.uint8], each: Comparison) -> NDArray[np.uint8]:
    """Put a frame around the place that is told of, where it is too far off."""
    if not any(finding.what == "evenness" for finding in each.failed):
        return picture
    (row, column), (rows, columns) = worst_cell(each.local), each.ratios.shape
    corners = [
        (round(x * picture.shape[1] / columns), round(y * picture.shape[0] / rows))
        for x, y in ((column, row), (column + 1, row + 1))
    ]
    return np.asarray(cv2.rectangle(picture, corners[0], corners[1], WRONG, 3), np.uint8)
