"""How sure a figure is: it is made again of parts drawn from the parts that there are.

Parts are drawn, each with all its frames, pixels and defects: those of one part are right or wrong together (Efron and
Tibshirani, An Introduction to the Bootstrap, 1993; percentile intervals).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

DRAWS = 2000
"""Sets of parts that are drawn."""

CONFIDENCE = 0.95
"""Of every interval in an evaluation."""

FEWEST = 2
"""Parts that an interval is made of; one says nothing of how parts differ."""

Figures = NDArray[np.float64]
"""A figure for each of B sets of parts; NaN where it is undefined."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, and the interval in which it is believed to lie.

    Attributes:
        value: ``None`` where it is undefined.
        low: Lower end of the interval; ``None`` where there is none.
        high: Upper end.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


def draw_parts(parts: int, draws: int = DRAWS, seed: int = 0) -> NDArray[np.float64]:
    """Draw sets of parts, each as many as there are, with replacement.

    Returns:
        (1 + ``draws``)×P: how often each part is in each set; the first set is that of the parts as they are.
    """
    drawn = np.random.default_rng(seed).multinomial(parts, np.full(parts, 1 / parts), draws)
    return np.concatenate([np.ones((1, parts)), drawn])


def estimate(figures: Figures) -> Estimate:
    """The figure of the parts as they are, and the interval in which 95 % of the drawn ones lie.

    Args:
        figures: Of the sets of ``draw_parts``; where a figure is undefined for a drawn set, that is left out.

    Returns:
        Without an interval where all sets give one figure: parts that are all alike, such as four defects of which none
        was found, do not tell how another might differ, and an interval of no width would claim to know.
    """
    value, drawn = float(figures[0]), figures[1:][np.isfinite(figures[1:])]
    if np.isnan(value) or not len(drawn):
        return Estimate(None if np.isnan(value) else value)
    if drawn.min() == drawn.max():
        return Estimate(value)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(value, float(low), float(high))


def ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> Figures:
    """Divide; NaN where that is not defined."""
    nothing = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    return np.asarray(np.divide(above, below, out=nothing, where=below > 0))


def share(above: ArrayLike, below: ArrayLike, drawn: NDArray[np.float64]) -> Estimate:
    """A share that is pooled over parts.

    Args:
        above: What each of P parts has above the line.
        below: What it has below.
        drawn: B×P, as ``draw_parts`` gives it.

    Returns:
        The share, with an interval where two parts or more have something below the line.
    """
    tops, bottoms = np.asarray(above, np.float64), np.asarray(below, np.float64)
    enough = np.count_nonzero(bottoms) >= FEWEST
    return estimate(ratio(drawn @ tops, drawn @ bottoms)[: None if enough else 1])
