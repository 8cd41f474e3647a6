"""Value noise: a smooth random function that is the same wherever, and in whatever pieces, it is asked for."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.pixels import eased, fade
from scuff.booth.surface import Values

LACUNARITY: Final = 2.07
"""How much finer the next octave is; not 2, so that the lattices of two octaves never lie on each other."""

GAIN: Final = 0.55
"""How much weaker the next octave is."""

TURN: Final = (0.8, 0.6)
"""Cosine and sine of the angle by which the next octave is turned."""


def hashed(i: NDArray[np.int32], j: NDArray[np.int32] | int, seed: int) -> Values:
    """Random values of whole numbers, even in [-1, 1).

    Args:
        i: Any shape.
        j: Of the same shape, or one number for all.
        seed: Gives another function.

    Returns:
        Of the shape of ``i``. The bits are mixed as in C. Wellons' hash "lowbias32".
    """
    bits = i.astype(np.uint32) * np.uint32(0x9E3779B1)
    bits ^= np.atleast_1d(np.asarray(j, np.int32)).astype(np.uint32) * np.uint32(0x85EBCA77)
    bits += np.uint32(seed * 0xC2B2AE3D & 0xFFFFFFFF)
    bits ^= bits >> np.uint32(16)
    bits *= np.uint32(0x7FEB352D)
    bits ^= bits >> np.uint32(15)
    bits *= np.uint32(0x846CA68B)
    bits ^= bits >> np.uint32(16)
    return (bits >> np.uint32(8)).astype(np.float32) * np.float32(2**-23) - np.float32(1)


def noise_line(u: Values, seed: int, line: NDArray[np.int32] | int = 0) -> Values:
    """Noise in [-1, 1] along a line whose random values are 1 apart; another ``line`` is another function."""
    floor = np.floor(u)
    whole = floor.astype(np.int32)
    share = eased(u - floor)
    start = hashed(whole, line, seed)
    return start + (hashed(whole + 1, line, seed) - start) * share


def noise(u: Values, v: Values, seed: int) -> Values:
    """Noise in [-1, 1] in a plane whose random values are 1 apart, with a standard deviation of about 0.37."""
    floor_u, floor_v = np.floor(u), np.floor(v)
    i, j = floor_u.astype(np.int32), floor_v.astype(np.int32)
    share_u, share_v = eased(u - floor_u), eased(v - floor_v)
    near, far = hashed(i, j, seed), hashed(i, j + 1, seed)
    near += (hashed(i + 1, j, seed) - near) * share_u
    far += (hashed(i + 1, j + 1, seed) - far) * share_u
    return near + (far - near) * share_v


def fractal(u: Values, v: Values, seed: int, octaves: int = 3, pixel: float = 0.0) -> Values:
    """Octaves of noise, each finer and weaker than the one before; what is finer than a pixel fades.

    Args:
        u: Any shape; the random values of the first octave are 1 apart.
        v: Of the same shape.
        seed: Gives another function.
        octaves: How many.
        pixel: Width of a pixel in units of u and v.

    Returns:
        Of the shape of ``u``, seldom beyond [-1, 1].
    """
    total = np.zeros_like(u)
    strength, width = 1.0, 1.0
    for octave in range(octaves):
        visible = strength * fade(2 * width, pixel)
        if visible <= 0:
            break
        total += np.float32(visible) * noise(u, v, seed + 101 * octave)
        strength, width = strength * GAIN, width / LACUNARITY
        along, across = LACUNARITY * TURN[0], LACUNARITY * TURN[1]
        u, v = _turned(u, v, along, across)
    return total


def _turned(u: Values, v: Values, along: float, across: float) -> tuple[Values, Values]:
    return along * u - across * v + np.float32(17.3), across * u + along * v - np.float32(9.1)
