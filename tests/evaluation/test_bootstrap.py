import numpy as np
import pytest

from scuff.evaluation.bootstrap import DRAWS, Estimate, draw_parts, estimate, ratio, share


def test_sets_are_as_large_as_the_parts_and_the_first_is_theirs() -> None:
    drawn = draw_parts(7)
    assert drawn.shape == (1 + DRAWS, 7)
    assert (drawn.sum(axis=1) == 7).all()
    assert drawn[0].tolist() == [1] * 7
    assert (drawn == draw_parts(7)).all()


def test_the_interval_holds_the_middle_95_per_cent() -> None:
    figures = np.concatenate([[0.4], np.arange(101) / 100, [np.nan]])
    found = estimate(figures)
    assert (found.value, found.low, found.high) == pytest.approx((0.4, 0.025, 0.975))


def test_what_is_undefined_stays_undefined() -> None:
    assert estimate(np.array([np.nan, 0.5])) == Estimate(None)
    assert ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])).tolist() == [0.5, pytest.approx(np.nan, nan_ok=True)]


def test_parts_are_drawn_whole() -> None:
    # Ten parts of 100 pixels, each all right or all wrong: the spread is that of ten, not of a thousand.
    found = share([100] * 5 + [0] * 5, [100] * 10, draw_parts(10))
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.2, 0.8))


def test_one_part_alone_has_no_interval() -> None:
    assert share([3, 0], [4, 0], draw_parts(2)) == Estimate(0.75)
