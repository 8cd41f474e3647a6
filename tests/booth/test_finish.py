import numpy as np
import pytest

from scuff.booth.finish import KINDS, Finish, Kind, draw_finish


def drawn(kind: Kind, number: int = 50) -> list[Finish]:
    random = np.random.default_rng(1)
    return [draw_finish(random, kind) for _ in range(number)]


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_finishes_can_be(kind: Kind) -> None:
    finishes = drawn(kind)
    assert len({finish.seed for finish in finishes}) == len(finishes)
    for finish in finishes:
        assert finish.kind == kind
        assert 0 < finish.rough_along <= finish.rough_across < 0.5
        assert 0 <= finish.tail < 1
        assert 0 < finish.haze < 0.1
        assert 0 <= finish.hairlines < 1
        assert 0.001 <= finish.waviness <= 0.004


def test_brushing_has_a_direction_and_blasting_has_none() -> None:
    assert all(finish.rough_across > 1.7 * finish.rough_along for finish in drawn("brushed"))
    assert all(abs(finish.direction_deg) <= 2 for finish in drawn("brushed"))
    assert all(finish.rough_across == finish.rough_along for finish in drawn("blasted"))
    assert not any(finish.hairlines for finish in drawn("blasted"))


def test_polish_is_smoother_than_brushing_and_brushing_than_blasting() -> None:
    polished, brushed, blasted = (drawn(kind) for kind in ("polished", "brushed", "blasted"))
    assert max(f.rough_across for f in polished) < min(f.rough_across for f in brushed)
    assert max(f.rough_across for f in brushed) < min(f.rough_across for f in blasted)
    assert max(f.streaks for f in polished) < min(f.streaks for f in brushed)


def test_the_same_numbers_give_the_same_finish() -> None:
    assert drawn("brushed") == drawn("brushed")
