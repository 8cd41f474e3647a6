"""Defects drawn over a picture: outlined and tinted by class, numbered as in the result."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from scuff.inspection.captions import write_captions
from scuff.inspection.view import View, class_colour, class_values, contrast, grown

TINT = 0.3
"""Share of the class colour within a region; the metal stays visible."""

GAP_PX = 1
"""Metal that stays visible between a defect and its outline."""

RIM_PX = 1
"""Width of the black or white rim of an outline."""

SMALL_PX = 8
"""What is drawn smaller than this gets a ring around it."""


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
    inner_px, outer_px = GAP_PX, GAP_PX + view.line_px
    regions = {value: (view.mask == value).view(np.uint8) for value in class_values(view.mask)}
    for value, region in regions.items():
        canvas[_ring(region, outer_px, outer_px + RIM_PX)] = contrast(class_colour(value))
    for value, region in regions.items():
        canvas[_ring(region, inner_px, outer_px)] = class_colour(value)
    for value, region in regions.items():
        inside = region.astype(bool)
        tinted = view.pixels[inside] * (1 - TINT) + np.array(class_colour(value)) * TINT
        canvas[inside] = np.round(tinted).astype(np.uint8)
    picture = Image.fromarray(canvas)
    _mark_small(picture, view)
    if captions:
        write_captions(picture, view)
    return np.asarray(picture)


def _ring(region: NDArray[np.uint8], inner_px: int, outer_px: int) -> NDArray[np.bool_]:
    """The pixels around a region that are farther than one distance, and not farther than another: H×W."""
    return np.asarray(grown(region, outer_px) > grown(region, inner_px))


def _mark_small(picture: Image.Image, view: View) -> None:
    """Put a ring around each defect that shrinking has made too small to be seen."""
    pen = ImageDraw.Draw(picture)
    for defect in view.defects if view.scale < 1 else ():
        x0, y0, x1, y1 = view.box(defect)
        if max(x1 - x0, y1 - y0) < SMALL_PX:
            x, y, radius = (x0 + x1) / 2, (y0 + y1) / 2, SMALL_PX
            colour = view.colour(defect)
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=contrast(colour), width=3)
            pen.ellipse((x - radius + 1, y - radius + 1, x + radius - 1, y + radius - 1), outline=colour, width=1)
