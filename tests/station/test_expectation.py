import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.station.expectation import Judged, Seen, judge, worth


def seen(scores: list[list[float]], threshold: float = 0.5) -> Seen:
    array = np.array(scores, np.float32)
    return Seen(array, array >= threshold, threshold)


def truth(rows: list[list[int]]) -> NDArray[np.uint8]:
    return np.array(rows, np.uint8)


@pytest.mark.parametrize(("score", "chance"), [(0.0, 0.0), (0.25, 0.25), (0.5, 0.5), (0.75, 0.75), (1.0, 1.0)])
def test_a_score_at_the_threshold_is_an_even_chance(score: float, chance: float) -> None:
    assert judge(seen([[score, 0.0]]), truth([[1, 0]])).chances == pytest.approx((chance,))


def test_chance_runs_straight_on_both_sides_of_another_threshold() -> None:
    assert judge(seen([[0.1, 0.0]], 0.2), truth([[1, 0]])).chances == pytest.approx((0.25,))
    assert judge(seen([[0.6, 0.0]], 0.2), truth([[1, 0]])).chances == pytest.approx((0.75,))


def test_a_quarter_of_a_defect_must_be_seen() -> None:
    found = judge(seen([[0.9, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]]), truth([[2] * 8]))
    assert found.hits == 1
    assert found.chances == pytest.approx((0.9,))
    missed = judge(seen([[0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]]), truth([[2] * 8]))
    assert missed.hits == 0
    assert missed.chances == pytest.approx((0.1,))


def test_what_lies_on_no_defect_is_a_false_alarm_by_its_chance() -> None:
    judged = judge(seen([[0.9, 0.0, 0.75, 0.75, 0.0]]), truth([[1, 0, 0, 0, 0]]))
    assert [judged.hits, judged.false_alarms] == pytest.approx([1, 0.75])
    sound = judge(seen([[0.9, 0.0, 0.75]]), truth([[0, 0, 0]]))
    assert sound.chances == ()
    assert sound.false_alarms == pytest.approx(1.65)


def test_a_mark_that_covers_a_defect_and_much_more_is_a_false_alarm() -> None:
    assert judge(seen([[1.0] * 4]), truth([[1, 0, 0, 0]])).false_alarms == 1.0
    assert judge(seen([[1.0] * 4]), truth([[1, 1, 0, 0]])).false_alarms == 0.0


def test_a_lighting_is_worth_its_recall_less_what_false_alarms_cost() -> None:
    judged = [Judged((0.5, 1.0), 2, 1.0), Judged((0.0,), 0, 0.0), Judged((), 0, 2.0)]
    found = worth(judged, false_alarm_cost=0.1)
    assert (found.recall, found.hits, found.defects, found.false_alarms) == (0.5, 2, 3, 1.0)
    assert found.value == pytest.approx(0.4)


def test_without_known_defects_the_network_s_certainty_counts() -> None:
    judged = judge(seen([[0.9, 0.7, 0.1, 0.1]]), None)
    assert judged.separation == pytest.approx(0.7)
    assert judge(seen([[0.1, 0.1]]), None).separation == 0.0
    found = worth([judged, judge(seen([[0.1, 0.1]]), None)], 0.1)
    assert found.value == pytest.approx(0.35)
    assert found.recall is None
