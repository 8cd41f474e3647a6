"""Which network to take: each compared with the best one, and those that chance alone may have put behind it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from scuff.bench.results import Group
from scuff.evaluation.paired import ROUNDS, exchange_test

LEVEL = 0.05
"""The chance, at most, that of groups that are equally good any is called behind."""


class Standing(Enum):
    """How a group stands to the best one."""

    BEST = auto()
    ON_PAR = auto()
    """Its p-value is not small even by itself."""
    UNSURE = auto()
    """Its p-value is small by itself, but of so many some are small by chance."""
    BEHIND = auto()
    """By more than chance gives, however many are compared."""


@dataclass(frozen=True, slots=True)
class Place:
    """One group of a table among the others.

    Attributes:
        group: The group.
        standing: How it stands to the best; ``None`` where nothing was compared.
        behind: Mean F1 of the best, less its own.
        p_value: Of the exchange test by part against the best, by itself; ``None`` where it was not compared.
    """

    group: Group
    standing: Standing | None = None
    behind: float = 0.0
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """All groups of a table.

    Attributes:
        places: In the order of the table.
        seeds: Those that all groups have, by which they are compared: nobody is ahead by the luck of one more.
        parts: Test parts.
        limit: The p-value below which a group is behind the best.
    """

    places: tuple[Place, ...]
    seeds: tuple[int, ...]
    parts: int
    limit: float

    @property
    def best(self) -> Place | None:
        """The best; ``None`` where nothing was compared."""
        return next((place for place in self.places if place.standing == Standing.BEST), None)

    def those(self, standing: Standing) -> list[Place]:
        """Those that stand so."""
        return [place for place in self.places if place.standing == standing]

    @property
    def parts_needed(self) -> int:
        """With fewer test parts nothing is behind: no exchange test by part gives less than 2 / 2^parts."""
        return next(parts for parts in range(1, 64) if 2 / 2**parts < self.limit)


def rank(groups: Sequence[Group]) -> Ranking:
    """Compare each group with the one of highest mean F1, by the seeds that all have.

    Which is the best is only known afterwards, so that any two of the groups might have become the ones compared. The
    level is therefore divided by the number of pairs (Bonferroni).
    """
    seeds = set[int].intersection(*(group.seeds for group in groups))
    pairs = max(1, math.comb(len(groups), 2))
    limit = LEVEL / pairs
    parts = len({part for group in groups for result in group.results for part in result.counts})
    if len(groups) < 2 or not seeds:
        return Ranking(tuple(map(Place, groups)), (), parts, limit)
    common = [group.of_seeds(seeds) for group in groups]
    best = max(common, key=lambda group: group.f1)
    places = (
        Place(group, Standing.BEST) if shared is best else _place(group, shared, best, limit)
        for group, shared in zip(groups, common, strict=True)
    )
    return Ranking(tuple(places), tuple(sorted(seeds)), parts, limit)


def _place(group: Group, shared: Group, best: Group, limit: float) -> Place:
    rounds = max(ROUNDS, math.ceil(2 / limit))  # so that a p-value can be below the limit
    compared = exchange_test(best.counts, shared.counts, rounds)
    p_value = compared.p_value
    standing = Standing.BEHIND if p_value < limit else Standing.UNSURE if p_value < LEVEL else Standing.ON_PAR
    return Place(group, standing, compared.difference, compared.p_value)
