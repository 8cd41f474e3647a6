"""What the audit compares: a small picture's fine texture, rid of brightness, contrast and shading."""

import cv2
import numpy as np
from numpy.typing import NDArray

Texture = NDArray[np.float32]
"""H×W; about 1 in size wherever the metal has any structure, whatever the exposure."""

LONGEST_PX = 256
"""Longer side of the small pictures; smaller ones keep their size."""

FINEST_PX, COARSEST_PX = 1.0, 8.0
"""Sigmas between which structure counts: below is noise and JPEG's doing, above is shading and the lamp's."""

NOISE = 2.0
"""Grey values of contrast below which metal is calm, so that mere noise is not blown up to texture."""

SATURATED, DARK = 250, 3
"""Grey values from and up to which a pixel tells nothing more."""

STEPS = 24.0
"""Whole numbers that a texture's 1 is kept as, so that ten thousand small pictures fit into memory."""


def small_grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Make a picture grey, and at most ``LONGEST_PX`` long.

    Args:
        picture: H×W×3, RGB.
    """
    # Reduced before it is made grey: of twenty megapixels that is the cheaper order.
    factor = LONGEST_PX / max(picture.shape[:2])
    if factor < 1:
        wh = tuple(max(1, round(length * factor)) for length in picture.shape[1::-1])
        picture = np.asarray(cv2.resize(picture, wh, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def texture(grey: NDArray[np.uint8]) -> Texture:
    """Take the fine structure of a grey picture (H×W), each place divided by its own contrast."""
    values = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), FINEST_PX)
    detail = values - cv2.GaussianBlur(values, (0, 0), COARSEST_PX)
    return np.asarray(detail / np.sqrt(_local_power(detail) + NOISE**2), np.float32)


def telling(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell where a grey picture (H×W) has structure to compare: neither calm, nor clipped."""
    values = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), FINEST_PX)
    detail = values - cv2.GaussianBlur(values, (0, 0), COARSEST_PX)
    clipped = ((grey >= SATURATED) | (grey <= DARK)).astype(np.float32)
    share = cv2.GaussianBlur(clipped, (0, 0), COARSEST_PX)
    return np.asarray((_local_power(detail) > 1.0) & (share < 0.75), np.bool_)


def packed(values: Texture) -> NDArray[np.int8]:
    """Keep a texture as bytes, H×W; what is stronger than five times its surroundings is cut off."""
    return np.asarray(np.clip(np.rint(values * STEPS), -127, 127), np.int8)


def unpacked(values: NDArray[np.int8]) -> Texture:
    """Make a texture of its bytes again."""
    return values.astype(np.float32) / np.float32(STEPS)


def _local_power(detail: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(detail * detail, (0, 0), COARSEST_PX), np.float32)
