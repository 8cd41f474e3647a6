from typing import TYPE_CHECKING

import numpy as np
import pytest

from scuff.booth.marks.lint import LENGTH_MM, Lint, draw_lint

if TYPE_CHECKING:
    from tests.booth.marks.conftest import Grid


def test_a_fibre_covers_its_length_times_its_width_in_pixels_of_any_size(grid: "Grid") -> None:
    fibre = Lint((0.0, 0.0), 6.0, 0.06, curl=0.3, seed=3)
    areas = []
    for pixel_mm in (0.02, 0.1, 0.4):
        p, q = grid(6, pixel_mm)
        cover = fibre.change(p.ravel(), q.ravel(), pixel_mm).cover
        assert cover is not None
        areas.append(float(cover.share.sum()) * pixel_mm**2)
    assert areas[0] == pytest.approx(6.0 * 0.06, rel=0.3)  # it is twisted, so its width varies
    assert areas[1] == pytest.approx(areas[0], rel=0.03)
    assert areas[2] == pytest.approx(areas[0], rel=0.15)  # it is only 15 pixels long


def test_it_casts_a_shadow_beside_itself(grid: "Grid") -> None:
    p, q = grid(3, 0.02)
    change = Lint((0.0, 0.0), 4.0, 0.05, seed=3).change(p.ravel(), q.ravel(), 0.02)
    assert change.cover is not None
    assert change.reflectance is not None
    assert change.reflectance[change.cover.share == 0].min() < 0.8
    assert change.reflectance.min() > 0.6


def test_drawn_fibres_are_light_or_dark() -> None:
    random = np.random.default_rng(7)
    fibres = [draw_lint(random, (0.0, 0.0)) for _ in range(100)]
    assert all(LENGTH_MM[0] <= fibre.length_mm <= LENGTH_MM[1] for fibre in fibres)
    assert 0.1 < np.mean([fibre.haze < 0.1 for fibre in fibres]) < 0.4
