"""A bound on the escape rate that holds although the threshold was chosen among many.

Two kinds of bound, for the same question: which thresholds let at most a share α of the defective parts pass?
``Confident`` bounds the rate of the threshold that is chosen, but for a chance of δ = 1 - confidence that the
calibration parts were kinder than production is. ``Expected`` bounds its mean over all calibrations that could have
been made, which takes fewer parts and says less about this one.

Letters: D defective calibration parts, T thresholds in rising order. Parts are independent of each other, frames of one
part are not: a row is a part.
"""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scuff.evaluation.rates import upper_bound

MOST_PARTS = 10**9
"""Where the search for a sufficient number of parts ends."""


class Claim(Protocol):
    """A bound on the escape rate, as promised."""

    @property
    def max_escape(self) -> float:
        """The bound, α in (0, 1)."""
        ...

    def certified(self, passed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say which thresholds carry the claim.

        Args:
            passed: D×T: whether a defective part passes.

        Returns:
            T flags, the first ones true. The claim holds for each of these, whichever is chosen, by whatever rule.
        """
        ...

    def allowed(self, parts: int) -> int:
        """The escapes among so many defective parts that still carry the claim; -1 where not even none does."""
        ...

    def needed(self, escapes: int) -> int:
        """The fewest defective parts that carry the claim with so many escapes."""
        ...


@dataclass(frozen=True, slots=True)
class Confident:
    """At most a share ``max_escape`` of defective parts passes, with ``confidence``.

    Learn then test (Angelopoulos, Bates, Candès, Jordan, Lei: "Learn then test", 2021) with fixed-sequence testing.
    Each threshold has the hypothesis that its escape rate is above α, and is tested by the exact binomial test: so few
    escapes as were counted would come about with a chance of at most δ if the rate were α, which is the same as a
    Clopper-Pearson bound of at most α. The tests are made from the lowest threshold upwards, the most careful first,
    and end at the first that fails; those before it are certified.

    This order was fixed before any part was seen, so δ need not be divided by the number of thresholds: a threshold is
    wrongly certified only if the *first* one whose hypothesis is true passes its test, which has a chance of at most δ.
    Tests after that one need no share of δ, since they are not made where it fails. The argument never says that the
    escape rate rises with the threshold, so it holds for verdicts that are not monotone, as where ``max_defects`` is
    above 0 and two defects grow into one. There the sequence merely ends sooner than it might.

    Attributes:
        max_escape: α, in (0, 1).
        confidence: 1 - δ, in (0, 1).
    """

    max_escape: float
    confidence: float

    def certified(self, passed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """As ``Claim.certified``."""
        escapes = np.count_nonzero(passed, axis=0)
        return np.logical_and.accumulate(escapes <= self.allowed(len(passed)))

    def allowed(self, parts: int) -> int:
        """As ``Claim.allowed``."""
        return _allowed(parts, self.max_escape, self.confidence)

    def needed(self, escapes: int) -> int:
        """As ``Claim.needed``; with no escapes ln δ / ln(1 - α), rounded up."""

        def surplus(parts: int) -> float:
            return -upper_bound(escapes, parts, self.confidence)

        return bisect_left(range(MOST_PARTS), -self.max_escape, lo=escapes + 1, key=surplus)


@dataclass(frozen=True, slots=True)
class Expected:
    """On the average over calibrations, at most a share ``max_escape`` of defective parts passes.

    Conformal risk control (Angelopoulos, Bates, Fisch, Lei, Schuster: "Conformal risk control", 2022): the next
    defective part escapes with a chance of at most α, over the draw of the calibration parts and of that part, if
    (escapes + 1) / (D + 1) ≤ α. It asks that the loss does not fall as the threshold rises; here a part counts as lost
    at a threshold if it passes at that one or at any lower one, which is monotone whatever the verdicts are. For the
    same reason any certified threshold below the highest does no worse.

    Attributes:
        max_escape: α, in (0, 1).
    """

    max_escape: float

    def certified(self, passed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """As ``Claim.certified``."""
        lost = np.logical_or.accumulate(passed, axis=1)
        return np.asarray(np.count_nonzero(lost, axis=0) <= self.allowed(len(passed)))

    def allowed(self, parts: int) -> int:
        """As ``Claim.allowed``."""
        return math.floor(self.max_escape * (parts + 1) + 1e-9) - 1

    def needed(self, escapes: int) -> int:
        """As ``Claim.needed``."""
        return math.ceil((escapes + 1) / self.max_escape - 1e-9) - 1


@cache
def _allowed(parts: int, max_escape: float, confidence: float) -> int:
    def bound(escapes: int) -> float:
        return upper_bound(escapes, parts, confidence)

    return bisect_right(range(parts + 1), max_escape, key=bound) - 1
