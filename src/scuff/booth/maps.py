"""What the marks do to each pixel of a band of rows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scuff.booth.surface import Change

SOIL, FLAW = 1, 2


class Maps(NamedTuple):
    """What the marks add up to, for H×W pixels.

    Attributes:
        touched: H×W, uint8: 0 where there is no mark, SOIL or FLAW.
        slope: H×W×2, float32, slope along and across the finish.
        groove: H×W×6, float32: share of steep walls, their mean slopes, their variances (along, mixed, across).
        cover: H×W×3, float32: share of what covers the finish, variance of its slopes, its haze.
        reflectance: H×W, float32, factor.
        warmth: H×W, float32.
    """

    touched: NDArray[np.uint8]
    slope: NDArray[np.float32]
    groove: NDArray[np.float32]
    cover: NDArray[np.float32]
    reflectance: NDArray[np.float32]
    warmth: NDArray[np.float32]


def blank(hw: tuple[int, int]) -> Maps:
    """Maps of a surface without marks."""
    return Maps(
        np.zeros(hw, np.uint8),
        np.zeros((*hw, 2), np.float32),
        np.zeros((*hw, 6), np.float32),
        np.zeros((*hw, 3), np.float32),
        np.ones(hw, np.float32),
        np.zeros(hw, np.float32),
    )


def apply(maps: Maps, at: tuple[NDArray[np.intp], NDArray[np.intp]], change: Change, level: int) -> None:
    """Add what a mark does to the pixels ``at`` (rows, columns), in place."""
    maps.touched[at] = np.maximum(maps.touched[at], level)
    if change.slope is not None:
        maps.slope[at] += change.slope
    if change.reflectance is not None:
        maps.reflectance[at] *= change.reflectance
    if change.warmth is not None:
        maps.warmth[at] += change.warmth
    if change.cover is not None:
        share = change.cover.share
        before = maps.cover[at]
        both = before[:, 0] * (1 - share) + share
        new = np.array([0.5 * change.cover.rough**2, change.cover.haze], np.float32)
        mixed = before[:, 1:] * (before[:, 0] * (1 - share))[:, None] + new * share[:, None]
        maps.cover[at] = np.column_stack([both, mixed / np.maximum(both, 1e-9)[:, None]])
    if change.groove is not None:
        _dig(maps, at, change)


def _dig(maps: Maps, at: tuple[NDArray[np.intp], NDArray[np.intp]], change: Change) -> None:
    """Join a groove with those there already: by the moments of their slopes."""
    groove = change.groove
    if groove is None:
        return
    before = maps.groove[at]
    cosine, sine = np.cos(groove.direction_rad), np.sin(groove.direction_rad)
    across, along = groove.spread**2, np.float32(ALONG_VARIANCE)
    new = [
        groove.slope[:, 0],
        groove.slope[:, 1],
        along * cosine**2 + across * sine**2,
        (along - across) * cosine * sine,
        along * sine**2 + across * cosine**2,
    ]
    old_share, share = before[:, 0], groove.share
    weight = share / np.maximum(share + old_share, 1e-9)
    mean = [(1 - weight) * before[:, 1 + axis] + weight * new[axis] for axis in range(2)]
    apart = [new[axis] - before[:, 1 + axis] for axis in range(2)]
    between = weight * (1 - weight)
    products = (apart[0] * apart[0], apart[0] * apart[1], apart[1] * apart[1])
    spread = [
        (1 - weight) * before[:, 3 + entry] + weight * new[2 + entry] + between * products[entry] for entry in range(3)
    ]
    joined = 1 - (1 - old_share) * (1 - share)
    maps.groove[at] = np.stack([joined, *mean, *spread], axis=1)


ALONG_VARIANCE = 0.0018
"""Variance of the slope along a groove: its walls are not smooth."""
