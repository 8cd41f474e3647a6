import numpy as np
import pytest

from scuff.booth.marks.noise import fractal, hashed, noise, noise_line
from scuff.booth.surface import Values


def somewhere(count: int) -> tuple[Values, Values]:
    places = np.random.default_rng(0).uniform(-500, 500, (2, count)).astype(np.float32)
    return places[0], places[1]


def test_whole_numbers_get_even_values_that_depend_on_place_and_seed() -> None:
    i, j = (axis.ravel().astype(np.int32) for axis in np.mgrid[-100:100, -100:100])
    values = hashed(i, j, 3)
    assert values.min() >= -1
    assert values.max() < 1
    assert abs(values.mean()) < 0.02
    assert values.std() == pytest.approx(3**-0.5, rel=0.02)  # of an even distribution over a width of 2
    assert abs(np.corrcoef(values, hashed(j, i, 3))[0, 1]) < 0.02
    assert abs(np.corrcoef(values, hashed(i, j, 4))[0, 1]) < 0.02


def test_noise_takes_the_values_of_the_lattice_and_is_half_way_between_them() -> None:
    whole = np.array([-3, 7, 12], np.int32)
    here, there = hashed(whole, 0, 5), hashed(whole + 1, 0, 5)
    np.testing.assert_allclose(noise_line(whole.astype(np.float32), 5), here, atol=1e-6)
    np.testing.assert_allclose(noise_line(whole + np.float32(0.5), 5), (here + there) / 2, atol=1e-6)
    line = noise(whole.astype(np.float32), np.zeros(3, np.float32), 5)
    np.testing.assert_allclose(line, here, atol=1e-6)


def test_noise_is_float32_and_does_not_depend_on_what_else_is_asked() -> None:
    u, v = somewhere(1000)
    for values, some in (
        (noise(u, v, 1), noise(u[::7], v[::7], 1)),
        (noise_line(u, 1), noise_line(u[::7], 1)),
        (fractal(u, v, 1), fractal(u[::7], v[::7], 1)),
    ):
        assert values.dtype == np.float32
        assert np.array_equal(values[::7], some)


def test_octaves_finer_than_a_pixel_fade() -> None:
    u, v = somewhere(5000)
    full, coarse = fractal(u, v, 1, 4), fractal(u, v, 1, 4, pixel=1.5)
    assert coarse.std() < 0.4 * full.std()
    assert not fractal(u, v, 1, 4, pixel=2.0).any()
