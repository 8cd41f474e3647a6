import math

import numpy as np
import pytest

from scuff.booth.marks.pixels import blob, crest, edge, fade, ring_mm, strip, within


def middles(pixel_mm: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    number = round(3 / pixel_mm)
    return ((np.arange(-number, number) + 0.3) * pixel_mm).astype(np.float32)


def test_a_strip_narrower_than_a_pixel_covers_its_share() -> None:
    distance = np.array([0.0, 0.1, 0.2, 0.4], np.float32)
    np.testing.assert_allclose(strip(distance, 0.1, 0.4), [0.25, 0.25, 0.125, 0], atol=1e-6)


@pytest.mark.parametrize("pixel_mm", [0.02, 0.15, 0.6])
def test_sums_do_not_depend_on_the_pixel(pixel_mm: float) -> None:
    distance = middles(pixel_mm)
    assert strip(distance, 0.1, pixel_mm).sum() * pixel_mm == pytest.approx(0.1, rel=1e-4)
    assert crest(distance, 0.1, pixel_mm).sum() * pixel_mm == pytest.approx(0.1 * math.sqrt(2 * math.pi), rel=1e-3)
    if pixel_mm < 0.5:  # a spot is a Gaussian also in pixels, which holds where they are not much wider
        spot = blob(distance[:, None] ** 2 + distance**2, 0.1, pixel_mm).sum() * pixel_mm**2
        assert spot == pytest.approx(2 * math.pi * 0.01, rel=0.02)


def test_a_soft_line_is_nearly_a_gaussian() -> None:
    distance = np.array([0, 1, 2, 4], np.float32)
    np.testing.assert_allclose(crest(distance, 1.0, 0.01), [1, 0.6065, 0.1353, 0.0003], atol=0.07)


def test_waves_fade_as_their_period_nears_the_pixel() -> None:
    assert fade(0.4, 0.0) == 1
    assert fade(0.4, 0.2) == pytest.approx(2 / math.pi)
    assert fade(0.4, 0.4) == 0
    assert fade(0.4, 0.5) == 0


def test_an_edge_is_half_way_at_its_place() -> None:
    inside = np.array([-1, -0.5, 0, 0.25, 0.5], np.float32)
    np.testing.assert_allclose(edge(inside, 1.0, 0.1), [0, 0, 0.5, 0.84375, 1])
    np.testing.assert_allclose(edge(inside, 0.0, 1.0), [0, 0, 0.5, 0.84375, 1])  # no steeper than a pixel


def test_ring_and_circle() -> None:
    assert (ring_mm(0.1), ring_mm(0.5)) == (1.0, 2.0)
    p = np.array([0, 3, 3.1], np.float32)
    assert within(p, np.full_like(p, 3.9), 5).tolist() == [True, True, True]
    assert within(p, np.full_like(p, 4), 5).tolist() == [True, False, False]
