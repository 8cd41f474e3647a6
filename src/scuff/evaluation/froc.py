"""FROC: the share of defects that are found against false alarms per part, as the threshold falls.

After Bunch et al. (Proc. SPIE 127, 1977), with parts in the place of pictures.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.evaluation.bootstrap import Figures, ratio
from scuff.evaluation.parts import JudgedPart

RATES = (0.1, 1.0)
"""False alarms per part at which recall is stated."""


@dataclass(frozen=True, eq=False)
class Froc:
    """What each of P parts gives at each of T thresholds, ascending.

    Attributes:
        annotated: P; annotated defects.
        hits: P×T; those that are found.
        alarms: P×T; false alarms.
    """

    annotated: NDArray[np.float64]
    hits: NDArray[np.float64]
    alarms: NDArray[np.float64]

    @classmethod
    def of(cls, parts: list[JudgedPart]) -> "Froc":
        """Take parts, in their order."""
        return cls(
            np.array([each.annotated for each in parts], float),
            np.array([each.hits for each in parts], float),
            np.array([each.alarms for each in parts], float),
        )

    def curve(self, drawn: NDArray[np.float64]) -> tuple[Figures, Figures]:
        """Recall and false alarms per part at each threshold, B×T, of each set of parts; ``drawn`` is B×P."""
        recall = ratio(drawn @ self.hits, (drawn @ self.annotated)[:, None])
        return recall, ratio(drawn @ self.alarms, drawn.sum(axis=1, keepdims=True))

    def recall_at(self, rate: float, drawn: NDArray[np.float64]) -> Figures:
        """The highest recall of a threshold with at most so many false alarms per part, B; 0 where there is none."""
        recall, alarms = self.curve(drawn)
        best = np.where(alarms <= rate, recall, 0.0).max(axis=1)
        return np.where(np.isnan(recall[:, 0]), np.nan, best)
