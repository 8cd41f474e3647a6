import pytest

from scuff.evaluation.counts import Counts
from scuff.evaluation.paired import exchange_test

GOOD, POOR = Counts(tp=9, fp=1, fn=1), Counts(tp=1, fp=9, fn=9)


def test_two_parts_by_hand() -> None:
    # F1 0.9 and 0.1. Of the four exchanges, none and both leave the two 0.8 apart; one of the parts makes them equal.
    compared = exchange_test([{"P1": GOOD, "P2": GOOD}], [{"P1": POOR, "P2": POOR}])
    assert compared.difference == pytest.approx(0.8)
    assert compared.p_value == 0.5
    assert compared.parts == 2


def test_a_difference_on_every_part_is_the_rarer_the_more_parts_there_are() -> None:
    parts = [f"P{number}" for number in range(10)]
    compared = exchange_test([dict.fromkeys(parts, GOOD)], [dict.fromkeys(parts, POOR)])
    assert compared.p_value == pytest.approx(2 / 2**10)


def test_equal_counts_are_no_difference() -> None:
    compared = exchange_test([{"P1": GOOD, "P2": POOR}], [{"P1": GOOD, "P2": POOR}])
    assert (compared.difference, compared.p_value) == (0.0, 1.0)


def test_the_order_of_the_two_changes_the_sign_alone() -> None:
    one, other = {"P1": GOOD, "P2": POOR}, {"P1": POOR, "P2": Counts(tp=2, fp=8, fn=8)}
    forth, back = exchange_test([one], [other]), exchange_test([other], [one])
    assert forth.difference == pytest.approx(-back.difference)
    assert forth.p_value == back.p_value


def test_many_parts_are_sampled_and_chance_is_seen_as_chance() -> None:
    parts = [f"P{number:02}" for number in range(40)]
    one = {part: GOOD if number % 2 else POOR for number, part in enumerate(parts)}
    other = {part: POOR if number % 2 else GOOD for number, part in enumerate(parts)}
    assert exchange_test([one], [other]).p_value > 0.5
    assert exchange_test([dict.fromkeys(parts, GOOD)], [other]).p_value < 0.01


@pytest.mark.parametrize(
    ("one", "other"),
    [([{"P1": GOOD}], [{"P2": GOOD}]), ([{"P1": GOOD}] * 2, [{"P1": GOOD}]), ([{}], [{}]), ([], [])],
)
def test_what_cannot_be_compared_is_refused(one: list[dict[str, Counts]], other: list[dict[str, Counts]]) -> None:
    with pytest.raises(ValueError, match="on the same parts, equally often"):
        exchange_test(one, other)


def test_trainings_count_alike_however_much_they_mark() -> None:
    # F1 0.9 and 0.1, which is 0.5 in the mean, against 0.5 twice. Pooled counts would give the second training, which
    # marks ten times as much, nearly all the weight, and call the first network far worse.
    even = Counts(tp=5, fp=5, fn=5)
    collapsed = [dict.fromkeys(("P1", "P2"), GOOD), dict.fromkeys(("P1", "P2"), Counts(tp=10, fp=90, fn=90))]
    compared = exchange_test(collapsed, [dict.fromkeys(("P1", "P2"), even)] * 2)
    assert compared.difference == pytest.approx(0)
    assert compared.p_value == 1.0


def test_a_part_is_exchanged_for_all_trainings_at_once() -> None:
    # Four exchanges of two parts, not sixteen of two parts of two trainings: again only none and both are 0.8 apart.
    compared = exchange_test([dict.fromkeys(("P1", "P2"), GOOD)] * 2, [dict.fromkeys(("P1", "P2"), POOR)] * 2)
    assert compared.difference == pytest.approx(0.8)
    assert compared.p_value == 0.5


def test_pooled_counts_decide_not_the_number_of_parts() -> None:
    # The first is better on two small parts, the second on a large one, which outweighs them.
    large_good, large_poor = Counts(tp=900, fp=100, fn=100), Counts(tp=500, fp=500, fn=500)
    compared = exchange_test([{"P1": GOOD, "P2": GOOD, "P3": large_poor}], [{"P1": POOR, "P2": POOR, "P3": large_good}])
    assert compared.difference < 0
