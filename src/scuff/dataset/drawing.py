"""Draws on RGB arrays: a mask's outline over a picture, and words."""

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.mask import OUTSIDE, SOUND, class_palette

Colour = tuple[int, int, int]

CASING: Colour = (0, 0, 0)
"""Goes around each outline, so that it shows on bright metal as on dark."""

FONT = cv2.FONT_HERSHEY_SIMPLEX
FONT_SCALE = 0.42
LINE_PX = 17
"""Height of a line of words, in pixels."""

HATCH_PX = 8
HATCH_GREY = 96
PADDING_GREY = 64


def fitted(
    image: NDArray[np.uint8], mask: NDArray[np.uint8], size_px: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Scale a picture and its mask so that the longer side is ``size_px``.

    A defect never vanishes: a pixel that it covers by the least bit is its own.

    Args:
        image: H×W×3.
        mask: H×W, class values.
        size_px: Longer side of the result, in pixels.
    """
    scale = size_px / max(mask.shape)
    hw = tuple(max(1, round(length * scale)) for length in mask.shape)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    small = np.zeros(hw, np.uint8)
    for value in np.unique(mask[mask != SOUND]):
        covered = cv2.resize((mask == value).astype(np.float32), hw[::-1], interpolation=how)
        small[covered > (0.5 if value == OUTSIDE else 0)] = value
    scaled = cv2.resize(image, hw[::-1], interpolation=how)
    return np.asarray(scaled, dtype=np.uint8), small


def outlined(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Outline each class of a mask in its colour, just outside of its pixels, and hatch the padding.

    Args:
        image: H×W×3, RGB.
        mask: H×W, class values.

    Returns:
        H×W×3, RGB; a copy.
    """
    drawn = image.copy()
    padding = mask == OUTSIDE
    values = [int(value) for value in np.unique(mask) if value not in (SOUND, OUTSIDE)]
    rings = [(value, *_rings((mask == value).astype(np.uint8))) for value in values]
    # All casings first, so that none hides the line of a neighbour.
    for _, _, casing in rings:
        drawn[casing & ~padding] = CASING
    for value, line, _ in rings:
        drawn[line & ~padding] = line_colour(value)
    y, x = np.nonzero(padding)
    drawn[y, x] = np.where((y + x) % HATCH_PX == 0, HATCH_GREY, PADDING_GREY)[:, None]
    return drawn


def line_colour(value: int) -> Colour:
    """The colour of a class, lightened so that blue shows on dark metal."""
    red, green, blue = class_palette()[3 * value : 3 * value + 3]
    return 80 + red * 175 // 255, 80 + green * 175 // 255, 80 + blue * 175 // 255


def write(sheet: NDArray[np.uint8], words: str, top: int, left: int, width_px: int, colour: Colour) -> None:
    """Write one line of words into a sheet; where they are too long, their middle is left out.

    Args:
        sheet: H×W×3; drawn on.
        words: What to write.
        top: Upper edge of the line, in pixels.
        left: Where it begins, in pixels.
        width_px: How wide it may be.
        colour: Of the words.
    """
    keep = len(words)
    shown = words
    while keep > 1 and width(shown) > width_px:
        keep -= 1
        shown = f"{words[: (keep + 1) // 2]}..{words[len(words) - keep // 2 :]}"
    cv2.putText(sheet, shown, (left, top + LINE_PX - 5), FONT, FONT_SCALE, colour, 1, cv2.LINE_AA)


def width(words: str) -> int:
    """Width of a line of words, in pixels."""
    (width_px, _), _ = cv2.getTextSize(words, FONT, FONT_SCALE, 1)
    return int(width_px)


def _rings(region: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The pixels around a region, and those around them."""
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))
    inner = cv2.dilate(region, kernel)
    outer = cv2.dilate(inner, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
    return inner > region, outer > inner
