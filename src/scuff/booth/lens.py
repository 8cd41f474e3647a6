"""From what the pixels of a frame send to what reaches the sensor: blur, colour filters, vignetting and glare."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.booth.camera import Camera
from scuff.booth.light import Tint

STEEL = (0.583, 0.570, 0.552)
"""Reflectance of stainless steel: red, green and blue."""

GLARE_STEP = 8
FILTERS = ((0, 1), (1, 2))
"""The colour of each pixel of a 2×2 cell: 0 red, 1 green, 2 blue (RGGB)."""

WARM = np.array([0.16, 0.02, -0.30], np.float32)
"""How colour changes with warmth."""


def blur_reach(camera: Camera) -> int:
    """How many rows beside a band its blur needs: where OpenCV cuts a Gaussian off, and one more."""
    return math.ceil(4 * camera.blur_px) + 1


def blurred(camera: Camera, plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Blur a plane as the lens does."""
    if camera.blur_px <= 0:
        return plane
    return np.asarray(
        cv2.GaussianBlur(plane, (0, 0), camera.blur_px, borderType=cv2.BORDER_REPLICATE), dtype=np.float32
    )


def filtered(
    glossy: NDArray[np.float32], diffuse: NDArray[np.float32], warmth: NDArray[np.float32], tint: Tint
) -> NDArray[np.float32]:
    """Let light through the colour filters.

    Args:
        glossy: H×W, reflected by the metal, before its reflectance; H even, beginning with a row of red and green.
        diffuse: H×W, reflected by what lies on it.
        warmth: H×W, colour of the metal; see ``Change``.
        tint: Of the light.

    Returns:
        H×W.
    """
    mosaic = np.empty_like(glossy)
    for row, colours in enumerate(FILTERS):
        for column, colour in enumerate(colours):
            here = np.s_[row::2, column::2]
            metal = STEEL[colour] * np.maximum(1 + WARM[colour] * warmth[here], 0.2)
            mosaic[here] = tint[colour] * (glossy[here] * metal + diffuse[here])
    return mosaic


def vignetting(camera: Camera, hw: tuple[int, int], first: int, last: int) -> NDArray[np.float32]:
    """Share of the light that reaches the rows from ``first`` to ``last``, (last-first)×W."""
    half = hw[1] / 2
    y = (np.arange(first, last, dtype=np.float32) + 0.5 - hw[0] / 2) / half
    x = (np.arange(hw[1], dtype=np.float32) + 0.5 - half) / half
    return np.asarray(np.maximum(1 - camera.vignetting * (y[:, None] ** 2 + x**2), 0), dtype=np.float32)


def add_glare(camera: Camera, plane: NDArray[np.float32]) -> None:
    """Scatter a little of a plane's light over all of it, in place: half near, half far."""
    height, width = plane.shape
    small = cv2.resize(plane, (max(width // GLARE_STEP, 1), max(height // GLARE_STEP, 1)), interpolation=cv2.INTER_AREA)
    # Beyond the edges is what is before them, mirrored: so no light is lost there.
    near, far = (cv2.GaussianBlur(small, (0, 0), small.shape[1] / d, borderType=cv2.BORDER_REFLECT) for d in (60, 12))
    scattered = np.asarray(0.5 * near + 0.5 * far, dtype=np.float32)
    rows = 2 * GLARE_STEP * 16
    for first in range(0, height, rows):
        last = min(first + rows, height)
        plane[first:last] *= 1 - camera.glare
        plane[first:last] += camera.glare * _enlarged(scattered, (height, width), first, last)


def _enlarged(small: NDArray[np.float32], hw: tuple[int, int], first: int, last: int) -> NDArray[np.float32]:
    """The rows from ``first`` to ``last`` of a plane enlarged to ``hw``."""
    scale = (small.shape[0] / hw[0], small.shape[1] / hw[1])
    y = (np.arange(first, last, dtype=np.float32) + 0.5) * scale[0] - 0.5
    x = (np.arange(hw[1], dtype=np.float32) + 0.5) * scale[1] - 0.5
    places = np.broadcast_to(x, (last - first, hw[1])), np.broadcast_to(y[:, None], (last - first, hw[1]))
    return np.asarray(
        cv2.remap(
            small,
            np.ascontiguousarray(places[0]),
            np.ascontiguousarray(places[1]),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )
