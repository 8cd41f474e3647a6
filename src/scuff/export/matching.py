"""Which defects of one score map are in another."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.inspection.regions import Criteria, find_defects
from scuff.inspection.scores import FULL, ScoreMap

MARGIN = 0.05
"""Scores that are no further than this from the threshold are close to it."""


@dataclass(frozen=True, slots=True)
class Matches:
    """How many defects both found.

    Attributes:
        defects: Those of the one and those of the other, together.
        matched: Those that match a region of the other: same class, and at least half of the smaller is in the larger.
        marginal: Of the rest, those whose highest score, in both maps, is within ``MARGIN`` of the threshold.
    """

    defects: int = 0
    matched: int = 0
    marginal: int = 0

    def __add__(self, other: "Matches") -> "Matches":
        return Matches(self.defects + other.defects, self.matched + other.matched, self.marginal + other.marginal)

    @property
    def lost(self) -> int:
        """Those that only one found, and that one of both scores clearly above or below the threshold."""
        return self.defects - self.matched - self.marginal


def match_defects(one: ScoreMap, other: ScoreMap, criteria: Criteria) -> Matches:
    """Count the defects of two score maps of one frame that are in both.

    A defect that the other map splits in two, or joins with its neighbour, is found again, and so are the parts; how
    much of it is found, the pixel F1 tells. Whether what the other finds there reaches ``min_area_px`` plays no role.
    """
    first, second = _Found.of(one, criteria), _Found.of(other, criteria)
    return first.again_in(second, criteria) + second.again_in(first, criteria)


@dataclass(frozen=True, slots=True)
class _Found:
    """Scores, the mask of the defects, and the mask of all regions however small; each H×W."""

    score: NDArray[np.uint8]
    defects: NDArray[np.uint8]
    mask: NDArray[np.uint8]

    @classmethod
    def of(cls, scores: ScoreMap, criteria: Criteria) -> "_Found":
        _, defects = find_defects(scores, criteria)
        mask = scores.mask(criteria.threshold, criteria.thresholds)
        return cls(scores.full(scores.score), defects, scores.full(mask))

    def again_in(self, other: "_Found", criteria: Criteria) -> Matches:
        """Count the defects of this one that are in another."""
        total = Matches()
        for value in range(1, len(criteria.classes) + 1):
            own, there = _Numbered.of(self.defects == value), _Numbered.of(other.mask == value)
            lost = np.setdiff1d(np.arange(1, len(own.stats)), own.matching(there))
            marginal = sum(_close(criteria.threshold, *peaks) for peaks in self._peaks(other, own, lost))
            found = len(own.stats) - 1
            total += Matches(found, found - len(lost), marginal)
        return total

    def _peaks(self, other: "_Found", own: "_Numbered", numbers: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        """Give the highest scores, in both maps, of some regions."""
        for number in numbers:
            left, top, width, height, _ = (int(entry) for entry in own.stats[number])
            window = slice(top, top + height), slice(left, left + width)
            inside = own.numbers[window] == number
            yield int(self.score[window][inside].max()), int(other.score[window][inside].max())


@dataclass(frozen=True, slots=True)
class _Numbered:
    """Connected regions: the number of each pixel's region, H×W, 0 for none; and OpenCV's row of figures for each."""

    numbers: NDArray[np.int32]
    stats: NDArray[np.int32]

    @classmethod
    def of(cls, inside: NDArray[np.bool_]) -> "_Numbered":
        _, numbers, stats, _ = cv2.connectedComponentsWithStats(inside.view(np.uint8), connectivity=8)
        return cls(np.asarray(numbers, np.int32), np.asarray(stats, np.int32))

    def matching(self, other: "_Numbered") -> NDArray[np.int64]:
        """The numbers of the regions that match one of the other: half of the smaller is in the larger."""
        both = (self.numbers > 0) & (other.numbers > 0)
        pairs = self.numbers[both].astype(np.int64) * len(other.stats) + other.numbers[both]
        pairs, shared_px = np.unique(pairs, return_counts=True)
        own, there = np.divmod(pairs, len(other.stats))
        smaller_px = np.minimum(self.stats[own, cv2.CC_STAT_AREA], other.stats[there, cv2.CC_STAT_AREA])
        return np.unique(own[2 * shared_px >= smaller_px])


def _close(threshold: float, *bytes_: int) -> bool:
    return all(abs(byte / FULL - threshold) <= MARGIN for byte in bytes_)
