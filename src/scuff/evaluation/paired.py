"""Whether one network is better than another, or only luckier: a paired test by part."""

from collections.abc import Mapping
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
        difference: Pixel F1 of the first, less that of the second, each pooled over all parts.
        p_value: How often chance alone gives a difference as large, either way.
        parts: Number of parts.
    """

    difference: float
    p_value: float
    parts: int


def exchange_test(one: Mapping[str, Counts], other: Mapping[str, Counts], seed: int = 0) -> Comparison:
    """Compare two networks by exchanging their counts part by part.

    If both were equally good, each part's two counts could as well belong to the other network. The p-value is the
    share of such exchanges after which the F1 are at least as far apart as they are (a permutation test, Good 2005).
    Parts are exchanged, not pixels or frames: the pixels of one part are right or wrong together.

    Args:
        one: Counts of the first network by part.
        other: Counts of the second, of the same parts.
        seed: Of the exchanges, where not all are tried.

    Raises:
        ValueError: The parts differ, or there are none.
    """
    if one.keys() != other.keys() or not one:
        raise ValueError("both networks must have been counted on the same parts")
    a, b = (_array([counts[part] for part in sorted(one)]) for counts in (one, other))
    kept = _exchanges(len(a), seed)
    differences = _f1(kept @ a + ~kept @ b) - _f1(kept @ b + ~kept @ a)
    observed = float(differences[0])
    return Comparison(observed, float((np.abs(differences) >= abs(observed) - TIE).mean()), len(a))


def _array(counts: list[Counts]) -> NDArray[np.int64]:
    """N parts to N×3: true positives, false positives, false negatives."""
    return np.array([(each.tp, each.fp, each.fn) for each in counts], np.int64)


def _exchanges(parts: int, seed: int) -> NDArray[np.bool_]:
    """R×N: whether a part keeps its counts; in the first row all do, as observed."""
    if parts <= EXACT_PARTS:
        return np.asarray((np.arange(2**parts)[:, None] >> np.arange(parts) & 1) == 0)
    drawn = np.random.default_rng(seed).random((ROUNDS, parts)) < 0.5
    return np.concatenate((np.ones((1, parts), bool), drawn))


def _f1(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """R×3 pooled counts to R times F1; 0 where nothing is true and nothing predicted."""
    tp, fp, fn = sums.T
    return np.asarray(2 * tp / np.maximum(2 * tp + fp + fn, 1), np.float64)
