"""Made-up kinds of parts whose true rates are known, to see whether a promise about them is kept."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.evaluation.choosing import Trial

Rates = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """How the highest scores of parts are distributed over [0, 1].

    The distribution function is 1 - (1 - x^rise)^fall (Kumaraswamy 1980), shaped as a beta distribution is, but written
    down in a line.

    Attributes:
        rise: The larger, the fewer low scores.
        fall: The larger, the fewer high scores.
        none: Share of the parts on which nothing has any score.
    """

    rise: float
    fall: float
    none: float = 0.0

    def below(self, threshold: Rates) -> Rates:
        """Share of the parts that score less than a threshold above 0."""
        return self.none + (1 - self.none) * (1 - (1 - threshold**self.rise) ** self.fall)

    def draw(self, generator: np.random.Generator, parts: int) -> Rates:
        """Scores of so many parts, N×1."""
        share = generator.random((parts, 1))
        scores = (1 - (1 - generator.random((parts, 1))) ** (1 / self.fall)) ** (1 / self.rise)
        return np.where(share < self.none, 0.0, scores)


@dataclass(frozen=True, eq=False)
class Population:
    """Parts of which everything is known.

    Attributes:
        name: What they are like.
        thresholds: T, rising.
        escape_rate: T: true share of the defective parts that pass.
        reject_rate: T: true share of the sound parts that do not.
        passed: Draws defective parts: N×T, whether each passes.
        rejected: Draws sound parts: N×T, whether each does not.
    """

    name: str
    thresholds: Rates
    escape_rate: Rates
    reject_rate: Rates
    passed: Callable[[np.random.Generator, int], NDArray[np.bool_]]
    rejected: Callable[[np.random.Generator, int], NDArray[np.bool_]]

    def draw(self, generator: np.random.Generator, defective: int, sound: int) -> Trial:
        """Take parts at random, each by itself."""
        return Trial(self.thresholds, self.passed(generator, defective), self.rejected(generator, sound))


def by_score(name: str, thresholds: Rates, defective: Scores, sound: Scores) -> Population:
    """Parts that pass where their highest score is below the threshold."""
    return Population(
        name,
        thresholds,
        defective.below(thresholds),
        1 - sound.below(thresholds),
        lambda generator, parts: defective.draw(generator, parts) < thresholds,
        lambda generator, parts: sound.draw(generator, parts) >= thresholds,
    )


def merging(name: str, thresholds: Rates, defective: Scores, sound: Scores, merge: Scores, share: float) -> Population:
    """Parts of which a share also passes below a threshold of its own, as where defects grow into one.

    The escape rate falls before it rises.
    """
    found = 1 - defective.below(thresholds)

    def passed(generator: np.random.Generator, parts: int) -> NDArray[np.bool_]:
        merges = (generator.random((parts, 1)) < share) & (merge.draw(generator, parts) >= thresholds)
        return np.asarray(merges | (defective.draw(generator, parts) < thresholds))

    plain = by_score(name, thresholds, defective, sound)
    escape_rate = 1 - found + share * found * (1 - merge.below(thresholds))
    return Population(name, thresholds, escape_rate, plain.reject_rate, passed, plain.rejected)


def unrelated(name: str, thresholds: Rates, escape_rate: Rates, sound: Scores) -> Population:
    """Parts whose verdict at one threshold says nothing of that at the next: the worst case for a search."""
    plain = by_score(name, thresholds, sound, sound)

    def passed(generator: np.random.Generator, parts: int) -> NDArray[np.bool_]:
        return np.asarray(generator.random((parts, len(thresholds))) < escape_rate)

    return Population(name, thresholds, escape_rate, plain.reject_rate, passed, plain.rejected)


def populations(thresholds: Rates, max_escape: float) -> tuple[Population, ...]:
    """Kinds of parts that are hard on a claim of ``max_escape``, each in a way of its own.

    Args:
        thresholds: T, rising, in (0, 1).
        max_escape: The escape rate that the hard places lie just above.
    """
    sound = Scores(0.8, 8)
    edge = np.where(np.arange(len(thresholds)) < len(thresholds) // 4, 0.0, 1.02 * max_escape)
    wave = max_escape * (1.01 + 0.1 * np.sin(np.arange(len(thresholds))))
    return (
        by_score("well told apart", thresholds, Scores(6, 2), sound),
        by_score("overlapping", thresholds, Scores(2, 1.5), sound),
        by_score("some never found", thresholds, Scores(5, 2, none=0.9 * max_escape), sound),
        by_score("too many never found", thresholds, Scores(5, 2, none=1.02 * max_escape), sound),
        merging("defects that merge", thresholds, Scores(4, 2), sound, Scores(1, 10), share=1.1 * max_escape),
        unrelated("a step to just above", thresholds, edge, sound),
        unrelated("a wave around it", thresholds, wave, sound),
    )
