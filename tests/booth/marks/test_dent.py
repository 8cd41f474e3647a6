from typing import TYPE_CHECKING

import numpy as np
import pytest

from scuff.booth.marks.dent import ASPECT, DEPTH_MM, SHALLOWEST, SIGMA_MM, Dent, draw_dent
from scuff.booth.surface import Values

if TYPE_CHECKING:
    from tests.booth.marks.conftest import Grid

EVEN = Dent((0.0, 0.0), 2.0, 0.1, uneven=0.0)


def along_p(*places_mm: float) -> tuple[Values, Values]:
    p = np.array(places_mm, np.float32)
    return p, np.zeros_like(p)


def test_an_even_dent_is_a_gaussian() -> None:
    height = EVEN.height_mm(*along_p(0, 2, 4))
    np.testing.assert_allclose(height, [-0.1, -0.1 * np.exp(-0.5), -0.1 * np.exp(-2)], atol=1e-6)
    slope = EVEN.change(*along_p(2.0), 0.1).slope
    assert slope is not None
    np.testing.assert_allclose(slope, [[0.05 * np.exp(-0.5), 0]], atol=1e-6)  # depth / sigma · e^(-1/2), upwards


def test_a_bump_is_a_dent_upside_down() -> None:
    bump = Dent((0.0, 0.0), 2.0, 0.1, raised=True, uneven=0.0)
    places = along_p(0, 1, 2)
    np.testing.assert_allclose(bump.height_mm(*places), -EVEN.height_mm(*places))
    assert (EVEN.kind, bump.kind) == ("dent", "bump")


@pytest.mark.parametrize("sharp", [0.0, 1.0])
def test_slope_is_the_derivative_of_the_height(sharp: float, grid: "Grid") -> None:
    dent = Dent((0.0, 0.0), 2.0, 0.1, aspect=1.6, angle_deg=35, sharp=sharp, uneven=0.2, lean=0.2, seed=8)
    p, q = (axis.ravel() for axis in grid(7, 0.5))
    step = np.float32(0.01)
    by_p = (dent.height_mm(p + step, q) - dent.height_mm(p - step, q)) / (2 * step)
    by_q = (dent.height_mm(p, q + step) - dent.height_mm(p, q - step)) / (2 * step)
    slope = dent.change(p, q, 0.1).slope
    assert slope is not None
    np.testing.assert_allclose(slope, np.stack([by_p, by_q], axis=1), atol=1e-4)
    assert np.abs(slope).max() > 0.02


def test_marked_is_what_is_deeper_than_an_eighth() -> None:
    # a Gaussian falls to 0.12 at 2.059 sigma
    marked = EVEN.change(*along_p(0, 4.1, 4.14), 0.1).marked
    assert marked is not None
    assert marked.tolist() == [True, True, False]
    assert EVEN.size_mm == pytest.approx((8.237, 8.237), abs=1e-3)
    stretched = Dent((0.0, 0.0), 2.0, 0.1, aspect=4.0)
    assert stretched.size_mm == pytest.approx((16.474, 4.118), abs=1e-3)


def test_a_sharp_one_has_a_rim() -> None:
    heights = Dent((0.0, 0.0), 2.0, 0.1, sharp=1.0, uneven=0.0).height_mm(*along_p(0, 3.8, 8.3))
    assert heights[0] == pytest.approx(-0.1, abs=1e-4)
    assert heights[1] == pytest.approx(0.1 * (0.16 - np.exp(-(1.805**2))), abs=1e-4)
    assert heights[2] == pytest.approx(0, abs=1e-4)


def test_near_has_a_ring_around_it() -> None:
    end = 4.2 * 2.0
    near = EVEN.near(*along_p(end + 0.9, end + 1.1), 0.1)
    assert near.tolist() == [True, False]
    assert not EVEN.height_mm(*along_p(end + 0.1)).any()


def test_drawn_dents_keep_to_their_ranges() -> None:
    random = np.random.default_rng(2)
    dents = [draw_dent(random, (0.0, 0.0)) for _ in range(100)]
    bumps = [draw_dent(random, (0.0, 0.0), raised=True) for _ in range(100)]
    for dent in dents + bumps:
        assert SIGMA_MM[0] <= dent.sigma_mm <= SIGMA_MM[1]
        assert max(DEPTH_MM[0], SHALLOWEST * dent.sigma_mm) <= dent.depth_mm * 1.001 <= DEPTH_MM[1] * 1.002
        assert ASPECT[0] <= dent.aspect <= ASPECT[1]
    assert 0.2 < np.mean([dent.sharp > 0 for dent in dents]) < 0.6
    assert not any(bump.sharp or bump.lean for bump in bumps)
