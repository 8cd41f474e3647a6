import numpy as np
import pytest

from scuff.evaluation.choosing import Prices, Trial, costs, fewest_false_rejects, least_cost, spread
from scuff.evaluation.populations import Scores, by_score


def trial(passed: list[list[int]], rejected: list[list[int]]) -> Trial:
    thresholds = np.linspace(0.1, 0.9, len(passed[0] if passed else rejected[0]))
    return Trial(thresholds, np.array(passed, bool), np.array(rejected, bool).reshape(-1, len(thresholds)))


def test_escapes_and_false_rejects_are_counted_by_part() -> None:
    counted = trial([[0, 0, 1], [0, 1, 1]], [[1, 0, 0]])
    assert (counted.escapes.tolist(), counted.false_rejects.tolist()) == ([0, 1, 2], [1, 0, 0])


def test_of_the_certified_the_one_with_fewest_false_rejects() -> None:
    # The last threshold has none at all, but is not certified.
    counted = trial([[0, 0, 0, 1]], [[1, 1, 0, 0], [1, 1, 1, 0]])
    assert fewest_false_rejects(counted, np.array([True, True, True, False])) == 2


def test_of_equals_the_one_with_fewer_escapes() -> None:
    counted = trial([[0, 0, 1], [0, 0, 0]], [[1, 0, 0]])
    assert fewest_false_rejects(counted, np.ones(3, bool)) == 1


def test_of_equals_in_both_the_middle() -> None:
    counted = trial([[0, 0, 0, 0, 1]], [[1, 0, 0, 0, 0]])
    assert fewest_false_rejects(counted, np.ones(5, bool)) == 2


def test_cost_of_a_part_by_hand() -> None:
    # 10 % of the parts are defective, half of which escape at 40; of the rest a quarter is rejected at 4.
    counted = trial([[0], [1]], [[1], [0], [0], [0]])
    assert costs(counted, Prices(40, 4, 0.1)) == pytest.approx([0.1 * 40 * 0.5 + 0.9 * 4 * 0.25])


def test_what_is_dear_is_avoided() -> None:
    counted = trial([[0, 1]], [[1, 0]])
    assert least_cost(counted, Prices(escape=40, reject=3, defect_share=0.5)) == 0
    assert least_cost(counted, Prices(escape=3, reject=40, defect_share=0.5)) == 1
    assert least_cost(counted, Prices(escape=40, reject=3, defect_share=0.01)) == 1


def test_of_equal_costs_the_middle() -> None:
    assert least_cost(trial([[0, 0, 0, 1]], [[0, 0, 0, 0]]), Prices(1, 1, 0.5)) == 1


def test_without_sound_parts_only_escapes_cost() -> None:
    assert costs(trial([[0, 1]], []), Prices(1, 1, 0.5)).tolist() == [0.0, 0.5]


def test_where_all_parts_agree_there_is_no_spread() -> None:
    counted = trial([[0, 0, 1]] * 9, [[1, 0, 0]] * 9)
    found = spread(counted, Prices(40, 3, 0.1), 1, 0.95)
    assert found.thresholds == (0.5, 0.5)
    assert found.per_part == (0.0, 0.0)


def test_the_spread_of_the_cost_covers_the_true_one() -> None:
    thresholds = np.arange(1, 20) / 20
    population, prices = by_score("parts", thresholds, Scores(3, 2), Scores(1, 4)), Prices(40, 3, 0.05)
    chosen, covered = 6, 0
    true = prices.per_part(population.escape_rate, population.reject_rate)[chosen]
    for draw in range(40):
        counted = population.draw(np.random.default_rng(draw), 300, 300)
        low, high = spread(counted, prices, chosen, 0.9).per_part
        covered += low <= true <= high
    assert covered >= 29  # 36 are expected; fewer than 29 have a chance of 1 in 1000


def test_more_parts_make_a_choice_less_of_a_draw() -> None:
    population = by_score("parts", np.arange(1, 50) / 50, Scores(3, 2), Scores(1, 4))
    prices, widths = Prices(40, 3, 0.05), []
    for parts in (50, 5000):
        counted = population.draw(np.random.default_rng(0), parts, parts)
        low, high = spread(counted, prices, least_cost(counted, prices), 0.95).thresholds
        widths.append(high - low)
    assert widths[1] < widths[0] / 2
