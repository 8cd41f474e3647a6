"""How far an exported network may differ from its checkpoint: one table for all runtimes."""

from dataclasses import dataclass, replace
from typing import Final

from scuff.core.bundle import Precision
from scuff.inspection.scores import FULL


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the parity gate; ``None``: stated, but not limited.

    Attributes:
        f1: Largest difference of the pixel F1 against the truth.
        matched: Least share of defects, of both, that the other finds too; those left out that both score close to the
            threshold, where rounding decides.
        marginal: Largest share of defects that may be left out so; a single one may in any case.
        distance: Largest mean difference of scores in [0, 1], over the pixels where either is at least a tenth.
        differing: Largest share of pixels that get another class, or are defective for one only.
        largest: Largest difference of any score in [0, 1].
    """

    f1: float
    matched: float
    distance: float
    marginal: float = 0.05
    differing: float | None = None
    largest: float | None = None


LIMITS: Final[dict[Precision, Limits]] = {
    "fp32": Limits(f1=0.001, matched=0.995, distance=0.005, differing=1e-4, largest=2 / FULL),
    "bf16": Limits(f1=0.002, matched=0.99, distance=0.02),
    "fp16": Limits(f1=0.002, matched=0.99, distance=0.02),
    "int8": Limits(f1=0.005, matched=0.99, distance=0.05),
}
"""By the precision that is exported."""


def limits_of(precision: Precision, strips: bool) -> Limits:
    """Give the limits of a bundle.

    Args:
        precision: Its arithmetic.
        strips: Whether it sees strips, where its checkpoint saw squares: single scores may then differ, near the
            borders of both and where gates look around each place instead of over a whole tile.
    """
    return replace(LIMITS[precision], differing=None, largest=None) if strips else LIMITS[precision]
