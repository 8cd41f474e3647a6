"""Which defects of one score map are in another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.inspection.regions import find_defects
from scuff.inspection.scores import FULL, ScoreMap

MARGIN = 0.05
"""Scores that are no further than this from the threshold are close to it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What makes a defect.

    Attributes:
        threshold: Score from which a pixel is defective.
        classes: Names of the class values 1, 2, ….
        min_area_px: Smaller regions are no defects.
    """

    threshold: float
    classes: Sequence[str]
    min_area_px: int = 1


@dataclass(frozen=True, slots=True)
class Matches:
    """How many defects both found.

    Attributes:
        defects: Those of the one and those of the other, together.
        matched: Those of which the other found at least half of the pixels, as the same class.
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


def match_defects(one: ScoreMap, other: ScoreMap, terms: Terms) -> Matches:
    """Count the defects of two score maps of one frame that are in both.

    A defect is judged by its own pixels: one that the other map splits in two, or joins with its neighbour, is found
    again, and so are the parts. A part of it that is less than half is found again, but the whole is not. Whether what
    the other map finds there reaches ``min_area_px`` plays no role.
    """
    first, second = _Found.of(one, terms), _Found.of(other, terms)
    return first.again_in(second, terms) + second.again_in(first, terms)


@dataclass(frozen=True, slots=True)
class _Found:
    """Scores, the mask of the defects, and the mask of all regions however small; each H×W."""

    score: NDArray[np.uint8]
    defects: NDArray[np.uint8]
    mask: NDArray[np.uint8]

    @classmethod
    def of(cls, scores: ScoreMap, terms: Terms) -> "_Found":
        _, defects = find_defects(scores, terms.threshold, terms.classes, terms.min_area_px)
        return cls(scores.full(scores.score), defects, scores.full(scores.mask(terms.threshold)))

    def again_in(self, other: "_Found", terms: Terms) -> Matches:
        """Count the defects of this one that are in another."""
        total = Matches()
        for value in range(1, len(terms.classes) + 1):
            binary = (self.defects == value).view(np.uint8)
            count, numbered, stats, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
            shared_px = np.bincount(numbered[other.mask == value], minlength=count)
            lost = 1 + np.flatnonzero(2 * shared_px[1:] < stats[1:, cv2.CC_STAT_AREA])
            marginal = sum(_close(terms.threshold, *peaks) for peaks in self._peaks(other, numbered, stats, lost))
            total += Matches(count - 1, count - 1 - len(lost), marginal)
        return total

    def _peaks(
        self, other: "_Found", numbered: NDArray[np.int32], stats: NDArray[np.int32], numbers: NDArray[np.int64]
    ) -> Iterator[tuple[int, int]]:
        """Give the highest scores, in both maps, of some regions."""
        for number in numbers:
            left, top, width, height, _ = (int(entry) for entry in stats[number])
            window = slice(top, top + height), slice(left, left + width)
            inside = numbered[window] == number
            yield int(self.score[window][inside].max()), int(other.score[window][inside].max())


def _close(threshold: float, *bytes_: int) -> bool:
    return all(abs(byte / FULL - threshold) <= MARGIN for byte in bytes_)
