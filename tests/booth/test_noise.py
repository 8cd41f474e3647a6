import numpy as np
import pytest

from scuff.booth.noise import chance, value_noise


def test_a_chance_is_anything_from_minus_one_to_one() -> None:
    drawn = np.array([[chance(column, row, 3) for column in range(-60, 60)] for row in range(-60, 60)])
    assert -1 <= drawn.min() < -0.99
    assert 0.99 < drawn.max() < 1
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(1 / 3**0.5, abs=0.01)
    for neighbour in (drawn[:, 1:], drawn[1:, :]):
        rows, columns = neighbour.shape
        assert abs(np.corrcoef(neighbour.ravel(), drawn[:rows, :columns].ravel())[0, 1]) < 0.03


def test_a_chance_depends_on_place_and_seed_alone() -> None:
    assert chance(-5, 7, 11) == chance(-5, 7, 11)
    assert len({chance(-5, 7, 11), chance(7, -5, 11), chance(-5, 7, 12), chance(5, 7, 11)}) == 4


def test_noise_goes_through_the_chances_of_its_lattice() -> None:
    assert value_noise(3.0, -4.0, 5) == pytest.approx(chance(3, -4, 5))
    middle = [chance(column, row, 5) for column in (3, 4) for row in (-4, -3)]
    assert value_noise(3.5, -3.5, 5) == pytest.approx(np.mean(middle))


def test_noise_is_smooth_and_as_strong_as_said() -> None:
    places = np.random.default_rng(1).uniform(-500, 500, (20_000, 2))
    drawn = np.array([value_noise(u, v, 1) for u, v in places])
    assert drawn.std() == pytest.approx(0.43, abs=0.01)
    beside = np.array([value_noise(u + 1e-3, v - 1e-3, 1) for u, v in places[:1000]])
    np.testing.assert_allclose(beside, drawn[:1000], atol=0.008)
