import pytest
from scipy.stats import binomtest

from scuff.evaluation.rates import interval, upper_bound


@pytest.mark.parametrize("count", [1, 20, 59, 1000, 100_000])
def test_nothing_lost_follows_from_one_chance_in_twenty(count: int) -> None:
    assert upper_bound(0, count, 0.95) == pytest.approx(1 - 0.05 ** (1 / count), rel=1e-9)


def test_one_of_twenty() -> None:
    share = upper_bound(1, 20, 0.95)
    assert (1 - share) ** 20 + 20 * share * (1 - share) ** 19 == pytest.approx(0.05)


@pytest.mark.parametrize(("hits", "count"), [(0, 0), (1, 1), (7, 7)])
def test_what_always_happened_may_always_happen(hits: int, count: int) -> None:
    assert upper_bound(hits, count, 0.95) == 1


def test_more_confidence_is_a_wider_bound() -> None:
    assert upper_bound(3, 400, 0.9) < upper_bound(3, 400, 0.95) < upper_bound(3, 400, 0.99)


def test_the_interval_of_a_single_one() -> None:
    # 0 of 1: P(0 hits) = 1 - share = 0.025; 1 of 1 the other way round.
    assert interval(0, 1, 0.95) == pytest.approx((0, 0.975))
    assert interval(1, 1, 0.95) == pytest.approx((0.025, 1))
    assert interval(0, 0, 0.95) == (0, 1)


@pytest.mark.parametrize("count", [1, 2, 7, 40, 500])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_the_limits_are_those_of_scipy(count: int, confidence: float) -> None:
    for hits in sorted({0, 1, count // 3, count - 1, count}):
        both = binomtest(hits, count).proportion_ci(confidence, "exact")
        assert interval(hits, count, confidence) == pytest.approx((both.low, both.high), rel=1e-9)
        fewer = binomtest(hits, count, alternative="less").proportion_ci(confidence, "exact")
        assert upper_bound(hits, count, confidence) == pytest.approx(fewer.high, rel=1e-9)
