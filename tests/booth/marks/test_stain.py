from typing import TYPE_CHECKING

import numpy as np
import pytest

from scuff.booth.marks.stain import RADIUS_MM, Stain, draw_stain

if TYPE_CHECKING:
    from tests.booth.marks.conftest import Grid


def test_a_stain_is_dark_and_coloured_where_it_is_marked(grid: "Grid") -> None:
    p, q = (axis.ravel() for axis in grid(10, 0.1))
    change = Stain((0.0, 0.0), 5.0, warmth=0.4, dark=0.2, soft_mm=0.3, rim=0.0, seed=1).change(p, q, 0.1)
    assert change.marked is not None
    assert change.reflectance is not None
    assert change.warmth is not None
    assert change.marked.sum() * 0.01 == pytest.approx(np.pi * 25, rel=0.15)
    assert change.reflectance[change.marked].mean() == pytest.approx(0.8, abs=0.02)
    assert change.warmth[change.marked].mean() == pytest.approx(0.4, abs=0.04)
    assert change.reflectance[~change.marked].mean() > 0.995
    assert change.slope is None
    assert change.groove is None
    assert change.cover is None


def test_an_edge_where_a_drop_has_dried_is_darker(grid: "Grid") -> None:
    p, q = (axis.ravel() for axis in grid(8, 0.05))
    change = Stain((0.0, 0.0), 5.0, dark=0.3, soft_mm=0.2, rim=0.9, seed=1).change(p, q, 0.05)
    assert change.reflectance is not None
    assert change.reflectance[np.hypot(p, q) < 2].mean() > change.reflectance.min() + 0.1


def test_a_heat_tint_turns_to_blue_in_the_middle() -> None:
    tint = Stain((0.0, 0.0), 5.0, warmth=0.4, turning=1.0, soft_mm=2.0, rim=0.0, seed=1)
    p = np.array([0.0, 4.2], np.float32)
    warmth = tint.change(p, np.zeros_like(p), 0.1).warmth
    assert warmth is not None
    assert warmth[0] < -0.1
    assert warmth[1] > 0.05


def test_an_etched_stain_is_matt() -> None:
    zero = np.zeros(1, np.float32)
    cover = Stain((0.0, 0.0), 5.0, etched=0.5, seed=1).change(zero, zero, 0.1).cover
    assert cover is not None
    assert 0.1 < cover.share[0] < 0.9


def test_a_soft_edge_is_as_wide_as_it_says() -> None:
    p = np.linspace(0, 8, 801, dtype=np.float32)
    for soft_mm in (0.5, 3.0):
        change = Stain((0.0, 0.0), 5.0, dark=0.2, soft_mm=soft_mm, rim=0.0, seed=1).change(p, np.zeros_like(p), 0.01)
        assert change.reflectance is not None
        share = (1 - change.reflectance) / (1 - change.reflectance).max()
        width = np.ptp(p[(share > 0.02) & (share < 0.5)])
        assert 0.2 * soft_mm < width < 0.9 * soft_mm


def test_drawn_stains_keep_to_their_ranges() -> None:
    random = np.random.default_rng(5)
    stains = [draw_stain(random, (0.0, 0.0)) for _ in range(100)]
    assert all(RADIUS_MM[0] <= stain.radius_mm <= RADIUS_MM[1] for stain in stains)
    assert all(-0.2 <= stain.warmth <= 0.6 for stain in stains)
    assert {stain.etched > 0 for stain in stains} == {True, False}
