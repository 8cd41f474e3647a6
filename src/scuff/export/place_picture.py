"""A place where an exported network differs from its checkpoint, as a picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.mask import SOUND
from scuff.evaluation.sheet import Sheet, encode_png
from scuff.export.places import Place
from scuff.inspection.scores import FULL
from scuff.inspection.view import class_colours

PANEL_INCH, GAP_INCH, HEADER_INCH = 2.7, 0.1, 0.62
TITLE_PT, SMALL_PT = 9, 8
DIMMED = 0.5
"""Brightness left to the picture under the colours."""


def say_place(place: Place) -> str:
    """Say where a place is, and what differs there."""
    height, width = place.difference.shape
    return (
        f"frame {place.frame}, rows {place.y}–{place.y + height - 1}, columns {place.x}–{place.x + width - 1}: "
        f"scores differ by {place.difference.max() / FULL:.2f} at most, "
        f"{np.count_nonzero(place.checkpoint != place.bundle):,} px get another verdict"
    )


def draw_place(place: Place, number: int) -> bytes:
    """Draw picture, both masks and the differences of the scores side by side; gives a PNG."""
    largest = max(1, int(place.difference.max()))
    panels = (
        ("picture", place.pixels),
        ("checkpoint", _marked(place.pixels, place.checkpoint)),
        ("bundle", _marked(place.pixels, place.bundle)),
        (f"difference of scores, brightest {largest / FULL:.2f}", _heat(place.difference, largest)),
    )
    sheet = Sheet(GAP_INCH + len(panels) * (PANEL_INCH + GAP_INCH), HEADER_INCH + PANEL_INCH + GAP_INCH)
    sheet.text(GAP_INCH, 0.08, f"{number}: {say_place(place)}", TITLE_PT, weight="bold")
    for column, (title, pixels) in enumerate(panels):
        left_inch = GAP_INCH + column * (PANEL_INCH + GAP_INCH)
        sheet.text(left_inch + PANEL_INCH / 2, 0.36, title, SMALL_PT, align="center")
        sheet.picture(left_inch, HEADER_INCH, (PANEL_INCH, PANEL_INCH), pixels)
    return encode_png(sheet.figure)


def _marked(pixels: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay the colours of the classes over a dimmed picture."""
    dimmed = (pixels * DIMMED).astype(np.uint8)
    return np.where(mask[..., None] != SOUND, class_colours()[mask], dimmed)


def _heat(difference: NDArray[np.uint8], largest: int) -> NDArray[np.uint8]:
    """Colour differences, black for none and nearly white for the largest."""
    stretched = cv2.convertScaleAbs(difference, alpha=255 / largest)
    return np.asarray(cv2.applyColorMap(stretched, cv2.COLORMAP_INFERNO)[..., ::-1], np.uint8)
