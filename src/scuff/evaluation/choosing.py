"""Which threshold of those that may be chosen: by false rejects, or by what wrong verdicts cost."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scuff.evaluation.operating_point import middle_of_longest_run
from scuff.evaluation.parts import PartSweep

DRAWS = 1000
"""Sets of parts that are resampled for the spread of a choice."""

TIE = 1e-12
"""Costs that differ by less are equal but for rounding."""


@dataclass(frozen=True, eq=False)
class Trial:
    """Verdicts on calibration parts at many thresholds.

    Attributes:
        thresholds: T, rising.
        passed: D×T: whether a defective part passes.
        rejected: S×T: whether a sound part does not pass.
    """

    thresholds: NDArray[np.float64]
    passed: NDArray[np.bool_]
    rejected: NDArray[np.bool_]

    @classmethod
    def of(cls, sweep: PartSweep) -> Self:
        """Take the verdicts of whole parts."""
        defective = sweep.defective
        return cls(sweep.thresholds, ~sweep.stopped[defective], sweep.stopped[~defective])

    def place(self, threshold: float) -> int:
        """Place of the threshold that does what another one does: the least that is not below it."""
        reached = int(np.searchsorted(self.thresholds, threshold - TIE))
        return min(reached, len(self.thresholds) - 1)

    @property
    def escapes(self) -> NDArray[np.int64]:
        """T: defective parts that pass."""
        return np.asarray(np.count_nonzero(self.passed, axis=0))

    @property
    def false_rejects(self) -> NDArray[np.int64]:
        """T: sound parts that do not pass."""
        return np.asarray(np.count_nonzero(self.rejected, axis=0))


@dataclass(frozen=True, slots=True)
class Prices:
    """What a wrong verdict costs, and how often there is a chance of each.

    Attributes:
        escape: Cost of an escape.
        reject: Cost of a false reject, in the same unit.
        defect_share: Share of defective parts in production, in [0, 1].
    """

    escape: float
    reject: float
    defect_share: float

    def per_part(self, escape_rate: NDArray[np.float64], reject_rate: NDArray[np.float64]) -> NDArray[np.float64]:
        """Expected cost of a part, by rates of any shape."""
        share = self.defect_share
        return share * self.escape * escape_rate + (1 - share) * self.reject * reject_rate


@dataclass(frozen=True, slots=True)
class Spread:
    """What other calibration parts of the same kind would have chosen.

    Attributes:
        thresholds: Lower and upper limit of the threshold.
        per_part: Lower and upper limit of the expected cost per part at the threshold that was chosen.
    """

    thresholds: tuple[float, float]
    per_part: tuple[float, float]


def fewest_false_rejects(trial: Trial, certified: NDArray[np.bool_]) -> int:
    """Choose among the certified thresholds; of equals those with fewest escapes, and of these the middle of the run.

    Args:
        trial: The verdicts.
        certified: T flags, one of them true at least.

    Returns:
        Its place among the thresholds.
    """
    best = certified & (trial.false_rejects == trial.false_rejects[certified].min())
    best &= trial.escapes == trial.escapes[best].min()
    return middle_of_longest_run(best)


def least_cost(trial: Trial, prices: Prices) -> int:
    """Choose the threshold of least expected cost; of equals the middle of the longest run.

    Args:
        trial: The verdicts; with parts of both kinds, unless the share of a kind is 0.
        prices: The costs.

    Returns:
        Its place among the thresholds.
    """
    return _least(costs(trial, prices))


def costs(trial: Trial, prices: Prices) -> NDArray[np.float64]:
    """T: expected cost per part."""
    return prices.per_part(_mean(trial.passed), _mean(trial.rejected))


def spread(trial: Trial, prices: Prices, chosen: int, confidence: float, seed: int = 0) -> Spread:
    """Resample the parts (the bootstrap; Efron 1979), defective and sound ones by themselves, and choose again.

    Args:
        trial: As for ``least_cost``.
        prices: The costs.
        chosen: Place of the threshold that was chosen.
        confidence: Share of the choices within the limits.
        seed: Of the draws.
    """
    generator = np.random.default_rng(seed)
    drawn = prices.per_part(_resampled(trial.passed, generator), _resampled(trial.rejected, generator))
    places = np.array([_least(each) for each in drawn])
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    low, high = (float(value) for value in np.quantile(trial.thresholds[places], tails, method="nearest"))
    least, most = (float(value) for value in np.quantile(drawn[:, chosen], tails))
    return Spread((low, high), (least, most))


def _least(per_part: NDArray[np.float64]) -> int:
    return middle_of_longest_run(per_part <= per_part.min() + TIE)


def _mean(verdicts: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of the parts (rows), by threshold; 0 where there are no parts."""
    return np.asarray(np.count_nonzero(verdicts, axis=0) / max(1, len(verdicts)), np.float64)


def _resampled(verdicts: NDArray[np.bool_], generator: np.random.Generator) -> NDArray[np.float64]:
    """``DRAWS``×T: shares among as many parts, drawn with replacement."""
    parts = len(verdicts)
    if not parts:
        return np.zeros((DRAWS, verdicts.shape[1]))
    times = generator.multinomial(parts, np.full(parts, 1 / parts), DRAWS)
    return np.asarray(times @ verdicts.astype(np.float64) / parts)
