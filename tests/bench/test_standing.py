from collections.abc import Callable, Mapping

import pytest

from scuff.bench.advice import advice, p_text
from scuff.bench.plan import Plan, Trial, trials_of
from scuff.bench.results import Group, Result
from scuff.bench.standing import Standing, enough_parts, rank, told_apart
from scuff.bench.tables import markdown
from scuff.evaluation.counts import Counts
from scuff.evaluation.metrics import f1

GOOD, FAIR, POOR = Counts(tp=9, fp=1, fn=1), Counts(tp=8, fp=2, fn=2), Counts(tp=1, fp=9, fn=9)
PARTS = [f"P{number:02}" for number in range(10)]

Counted = Mapping[str, Counts]
MakeGroup = Callable[..., Group]


@pytest.fixture
def make_group(make_plan: Callable[..., Plan]) -> MakeGroup:
    """Make a group by hand: the same counts by part for each of its seeds."""

    def make(network: str, counts: Counted, *, seeds: tuple[int, ...] = (0,), ms_per_mp: float | None = None) -> Group:
        trials: list[Trial] = trials_of(make_plan(networks=[network], seeds=seeds))
        pooled = sum(counts.values(), Counts())
        figures = {"precision": 0.5, "recall": 0.5, "f1": f1(pooled), "iou": 0.5}
        return Group(tuple(Result(trial, figures, counts, 2, 1.0) for trial in trials), 1_000_000, ms_per_mp)

    return make


def test_steps_by_hand() -> None:
    # 0.012 < 0.05 / 4, 0.015 < 0.05 / 3, 0.026 >= 0.05 / 2: there the steps end, and 0.03 is not held against 0.05.
    assert told_apart([0.03, 0.012, 0.026, 0.015]) == [False, True, False, True]
    assert told_apart([0.049]) == [True]
    assert told_apart([0.049, 0.9]) == [False, False]
    assert told_apart([]) == []


def test_parts_that_it_takes() -> None:
    assert enough_parts(1) == 6  # 2 / 2^6 = 0.031 < 0.05 <= 2 / 2^5
    assert enough_parts(14) == 10  # 2 / 2^10 = 0.0020 < 0.05 / 14 = 0.0036 <= 2 / 2^9


def test_one_behind_one_as_good_and_the_best(make_group: MakeGroup) -> None:
    best = make_group("best", dict.fromkeys(PARTS, GOOD), ms_per_mp=50.0)
    # Better than the best on one part, worse on two: of the exchanges of three parts most are as far apart.
    near = make_group(
        "near", dict.fromkeys(PARTS, GOOD) | {"P00": Counts(tp=10), "P01": FAIR, "P02": FAIR}, ms_per_mp=40.0
    )
    behind = make_group("behind", dict.fromkeys(PARTS, POOR), ms_per_mp=1.0)
    places = rank([behind, best, near])
    assert [place.standing for place in places] == [Standing.BEHIND, Standing.BEST, Standing.AS_GOOD]
    assert places[0].p_value == pytest.approx(2 / 2**10)
    assert places[1].p_value is None
    assert places[2].p_value == 1.0  # F1 0.89 against 0.90; each exchange of the three parts is at least as far apart
    said = advice(places)
    assert said.startswith(
        "best with dice has the highest F1. 1 of 2 others cannot be told from it on 10 test parts: near with dice ("
    )
    assert "The fastest of these 2 is near with dice, 40 ms / MP." in said
    assert said.endswith("One seed each: another may order them otherwise.")
    table = markdown([behind, best, near])
    assert "| **best** | **dice** |" in table
    assert "| behind | dice | 0.500 | 0.500 | 0.100 | 0.500 | 0.002 | 1 |" in table


def test_a_clear_winner_is_alone(make_group: MakeGroup) -> None:
    best = make_group("best", dict.fromkeys(PARTS, GOOD), ms_per_mp=50.0, seeds=(0, 1))
    behind = make_group("behind", dict.fromkeys(PARTS, POOR), ms_per_mp=1.0, seeds=(0, 1))
    said = advice(rank([best, behind]))
    assert "0 of 1 others cannot be told from it on 10 test parts (p:" in said
    assert "fastest" not in said
    assert "seed each" not in said


def test_who_lacks_a_seed_is_not_compared(make_group: MakeGroup) -> None:
    lucky = make_group("lucky", dict.fromkeys(PARTS, GOOD))
    both = [make_group(name, dict.fromkeys(PARTS, counts), seeds=(0, 1)) for name, counts in (("a", FAIR), ("b", POOR))]
    places = rank([lucky, *both])
    assert [place.standing for place in places] == [Standing.LACKS_SEEDS, Standing.BEST, Standing.BEHIND]
    assert places[0].p_value is None
    assert advice(rank([lucky])) == "There are no two networks with the same seeds to compare."
    apart = [make_group("a", dict.fromkeys(PARTS, GOOD)), make_group("b", dict.fromkeys(PARTS, GOOD), seeds=(1,))]
    assert {place.standing for place in rank(apart)} == {Standing.LACKS_SEEDS}
    assert advice(rank(apart)) == "There are no two networks with the same seeds to compare."


def test_seeds_are_pooled_part_by_part(make_group: MakeGroup) -> None:
    two = make_group("two", {"P00": GOOD, "P01": POOR}, seeds=(0, 1))
    assert two.counts() == {"P00": Counts(tp=18, fp=2, fn=2), "P01": Counts(tp=2, fp=18, fn=18)}


def test_a_small_p_is_not_called_nothing() -> None:
    assert p_text(0.0001) == "<0.001"
    assert p_text(0.0005 + 0.0005) == "0.001"
