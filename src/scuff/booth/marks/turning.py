"""Turning a mark in its tangent plane, and the outlines of things that are almost round."""

import math

import numpy as np
from numpy.typing import NDArray

from scuff.booth.surface import Values


def turned(p: Values, q: Values, angle_deg: float) -> tuple[Values, Values]:
    """Coordinates along and across a direction, which lies counter-clockwise from p."""
    cosine, sine = _direction(angle_deg)
    return p * cosine + q * sine, q * cosine - p * sine


def turned_back(along: Values, across: Values, angle_deg: float) -> Values:
    """N×2: parts along p and q of vectors that are given along and across a direction."""
    cosine, sine = _direction(angle_deg)
    return np.stack([along * cosine - across * sine, along * sine + across * cosine], axis=-1)


def in_oval(p: Values, q: Values, angle_deg: float, half_mm: tuple[float, float]) -> NDArray[np.bool_]:
    """Which places lie in an oval around the middle, whose half length has an angle to p; half length and width."""
    along, across = turned(p, q, angle_deg)
    u, v = along / half_mm[0], across / half_mm[1]
    return u * u + v * v < np.float32(1)


def unrolled(along: Values, across: Values, curvature_per_mm: float) -> tuple[Values, Values, Values]:
    """Coordinates beside a line that bends to the left as a circle does.

    Args:
        along: Places along the line's tangent in its middle, in mm.
        across: Their distances from that tangent, in mm.
        curvature_per_mm: Of the line; it must not turn by more than some 50 degrees from its middle to an end.

    Returns:
        Way along the line from its middle, in mm; distance from it to the left, in mm; its direction there in rad,
        counter-clockwise from the tangent.
    """
    sine = np.clip(along * curvature_per_mm, -0.9, 0.9)
    cosine = np.sqrt(1 - sine * sine)
    sagitta = along * sine / (1 + cosine)
    square = sine * sine
    way = along * (1 + square * (1 / 6 + square * (3 / 40 + square * (15 / 336))))  # series of the arc sine
    return way, (across - sagitta) * cosine, np.arcsin(sine)


def outline(along: Values, across: Values, seed: int, strength: float, harmonics: int = 9) -> Values:
    """Radius of an irregular round outline in the direction of each place, about 1.

    Args:
        along: Places, any shape.
        across: Of the same shape.
        seed: Of the outline.
        strength: About the standard deviation of the radius.
        harmonics: How many waves around the outline the finest of its terms has.

    Returns:
        A random Fourier series from the second harmonic on (the first only shifts it), whose terms fall off as
        n^-1.3; never below 0.3.
    """
    random = np.random.default_rng(seed)
    angle = np.arctan2(across, along)
    total = np.zeros_like(angle)
    scale = math.sqrt(sum(wave**-2.6 for wave in range(2, harmonics + 1)))
    for wave in range(2, harmonics + 1):
        height = float(random.normal()) * wave**-1.3 / scale
        total += np.float32(height * strength) * np.sin(wave * angle + np.float32(random.uniform(0, 2 * math.pi)))
    radius: Values = np.maximum(1 + np.float32(math.sqrt(2)) * total, np.float32(0.3))
    return radius


def _direction(angle_deg: float) -> tuple[float, float]:
    return math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
