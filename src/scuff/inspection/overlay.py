"""Defects drawn over a picture: outlined and tinted by class, numbered as in the result."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from scuff.core.mask import SOUND
from scuff.inspection.captions import write_captions
from scuff.inspection.view import View, class_colours, class_values, contrast, grown

TINT = 0.3
"""Share of the class colour within a region; the metal stays visible."""

GAP_PX = 1
"""Metal that stays visible between a defect and its outline."""

RIM_PX = 1
"""Width of the black or white rim of an outline."""

SMALL_PX = 8
"""What is drawn smaller than this gets a ring around it."""

BLOCK_PX = 128
"""Only blocks of this size with a defect in or near them are drawn on: most of a frame is sound metal."""


def draw(view: View, captions: bool = True) -> NDArray[np.uint8]:
    """Draw the defects over a picture.

    Args:
        view: The picture and its defects.
        captions: Write number and class beside each defect.

    Returns:
        H×W×3, RGB. Lines run around a defect and not over it, and have a rim of black or white, so that they show
        on bright and on dark metal.
    """
    canvas = view.pixels.copy()
    if not view.defects:
        return canvas
    *_, reach_px = _distances(view.line_px)
    for rows, columns in _blocks_near_defects(view.mask, reach_px):
        _draw_block(canvas, view, rows, columns, reach_px)
    if view.scale < 1:
        canvas = _with_small_marked(canvas, view)
    if captions:
        write_captions(canvas, view)
    return canvas


def _blocks_near_defects(mask: NDArray[np.uint8], reach_px: int) -> Iterator[tuple[slice, slice]]:
    """Say in which blocks something is to be drawn, by the rows and columns of each."""
    height, width = mask.shape
    for top in range(0, height, BLOCK_PX):
        rows = slice(top, min(top + BLOCK_PX, height))
        strip = mask[_around(rows, reach_px)]
        if not strip.any():
            continue
        for left in range(0, width, BLOCK_PX):
            columns = slice(left, min(left + BLOCK_PX, width))
            if strip[:, _around(columns, reach_px)].any():
                yield rows, columns


def _draw_block(canvas: NDArray[np.uint8], view: View, rows: slice, columns: slice, reach_px: int) -> None:
    """Draw within one block what its surroundings call for too: as if the whole frame had been drawn at once."""
    seen_rows, seen_columns = _around(rows, reach_px), _around(columns, reach_px)
    seen = view.mask[seen_rows, seen_columns]
    own = _within(rows, seen_rows), _within(columns, seen_columns)
    block, values = canvas[rows, columns], class_values(seen)
    rims, lines = zip(*(_outline(seen == value, view.line_px) for value in values), strict=True)
    for outline, colours in ((rims, _rim_colours()), (lines, class_colours())):
        ink = np.full(seen.shape, SOUND, np.uint8)
        for value, where in zip(values, outline, strict=True):
            ink[where] = value
        inked = ink[own]
        at = np.nonzero(inked != SOUND)
        block[at] = colours[inked[at]]
    mask = seen[own]
    inside = np.nonzero(mask != SOUND)
    tinted = view.pixels[rows, columns][inside] * (1 - TINT) + class_colours()[mask[inside]] * TINT
    block[inside] = np.round(tinted).astype(np.uint8)


def _outline(region: NDArray[np.bool_], line_px: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The rim and the line around a region, each H×W."""
    inner, outer, end = (grown(region.view(np.uint8), px) for px in _distances(line_px))
    return np.asarray(end > outer), np.asarray(outer > inner)


def _distances(line_px: int) -> tuple[int, int, int]:
    """How far from a region its line begins, its line ends, and its rim ends."""
    return GAP_PX, GAP_PX + line_px, GAP_PX + line_px + RIM_PX


@cache
def _rim_colours() -> NDArray[np.uint8]:
    """Black or white for each mask value, 256×3."""
    return np.array([contrast((red, green, blue)) for red, green, blue in class_colours().tolist()], np.uint8)


def _around(span: slice, reach_px: int) -> slice:
    """Widen a range of rows or columns; what lies past the end of an array, indexing leaves out."""
    return slice(max(0, span.start - reach_px), span.stop + reach_px)


def _within(span: slice, wider: slice) -> slice:
    """The same range, counted from the start of a wider one."""
    return slice(span.start - wider.start, span.stop - wider.start)


def _with_small_marked(canvas: NDArray[np.uint8], view: View) -> NDArray[np.uint8]:
    """Put a ring around each defect that shrinking has made too small to be seen."""
    picture = Image.fromarray(canvas)
    pen = ImageDraw.Draw(picture)
    for defect in view.defects:
        x0, y0, x1, y1 = view.box(defect)
        if max(x1 - x0, y1 - y0) < SMALL_PX:
            x, y, radius = (x0 + x1) / 2, (y0 + y1) / 2, SMALL_PX
            colour = view.colour(defect)
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=contrast(colour), width=3)
            pen.ellipse((x - radius + 1, y - radius + 1, x + radius - 1, y + radius - 1), outline=colour, width=1)
    return np.array(picture)
