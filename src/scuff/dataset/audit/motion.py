"""How one picture lies in another: flips, quarter turns, crops and scales, all as one 2×3 matrix."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
"""2×3: takes (x, y, 1) of a pixel of the second picture, in its pixels, to x and y in the first."""

FLIPS_AND_TURNS: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = tuple(
    ((c * m, -s), (s * m, c)) for m in (1, -1) for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1))
)
"""The eight ways in which a rectangle lies on itself or on its side: the rows of a 2×2 matrix for (x, y)."""

WHOLE_SCALE = 0.02
"""Difference of scale and place, as a share, up to which a picture is as it was and no crop."""


def whole(number: int, first_hw: tuple[int, int], second_hw: tuple[int, int]) -> Matrix:
    """Lay a whole picture on another, flipped and turned.

    Args:
        number: Which of ``FLIPS_AND_TURNS``.
        first_hw: Height and width of the picture that it is laid on.
        second_hw: Its own.
    """
    turn = np.array(FLIPS_AND_TURNS[number], np.float64)
    first, second = np.array(first_hw[::-1], np.float64), np.array(second_hw[::-1], np.float64)
    linear = np.diag(first) @ turn @ np.diag(1 / second)
    # The centres of the pictures lie on each other; pixel (0, 0) has its centre at 0.
    shift = (first - 1) / 2 - linear @ ((second - 1) / 2)
    return np.column_stack([linear, shift])


def resized(matrix: Matrix, first: Sequence[float], second: Sequence[float]) -> Matrix:
    """Express a matrix between two pictures in the pixels of larger or smaller copies of them.

    Args:
        matrix: As between the pictures at hand.
        first: How many times as wide and high the copy of the first picture is.
        second: The same of the second.
    """
    larger, smaller = np.diag(np.asarray(first, np.float64)), np.diag(1 / np.asarray(second, np.float64))
    linear = larger @ matrix[:, :2] @ smaller
    # Pixel (0, 0) has its centre at 0, so that sizes change about the corner, half a pixel before it.
    half = np.array([0.5, 0.5])
    shift = larger @ (matrix[:, :2] @ (smaller @ half - half) + matrix[:, 2] + half) - half
    return np.column_stack([linear, shift])


def inverse(matrix: Matrix) -> Matrix:
    """The way back: from the first picture to the second."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


def in_words(matrix: Matrix, first_hw: Sequence[int], second_hw: Sequence[int]) -> str:
    """Say what was done to the first picture to get the second, as ``flipped, turned by 90°``."""
    linear = matrix[:, :2]
    mirrored = np.linalg.det(linear) < 0
    unmirrored = linear @ np.diag([-1.0, 1.0]) if mirrored else linear
    scale = float(np.sqrt(abs(np.linalg.det(linear))))
    degrees = float(np.degrees(np.arctan2(unmirrored[1, 0], unmirrored[0, 0]))) % 360
    turn = round(degrees) % 360
    words = ["flipped"] if mirrored else []
    words += [f"turned by {turn}°"] if min(turn, 360 - turn) > 1 else []
    corners = np.array([[0, 0, 1], [second_hw[1] - 1, second_hw[0] - 1, 1]]) @ matrix.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    slack = np.array(first_hw[::-1]) * WHOLE_SCALE + 1
    if (low > slack).any() or (high < np.array(first_hw[::-1]) - 1 - slack).any() or (low < -slack).any():
        words.append("cropped or shifted")
    if abs(scale - 1) > WHOLE_SCALE:
        words.append(f"{1 / scale:.2f} times as large")
    return ", ".join(words) or "as it is"
