"""How far two pictures agree once one is laid on the other: what tells the same scene from metal that looks alike."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.dataset.audit.motion import Matrix
from scuff.dataset.audit.texture import Texture

WINDOW_PX = 25
"""Side of the windows that are compared. Smaller ones agree by chance where both show parallel grooves."""

AGREES = 0.5
"""Correlation of a window from which it shows the same: chance gives 0.0 ± 0.1, another exposure 0.6 and more."""

LEAST_PX = 1500
"""Of telling pixels that both pictures see; fewer prove nothing."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two aligned pictures have in common.

    Attributes:
        correlation: Of all that both see, in -1 to 1.
        agreeing: Share of what both see whose windows agree, in [0, 1].
        seen: Share of the smaller picture's area that both see.
        clear: Correlation of what agrees: parallel grooves that merely look alike agree here and there, and faintly.
    """

    correlation: float
    agreeing: float
    seen: float
    clear: float


NONE = Agreement(0.0, 0.0, 0.0, 0.0)


def agreement(
    first: Texture, second: Texture, first_telling: NDArray[np.bool_], second_telling: NDArray[np.bool_], matrix: Matrix
) -> Agreement:
    """Lay the second texture on the first and compare them window by window.

    Args:
        first: H×W.
        second: Another H×W.
        first_telling: Where the first has something to compare.
        second_telling: Where the second has.
        matrix: From the second to the first.
    """
    hw = first.shape
    laid = _laid(second, matrix, hw, cv2.INTER_LINEAR)
    covered = _laid(np.ones_like(second), matrix, hw, cv2.INTER_NEAREST) > 0
    both = covered & first_telling & (_laid(second_telling.astype(np.float32), matrix, hw, cv2.INTER_NEAREST) > 0)
    area = int(np.count_nonzero(both))
    if area < LEAST_PX:
        return NONE
    a, b = np.where(both, first, 0), np.where(both, laid, 0)
    agree = (_windows(a, b, both) > AGREES) & both
    smaller = min(first.size, second.size * abs(float(np.linalg.det(matrix[:, :2]))))
    agreeing = int(np.count_nonzero(agree))
    clear = _correlation(a[agree], b[agree]) if agreeing else 0.0
    return Agreement(_correlation(a[both], b[both]), agreeing / area, np.count_nonzero(covered) / smaller, clear)


def _laid(values: Texture, matrix: Matrix, hw: tuple[int, int], how: int) -> Texture:
    # A crop that is much larger than its place in the other picture must be smoothed before it is reduced.
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale < 0.8 and how == cv2.INTER_LINEAR:
        values = np.asarray(cv2.GaussianBlur(values, (0, 0), 0.5 / scale), np.float32)
    return np.asarray(cv2.warpAffine(values, matrix, hw[::-1], flags=how, borderValue=0), np.float32)


def _windows(a: Texture, b: Texture, both: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Correlation of the window around each pixel, over what both see of it."""
    count = _sums(both.astype(np.float32)) + 1e-6
    mean_a, mean_b = _sums(a) / count, _sums(b) / count
    power_a, power_b = _sums(a * a) / count - mean_a**2, _sums(b * b) / count - mean_b**2
    product = _sums(a * b) / count - mean_a * mean_b
    return np.asarray(product / np.sqrt(np.maximum(power_a * power_b, 1e-6)), np.float32)


def _sums(values: NDArray[np.float32]) -> NDArray[np.float32]:
    size = (WINDOW_PX, WINDOW_PX)
    return np.asarray(cv2.boxFilter(values, -1, size, normalize=False, borderType=cv2.BORDER_CONSTANT), np.float32)


def _correlation(a: Texture, b: Texture) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / np.sqrt(max(float((a * a).sum() * (b * b).sum()), 1e-12)))
