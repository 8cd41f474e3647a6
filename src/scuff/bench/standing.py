"""Which network to take: each compared with the best one, and those that chance alone may have put behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from scuff.bench.results import Group
from scuff.evaluation.paired import exchange_test

LEVEL = 0.05
"""The chance, at most, that any group is told from the best where all are equally good."""


class Standing(Enum):
    """How a group stands to the best one."""

    BEST = auto()
    AS_GOOD = auto()
    """Chance may have put it behind the best."""
    BEHIND = auto()
    LACKS_SEEDS = auto()
    """Not compared: others have a seed that it has not."""


@dataclass(frozen=True, slots=True)
class Place:
    """One group of a table among the others.

    Attributes:
        group: The group.
        standing: How it stands to the best.
        p_value: Of the exchange test by part against the best; ``None`` where it was not compared.
        parts: Test parts that it was counted on.
    """

    group: Group
    standing: Standing
    p_value: float | None
    parts: int


def rank(groups: Sequence[Group]) -> list[Place]:
    """Compare each group with the one of highest mean F1, in the order of the table.

    Only groups with all seeds that any group has are compared, so that nobody is ahead by the luck of a single one.
    """
    seeds = set().union(*(group.seeds for group in groups))
    complete = [group for group in groups if group.seeds == seeds]
    best = max(complete, key=lambda group: group.spread("f1").mean, default=None)
    p_values = {
        place: exchange_test(best.counts(), group.counts()).p_value
        for place, group in enumerate(groups)
        if best is not None and group.seeds == seeds and group is not best
    }
    behind = dict(zip(p_values, told_apart(list(p_values.values())), strict=True))

    def standing(place: int) -> Standing:
        if place not in p_values:
            return Standing.BEST if groups[place] is best else Standing.LACKS_SEEDS
        return Standing.BEHIND if behind[place] else Standing.AS_GOOD

    return [
        Place(group, standing(place), p_values.get(place), len(group.counts())) for place, group in enumerate(groups)
    ]


def told_apart(p_values: Sequence[float]) -> list[bool]:
    """Say which comparisons found more than chance; the chance to be wrong about any is at most ``LEVEL`` (Holm 1979).

    The smallest p-value is held against the level divided by the number of comparisons, the next by one fewer, and so
    on, up to the first that is not below.
    """
    told, left = [False] * len(p_values), len(p_values)
    for place in sorted(range(len(p_values)), key=p_values.__getitem__):
        if p_values[place] >= LEVEL / left:
            break
        told[place] = True
        left -= 1
    return told


def enough_parts(comparisons: int) -> int:
    """Give the fewest test parts on which any of so many comparisons can find more than chance.

    No exchange test by part gives less than 2 / 2^parts: only the exchange of none and of all are as far apart.
    """
    parts = 1
    while 2 / 2**parts >= LEVEL / comparisons:
        parts += 1
    return parts
