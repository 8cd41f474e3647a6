"""Noise that is a function of a place: the same from every camera and at every resolution."""

import math

from numba import uint32

from scuff.booth.kernel import inlined


@inlined
def chance(column: int, row: int, seed: int) -> float:
    """A number in [-1, 1) for a cell of a lattice."""
    mixed = uint32(column) * uint32(374761393) + uint32(row) * uint32(668265263) + uint32(seed) * uint32(2246822519)
    mixed = uint32((mixed ^ (mixed >> uint32(15))) * uint32(2246822507))
    mixed = uint32((mixed ^ (mixed >> uint32(14))) * uint32(3266489909))
    return float(mixed >> uint32(8)) * (2.0 / 16777216.0) - 1.0


@inlined
def value_noise(u: float, v: float, seed: int) -> float:
    """Smooth noise in [-1, 1] with cells of size 1; its standard deviation is 0.43."""
    column, row = math.floor(u), math.floor(v)
    right, up = u - column, v - row
    right, up = right * right * (3 - 2 * right), up * up * (3 - 2 * up)
    left_cell, lower_cell = int(column), int(row)
    lower_left = chance(left_cell, lower_cell, seed)
    lower_right = chance(left_cell + 1, lower_cell, seed)
    upper_left = chance(left_cell, lower_cell + 1, seed)
    upper_right = chance(left_cell + 1, lower_cell + 1, seed)
    lower = lower_left + (lower_right - lower_left) * right
    upper = upper_left + (upper_right - upper_left) * right
    return lower + (upper - lower) * up
