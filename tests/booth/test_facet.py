import math

import numpy as np
import pytest

from scuff.booth.facet import drawn, mirrored
from scuff.booth.finish import Finish
from scuff.booth.shading import TAIL, Site
from scuff.booth.steel import steel_of

STEEL = steel_of(Finish(rough_along=0.1, rough_across=0.2))
ABOVE = Site((0.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@pytest.mark.parametrize(("wide", "scale"), [(False, 1.0), (True, TAIL)])
def test_drawn_slopes_have_the_variances_of_the_finish(wide: bool, scale: float) -> None:
    slopes = np.array([drawn((n + 0.5) / 2000, n * 0.618034 % 1.0, wide, STEEL)[:2] for n in range(2000)])
    np.testing.assert_allclose((slopes**2).mean(axis=0), [scale * 0.5 * 0.1**2, scale * 0.5 * 0.2**2], rtol=0.04)
    np.testing.assert_allclose(slopes.mean(axis=0), 0, atol=0.002)


def test_the_score_of_a_slope_is_its_way_from_the_mean_over_the_variance() -> None:
    along, across, by_along, by_across = drawn(0.5, 0.1, False, STEEL)
    assert by_along == pytest.approx(along / (0.5 * 0.1**2))
    assert by_across == pytest.approx(across / (0.5 * 0.2**2))


def test_a_level_facet_shows_what_is_mirrored() -> None:
    angle = math.radians(30)
    eye = (math.sin(angle), 0.0, math.cos(angle))
    toward, size, share = mirrored(ABOVE._replace(to_eye=eye, eye=eye), 0.0, 0.0, STEEL)
    assert toward == pytest.approx((-eye[0], 0.0, eye[2]))
    assert size == pytest.approx(eye[2])
    assert share == pytest.approx(1, abs=1e-3)


def test_a_facet_turns_light_by_twice_its_tilt() -> None:
    toward, size, _ = mirrored(ABOVE, -math.tan(math.radians(20)), 0.0, STEEL)
    assert toward == pytest.approx((math.sin(math.radians(40)), 0.0, math.cos(math.radians(40))))
    assert size == pytest.approx(1)  # its area projected upwards is that of what lies level


def test_a_facet_that_looks_into_the_metal_sends_nothing() -> None:
    assert mirrored(ABOVE, 1.5, 0.0, STEEL)[2] == 0


def test_a_facet_that_is_turned_away_is_not_seen() -> None:
    eye = (0.8, 0.0, 0.6)
    assert mirrored(ABOVE._replace(to_eye=eye, eye=eye), 1.0, 0.0, STEEL)[1:] == (0.0, 0.0)
