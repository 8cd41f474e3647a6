"""What a lighting is worth: the recall that a network can be expected to have under it, less its false alarms.

A network's score is taken as how sure it is, and the operating point as an even chance: a score at the threshold counts
½, and between nothing, the threshold and certainty the chance runs straight. So two lightings differ before the first
defect is lost or won, and a few parts are enough to tell them apart. A known defect has the score that a quarter of its
pixels reach, for so much of it must be marked to count as found (`evaluation.matching`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

QUARTER = 0.25
"""Share of a defect that must be found, and of a found one that must lie on known ones."""

BACKGROUND = 99.9
"""Percentile of the scores that stands for the highest of sound metal, where nobody knows the defects."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a network makes of a picture.

    Attributes:
        scores: H×W, in [0, 1].
        found: H×W, what is called defective.
        threshold: The operating point.
    """

    scores: NDArray[np.float32]
    found: NDArray[np.bool_]
    threshold: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A picture's share in the worth of a lighting.

    Attributes:
        chances: Of each known defect, to be found.
        hits: How many of them are found at the operating point.
        false_alarms: Found regions that lie on no known defect, each counted by its chance.
        separation: Without known defects: mean score of what is called defective less that of what is not.
    """

    chances: tuple[float, ...] = ()
    hits: int = 0
    false_alarms: float = 0.0
    separation: float | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What a lighting is worth.

    Attributes:
        value: What is compared.
        recall: Expected share of the known defects that are found; ``None`` where none is known.
        hits: Known defects that are found at the operating point.
        defects: Known defects.
        false_alarms: Expected, per picture.
    """

    value: float
    recall: float | None
    hits: int
    defects: int
    false_alarms: float


def judge(seen: Seen, truth: NDArray[np.uint8] | None) -> Judged:
    """Judge a picture.

    Args:
        seen: What the network makes of it.
        truth: H×W, 0 for sound metal; ``None``: not known, and the network's certainty must do instead. That is much
            weaker: a network can be sure and wrong.
    """
    if truth is None:
        return Judged(separation=_separation(seen))
    known, numbers = cv2.connectedComponents((truth > 0).view(np.uint8), connectivity=8)
    scores = [_reached(seen.scores[numbers == number]) for number in range(1, known)]
    return Judged(
        chances=tuple(_chance(score, seen.threshold) for score in scores),
        hits=sum(score >= seen.threshold for score in scores),
        false_alarms=_false_alarms(seen, numbers > 0),
    )


def worth(judged: Sequence[Judged], false_alarm_cost: float) -> Worth:
    """Put pictures together.

    Args:
        judged: Of all parts and cameras under a lighting.
        false_alarm_cost: How much recall a false alarm per picture is worth.
    """
    chances = [chance for each in judged for chance in each.chances]
    false_alarms = float(np.mean([each.false_alarms for each in judged]))
    separations = [each.separation for each in judged if each.separation is not None]
    recall = float(np.mean(chances)) if chances else None
    value = (recall or 0.0) - false_alarm_cost * false_alarms
    if separations:
        value = float(np.mean(separations))
    return Worth(value, recall, sum(each.hits for each in judged), len(chances), false_alarms)


def _chance(score: float, threshold: float) -> float:
    """½ at the threshold, straight to 0 at no score and to 1 at certainty."""
    return float(np.interp(score, (0.0, threshold, 1.0), (0.0, 0.5, 1.0)))


def _reached(scores: NDArray[np.float32]) -> float:
    """The score that a quarter of a defect's pixels reach."""
    return float(np.quantile(scores, 1 - QUARTER, method="higher"))


def _false_alarms(seen: Seen, known: NDArray[np.bool_]) -> float:
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(seen.found.view(np.uint8), connectivity=8)
    total = 0.0
    for number in range(1, count):
        left, top, width, height, area = stats[number]
        box = np.s_[top : top + height, left : left + width]
        inside = numbers[box] == number
        if np.count_nonzero(known[box] & inside) <= QUARTER * area:
            total += _chance(float(seen.scores[box][inside].max()), seen.threshold)
    return total


def _separation(seen: Seen) -> float:
    if not seen.found.any():
        return 0.0
    rest = seen.scores[~seen.found]
    background = float(np.percentile(rest, BACKGROUND)) if rest.size else 0.0
    return float(seen.scores[seen.found].mean()) - background


Truths = Mapping[tuple[str, str], NDArray[np.uint8]]
"""By part and camera: H×W, 0 for sound metal."""
