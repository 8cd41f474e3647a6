from collections.abc import Callable

import numpy as np
import pytest

from scuff.bench.advice import advice, p_text
from scuff.bench.plan import Plan, trials_of
from scuff.bench.results import Group, Result
from scuff.bench.standing import Standing, rank
from scuff.bench.tables import markdown
from scuff.evaluation.counts import Counts
from scuff.evaluation.metrics import f1

GOOD, FAIR, POOR = Counts(tp=9, fp=1, fn=1), Counts(tp=8, fp=2, fn=2), Counts(tp=1, fp=9, fn=9)
PARTS = [f"P{number:02}" for number in range(10)]

Counted = dict[str, Counts]
MakeGroup = Callable[..., Group]


@pytest.fixture
def make_group(make_plan: Callable[..., Plan]) -> MakeGroup:
    """Make a group by hand: counts by part for each of its seeds."""

    def make(network: str, *counts: Counted, seeds: tuple[int, ...] = (0,), ms_per_mp: float | None = None) -> Group:
        trials = trials_of(make_plan(networks=[network], seeds=seeds))
        results = [
            Result(
                trial,
                {"precision": None, "recall": 0.5, "f1": f1(sum(each.values(), Counts())), "iou": 0.5},
                each,
                2,
                1.0,
                "",
            )
            for trial, each in zip(trials, counts * (len(seeds) // len(counts)), strict=True)
        ]
        return Group(tuple(results), 1_000_000, ms_per_mp)

    return make


def same(counts: Counts, parts: list[str] = PARTS) -> Counted:
    return dict.fromkeys(parts, counts)


def test_best_on_a_par_unsure_and_behind(make_group: MakeGroup) -> None:
    best = make_group("best", same(GOOD), ms_per_mp=50.0)
    # Better than the best on one part and worse on two: each exchange of the three is at least as far apart.
    par = make_group("par", same(GOOD) | {"P00": Counts(tp=10), "P01": FAIR, "P02": FAIR}, ms_per_mp=40.0)
    # Worse on six parts: as far apart are only the exchanges of none and of all six, 2 of 64.
    unsure = make_group("unsure", same(GOOD) | same(FAIR, PARTS[:6]), ms_per_mp=2.0)
    behind = make_group("behind", same(POOR), ms_per_mp=1.0)
    ranking = rank([behind, best, unsure, par])
    assert [place.standing for place in ranking.places] == [
        Standing.BEHIND,
        Standing.BEST,
        Standing.UNSURE,
        Standing.ON_PAR,
    ]
    assert [place.p_value for place in ranking.places] == [2 / 2**10, None, 2 / 64, 1.0]
    assert [place.behind for place in ranking.places] == pytest.approx([0.8, 0, 0.06, 0.01])
    assert ranking.limit == pytest.approx(0.05 / 6)  # four groups are six pairs
    said = advice(ranking)
    assert said.startswith(
        "best with dice has the highest F1. On 10 test parts 1 of 3 others are behind it however many are compared "
        "(p < 0.0083: 0.05 by the number of pairs), and 1 cannot be told from it (p ≥ 0.05): par with dice."
    )
    assert "The fastest of these 2 is par with dice, 40 ms / MP, with an F1 0.010 lower." in said
    assert said.endswith("They are compared by one seed, 0: another may order them otherwise.")


def test_the_table_shows_the_best_and_what_is_not_defined(make_group: MakeGroup) -> None:
    table = markdown([make_group("best", same(GOOD), seeds=(0, 1)), make_group("behind", same(POOR), seeds=(0, 1))])
    assert "| **best** | **dice** | **–** | **0.500 ± 0.000** | **0.900 ± 0.000** |" in table
    assert "| behind | dice | – | 0.500 ± 0.000 | 0.100 ± 0.000 | 0.500 ± 0.000 | 0.0020 | 2 |" in table
    assert table.endswith(
        "They are compared by the seeds that all have, 0, 1; how far others would differ, the spread hints at."
    )


def test_parts_that_it_takes(make_group: MakeGroup) -> None:
    two = [make_group(name, same(counts, PARTS[:5])) for name, counts in (("a", GOOD), ("b", POOR))]
    assert rank(two).parts_needed == 6  # 2 / 2^6 = 0.031 < 0.05 <= 2 / 2^5
    assert "a with dice has the highest F1. 5 test parts are too few to tell any other from it: it takes 6." in advice(
        rank(two)
    )
    fifteen = [make_group(f"n{number}", same(GOOD)) for number in range(15)]
    assert rank(fifteen).parts_needed == 13  # 2 / 2^13 = 0.00024 < 0.05 / 105 = 0.00048 <= 2 / 2^12


def test_only_seeds_that_all_have_are_compared(make_group: MakeGroup) -> None:
    other = make_group("other", same(FAIR))
    both = make_group("both", same(POOR), same(GOOD), seeds=(0, 1))  # its seed 1 is better, but other has none
    ranking = rank([both, other])
    assert (ranking.seeds, ranking.best) == ((0,), ranking.places[1])
    assert ranking.places[0].behind == pytest.approx(0.7)
    assert "| both | dice | – | 0.500 ± 0.000 | 0.500 ± 0.566 |" in markdown([both, other])


def test_without_a_seed_in_common_nothing_is_compared(make_group: MakeGroup) -> None:
    apart = [make_group("a", same(GOOD)), make_group("b", same(GOOD), seeds=(1,))]
    for groups in (apart, apart[:1]):
        assert advice(rank(groups)) == "There are no two networks with a seed in common to compare."
        assert all(place.standing is None and place.p_value is None for place in rank(groups).places)


def test_who_is_best_and_who_is_behind_go_by_the_same_mean(make_group: MakeGroup) -> None:
    seeds = (0, 1)
    # F1 0.9 and 0.1, 0.5 in the mean; all pixels in one pot would give 0.17, since the second marks ten times as much.
    shaky = make_group("shaky", same(GOOD), same(Counts(tp=10, fp=90, fn=90)), seeds=seeds)
    steady = make_group("steady", same(Counts(tp=4, fp=6, fn=6)), seeds=seeds)
    ranking = rank([steady, shaky])
    assert ranking.best == ranking.places[1]
    assert ranking.places[0].behind == pytest.approx(0.1)


def test_of_equals_hardly_any_is_called_behind(make_group: MakeGroup) -> None:
    generator, wrong, rounds = np.random.default_rng(0), 0, 40
    for _ in range(rounds):
        hard = generator.normal(1, 0.8, 13)
        groups = []
        for number in range(8):
            found = (1000 / (1 + np.exp(-hard - generator.normal(0, 0.6, 13)))).astype(int).tolist()
            counts = {f"P{part:02}": Counts(tp=tp, fp=100, fn=1000 - tp) for part, tp in enumerate(found)}
            groups.append(make_group(f"n{number}", counts))
        wrong += any(place.standing == Standing.BEHIND for place in rank(groups).places)
    assert wrong / rounds <= 0.05


def test_a_small_p_is_not_called_nothing() -> None:
    assert p_text(0.00009) == "<0.0001"
    assert p_text(0.0001) == "0.0001"
