"""PRO and AUPRO: how much of each annotated region is found, against the share of sound pixels that is, too.

As published by Bergmann et al., "The MVTec Anomaly Detection Dataset" (IJCV 129, 2021): regions are connected at sides
and corners, whatever their class; at each threshold, PRO is the mean over all regions of the share of a region's pixels
that are predicted, so that a small region weighs as much as a large one; AUPRO is the area under PRO against the
false-positive rate of the sound pixels of all frames, up to a rate of 0.3, by trapezoids, divided by 0.3.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.mask import OUTSIDE, SOUND
from scuff.evaluation.bootstrap import Figures, ratio
from scuff.inspection.scores import FULL

LIMIT = 0.3
"""False-positive rate up to which the area is taken."""

LEVELS = FULL + 1
"""Bytes that a score may be."""


@dataclass(frozen=True, eq=False)
class RegionOverlaps:
    """What PRO is made of, of one or several frames; L = 255 thresholds, from the byte 254 down to 0.

    Attributes:
        overlaps: L; the sum over regions of the share of each that is predicted.
        regions: Number of regions.
        false_px: L; sound pixels that are predicted.
    """

    overlaps: NDArray[np.float64]
    regions: int
    false_px: NDArray[np.float64]

    def __add__(self, other: "RegionOverlaps") -> "RegionOverlaps":
        return RegionOverlaps(
            self.overlaps + other.overlaps, self.regions + other.regions, self.false_px + other.false_px
        )


NOTHING = RegionOverlaps(np.zeros(LEVELS), 0, np.zeros(LEVELS))


def region_overlaps(truth: NDArray[np.uint8], score: NDArray[np.uint8]) -> RegionOverlaps:
    """Take one frame.

    Args:
        truth: H×W class values; pixels that are ``OUTSIDE`` are not counted.
        score: H×W scores, bytes as in ``inspection.scores``.
    """
    sound = np.bincount(score[truth == SOUND], minlength=LEVELS)
    defective = (truth != SOUND) & (truth != OUTSIDE)
    count, numbers = cv2.connectedComponents(defective.view(np.uint8), connectivity=8)
    own = numbers[defective]
    # Each pixel counts as the share of its region that it is.
    shares = 1 / np.bincount(own, minlength=1)[own]
    overlaps = np.bincount(score[defective], shares, minlength=LEVELS)
    return RegionOverlaps(np.cumsum(overlaps[::-1]), count - 1, np.cumsum(sound[::-1]).astype(np.float64))


def pro_curve(sums: RegionOverlaps) -> tuple[Figures, Figures]:
    """PRO and the false-positive rate at each threshold, from the byte 254 down to 0."""
    return ratio(sums.overlaps, np.array(float(sums.regions))), ratio(sums.false_px, sums.false_px[-1:])


def aupro(overlaps: NDArray[np.float64], regions: NDArray[np.float64], false_px: NDArray[np.float64]) -> Figures:
    """The area under PRO up to ``LIMIT``, of each of B sets of frames.

    Args:
        overlaps: B×L, as in ``RegionOverlaps``.
        regions: B.
        false_px: B×L.

    Returns:
        B values in [0, 1]; NaN without a region, or without a sound pixel.
    """
    pro, rate = ratio(overlaps, regions[:, None]), ratio(false_px, false_px[:, -1:])
    none = np.zeros((len(pro), 1))
    pro, rate = np.concatenate([none, pro], axis=1), np.concatenate([none, rate], axis=1)
    widths = np.clip(rate[:, 1:], None, LIMIT) - np.clip(rate[:, :-1], None, LIMIT)
    # Where the limit lies between two thresholds, the line between them is followed up to it.
    slopes = np.diff(pro, axis=1) / np.where(np.diff(rate, axis=1) > 0, np.diff(rate, axis=1), 1)
    ends = pro[:, :-1] + slopes * widths
    return np.asarray((widths * (pro[:, :-1] + ends) / 2).sum(axis=1) / LIMIT)
