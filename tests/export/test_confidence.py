import pytest

from scuff.export.confidence import upper_bound


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
