"""How well the parts can be told apart, whatever the threshold: the ROC of parts and the area under it."""

import numpy as np
from numpy.typing import NDArray

from scuff.evaluation.bootstrap import Figures, ratio
from scuff.evaluation.parts import PartSweep


def part_scores(sweep: PartSweep) -> NDArray[np.float64]:
    """The highest threshold at which each of P parts is stopped; 0: none.

    With tolerances that count defects, a lower threshold may let a part pass again, when its defects grow into one. The
    score says from where on the part is suspicious at all.
    """
    return np.asarray(np.where(sweep.stopped, sweep.thresholds, 0.0).max(axis=1))


def roc(defective: NDArray[np.bool_], scores: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of sound and of defective parts that are stopped, as the threshold falls; both begin at 0 and end at 1.

    Args:
        defective: P; of both kinds, one part or more.
        scores: P.
    """
    limits = np.concatenate([[np.inf], np.unique(scores)[::-1], [-np.inf]])
    stopped = scores >= limits[:, None]
    return stopped[:, ~defective].mean(axis=1), stopped[:, defective].mean(axis=1)


def auc(defective: NDArray[np.bool_], scores: NDArray[np.float64], drawn: NDArray[np.float64]) -> Figures:
    """The area under the ROC: how often a defective part scores more than a sound one, and half of how often as much.

    Args:
        defective: P.
        scores: P.
        drawn: B×P, how often each part is in each set.

    Returns:
        B; NaN where a set has no defective part, or no sound one.
    """
    bad, good = scores[defective], scores[~defective]
    wins = (bad[:, None] > good) + 0.5 * (bad[:, None] == good)
    of_bad, of_good = drawn[:, defective], drawn[:, ~defective]
    return ratio(((of_bad @ wins) * of_good).sum(axis=1), of_bad.sum(axis=1) * of_good.sum(axis=1))
