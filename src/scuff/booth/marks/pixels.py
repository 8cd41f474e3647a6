"""What a pixel sees of things that may be smaller than it: each is averaged over the pixel's width."""

import math

import numpy as np
from numpy.typing import NDArray

from scuff.booth.surface import Values

RING_MM, RING_PX = 1.0, 4.0
"""How far the sound metal around a mark reaches that it is compared with; the larger of the two counts."""

MARGIN_MM = 2.5
"""How much further a mark reaches than it changes the metal: that ring, or half a pixel of a coarse picture."""


def ring_mm(pixel_mm: float) -> float:
    """Width of the ring of sound metal around a mark, in mm."""
    return max(RING_MM, RING_PX * pixel_mm)


def within(p: Values, q: Values, radius_mm: float) -> NDArray[np.bool_]:
    """Which places are nearer to the mark's own than a radius."""
    return p * p + q * q < np.float32(radius_mm * radius_mm)


def strip(distance: Values, width: Values | float, pixel_mm: float) -> Values:
    """Share of pixels that a strip covers, whose middle passes them at a distance; all in mm."""
    return overlap(distance, -0.5 * width, 0.5 * width, pixel_mm)


def overlap(distance: Values, low: Values | float, high: Values | float, pixel_mm: float) -> Values:
    """Share of pixels that lies between two borders, seen across them.

    Args:
        distance: N, of the pixels' middles from a line, in mm.
        low: Place of the nearer border on the same scale, in mm.
        high: Place of the other one.
        pixel_mm: Width of a pixel.

    Returns:
        N, in [0, 1].
    """
    half = 0.5 * pixel_mm
    inside = np.minimum(high, distance + half) - np.maximum(low, distance - half)
    share: Values = np.maximum(inside, 0) * np.float32(1 / pixel_mm)
    return share


def crest(distance: Values, sigma_mm: float, pixel_mm: float) -> Values:
    """A soft line of about a Gaussian's height 1 and of its area, averaged over pixels.

    The Gaussian's integral is taken as a logistic curve, so that lines of any width keep their area in any pixels.
    """
    scale = np.float32(0.851 / sigma_mm)  # half of 1.702, at which both curves are nearest to each other
    half = np.float32(0.5 * pixel_mm)
    within = np.tanh((distance + half) * scale) - np.tanh((distance - half) * scale)
    line: Values = np.float32(0.5 * math.sqrt(2 * math.pi) * sigma_mm / pixel_mm) * within
    return line


def blob(square: Values, sigma_mm: float, pixel_mm: float) -> Values:
    """A soft spot of height 1 (a Gaussian), averaged over pixels, at the square of a distance in mm²."""
    blurred = sigma_mm**2 + pixel_mm**2 / 12
    spot: Values = np.float32(sigma_mm**2 / blurred) * np.exp(square * np.float32(-0.5 / blurred))
    return spot


def edge(inside: Values, soft_mm: float, pixel_mm: float) -> Values:
    """A step from 0 to 1 over a width around 0, no steeper than a pixel; ``inside`` is the distance from it, in mm."""
    return eased(inside / max(soft_mm, pixel_mm) + 0.5)


def eased(share: Values) -> Values:
    """A step from 0 to 1 without corners, for a share of the way."""
    within: Values = np.clip(share, np.float32(0), np.float32(1))
    step: Values = within * within * (3 - 2 * within)
    return step


def fade(period_mm: float, pixel_mm: float) -> float:
    """What a pixel leaves of the swing of waves of a period: sinc(pixel / period), and 0 beyond its first zero."""
    ratio = pixel_mm / period_mm
    return 0.0 if ratio >= 1 else float(np.sinc(ratio))
