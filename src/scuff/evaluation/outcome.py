"""What became of each pixel, in colours that colour-blind people tell apart."""

import numpy as np
from numpy.typing import NDArray

from scuff.core.mask import OUTSIDE, SOUND

RIGHT, MISSED, FALSE_ALARM, WRONG_CLASS = 1, 2, 3, 4
"""Outcomes of a pixel; 0 is sound metal called sound."""

MEANINGS = {
    RIGHT: "found",
    MISSED: "missed",
    FALSE_ALARM: "false alarm",
    WRONG_CLASS: "wrong class",
}

# White for what is right; orange, sky blue and purple of Okabe and Ito's palette for what is not.
COLOURS = np.array([(0, 0, 0), (255, 255, 255), (230, 159, 0), (86, 180, 233), (204, 121, 167)], np.uint8)

DIMMED = 0.5
"""Brightness left to the picture under the colours."""


def outcomes(truth: NDArray[np.uint8], predicted: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Say what became of each pixel.

    Args:
        truth: H×W class values; what is ``OUTSIDE`` has no outcome.
        predicted: H×W class values.

    Returns:
        H×W, 0 or one of the outcomes.
    """
    defective, called = (truth != SOUND) & (truth != OUTSIDE), (predicted != SOUND) & (truth != OUTSIDE)
    kinds = np.zeros(truth.shape, np.uint8)
    kinds[defective & called] = WRONG_CLASS
    kinds[defective & (truth == predicted)] = RIGHT
    kinds[defective & ~called] = MISSED
    kinds[~defective & called] = FALSE_ALARM
    return kinds


def shrink(kinds: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Scale outcomes down so that none disappears, however thin.

    Args:
        kinds: H×W outcomes.
        factor: Pixels of a side that become one.

    Returns:
        ⌈H/factor⌉×⌈W/factor⌉; each is the most frequent outcome but 0 among its pixels, 0 only if all are.
    """
    if factor == 1:
        return kinds
    height, width = (-(-side // factor) for side in kinds.shape)
    padded = np.pad(kinds, [(0, height * factor - kinds.shape[0]), (0, width * factor - kinds.shape[1])])
    blocks = padded.reshape(height, factor, width, factor)
    counts = np.stack([(blocks == kind).sum(axis=(1, 3)) for kind in MEANINGS])
    return np.where(counts.any(axis=0), counts.argmax(axis=0) + 1, 0).astype(np.uint8)


def paint(pixels: NDArray[np.uint8], kinds: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay the colours of outcomes (H×W) over a dimmed picture (H×W×3)."""
    dimmed = (pixels * DIMMED).astype(np.uint8)
    return np.where(kinds[..., None] > 0, COLOURS[kinds], dimmed)
