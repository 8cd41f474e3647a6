"""Whether one network is better than another, or only luckier: a paired test by part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.evaluation.counts import Counts

ROUNDS = 9999
"""Exchanges that are tried where there are more possible ones."""

EXACT_PARTS = 13
"""Up to so many parts, all 2^n exchanges are tried."""

TIE = 1e-12
"""Differences as large as the observed one but for rounding are as large."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two networks on the same parts.

    Attributes:
        difference: Pixel F1 of the first, less that of the second: each pooled over all parts, and the mean over
            trainings.
        p_value: How often chance alone gives a difference as large, either way.
        parts: Number of parts.
    """

    difference: float
    p_value: float
    parts: int


def exchange_test(
    one: Sequence[Mapping[str, Counts]], other: Sequence[Mapping[str, Counts]], rounds: int = ROUNDS, seed: int = 0
) -> Comparison:
    """Compare two networks by exchanging their counts part by part.

    If both were equally good, each part's counts could as well belong to the other network. The p-value is the share of
    such exchanges after which the F1 are at least as far apart as they are (a permutation test, Good 2005). Parts are
    exchanged, not pixels or frames: the pixels of one part are right or wrong together. A part is exchanged for all
    trainings of a network at once: they find the same part hard.

    Args:
        one: Counts by part of each training of the first network.
        other: Those of as many of the second, on the same parts.
        rounds: Exchanges that are tried, where there are more than ``2^EXACT_PARTS`` possible ones.
        seed: Of the exchanges, where not all are tried.

    Raises:
        ValueError: The parts or the numbers of trainings differ, or there are none.
    """
    parts = sorted({part for counts in (*one, *other) for part in counts})
    if len(one) != len(other) or not parts or any(len(counts) < len(parts) for counts in (*one, *other)):
        raise ValueError("both networks must have been counted on the same parts, equally often")
    kept = _exchanges(len(parts), rounds, seed)
    differences = np.zeros(len(kept))
    for first, second in zip(one, other, strict=True):
        a, b = (_array([counts[part] for part in parts]) for counts in (first, second))
        differences += (_f1(kept @ a + (1 - kept) @ b) - _f1(kept @ b + (1 - kept) @ a)) / len(one)
    observed = float(differences[0])
    return Comparison(observed, float((np.abs(differences) >= abs(observed) - TIE).mean()), len(parts))


def _array(counts: list[Counts]) -> NDArray[np.float64]:
    """N parts to N×3: true positives, false positives, false negatives. Whole numbers, whose sums are exact."""
    return np.array([(each.tp, each.fp, each.fn) for each in counts], np.float64)


def _exchanges(parts: int, rounds: int, seed: int) -> NDArray[np.float64]:
    """R×N: 1 where a part keeps its counts, else 0; in the first row all do, as observed."""
    if parts <= EXACT_PARTS:
        return np.asarray((np.arange(2**parts)[:, None] >> np.arange(parts) & 1) == 0, np.float64)
    drawn = np.random.default_rng(seed).random((rounds, parts)) < 0.5
    return np.concatenate((np.ones((1, parts)), drawn))


def _f1(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """R×3 pooled counts to R times F1; 0 where nothing is true and nothing predicted."""
    tp, fp, fn = sums.T
    return np.asarray(2 * tp / np.maximum(2 * tp + fp + fn, 1), np.float64)
