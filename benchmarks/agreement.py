"""How alike the answers of two networks or two ways of tiling are, on frames with known truth."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.export.matching import Matches, match_defects
from scuff.inspection.regions import Criteria, find_defects
from scuff.inspection.scores import ScoreMap

Truth = Mapping[str, NDArray[np.bool_]]
"""Defective pixels (H×W) by the name of the frame."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one side says of a frame: the scores, and the pixels of its defects (H×W)."""

    scores: ScoreMap
    mask: NDArray[np.bool_]

    @classmethod
    def of(cls, scores: ScoreMap, criteria: Criteria) -> "Answer":
        """Find the defects in scores."""
        _, mask = find_defects(scores, criteria)
        return cls(scores, mask > 0)


Answers = Mapping[str, Answer]
"""By the name of the frame."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two answers compared.

    Attributes:
        f1: Pixel F1 of the one against the truth.
        f1_reference: The same of the other.
        matches: Their defects, by the rule of the gate of `scuff export`.
        differing: Share of pixels that only one calls defective.
    """

    f1: float
    f1_reference: float
    matches: Matches
    differing: float

    def __str__(self) -> str:
        return (
            f"F1 {self.f1:.4f} ({self.f1 - self.f1_reference:+.4f}), {self.matches.matched} of {self.matches.defects} "
            f"defects, {1e4 * self.differing:.2f} px of 10,000 differ"
        )


def compare(one: Answers, reference: Answers, truth: Truth, criteria: Criteria) -> Likeness:
    """Compare two answers, by the same criteria, on the frames that have a truth."""
    pixels = sum(mask.size for mask in truth.values())
    differing = sum(int(np.count_nonzero(one[name].mask ^ reference[name].mask)) for name in truth)
    matches = (match_defects(one[name].scores, reference[name].scores, criteria) for name in truth)
    return Likeness(f1(one, truth), f1(reference, truth), sum(matches, Matches()), differing / pixels)


def f1(answers: Answers, truth: Truth) -> float:
    """Pixel F1 over all frames together."""
    right = sum(int(np.count_nonzero(answers[name].mask & truth[name])) for name in truth)
    called = sum(int(np.count_nonzero(answers[name].mask)) for name in truth)
    return 2 * right / (called + sum(int(np.count_nonzero(mask)) for mask in truth.values()))
