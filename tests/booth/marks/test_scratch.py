from typing import TYPE_CHECKING

import numpy as np
import pytest

from scuff.booth.marks.scratch import BURR, DEPTH_MM, LENGTH_MM, STEEPEST, WIDTH_MM, Scratch, draw_scratch
from scuff.booth.surface import Groove, Values

if TYPE_CHECKING:
    from tests.booth.marks.conftest import Grid

RULED = Scratch((0.0, 0.0), 20.0, 0.1, 0.01, burr=0.0, wander_mm=0.0, chatter=0.0)
"""A straight groove along p, 0.1 mm wide, 0.01 mm deep and without lips."""


def seen(scratch: Scratch, p: Values, q: Values, pixel_mm: float) -> tuple[Groove, list[bool]]:
    change = scratch.change(p, q, pixel_mm)
    assert change.groove is not None
    assert change.marked is not None
    return change.groove, change.marked.tolist()


def across(*distances_mm: float) -> tuple[Values, Values]:
    q = np.array(distances_mm, np.float32)
    return np.zeros_like(q), q


def test_share_is_width_through_pixel() -> None:
    groove, marked = seen(RULED, *across(0, 0.1, 0.2, 0.3), 0.4)
    np.testing.assert_allclose(groove.share, [0.25, 0.25, 0.125, 0], atol=1e-4)
    assert marked == [True, True, True, False]  # the third since its middle passes within half a pixel


def test_a_line_much_finer_than_a_pixel_is_marked_one_pixel_wide() -> None:
    groove, marked = seen(RULED, *across(-1, 0, 1), 1.0)
    np.testing.assert_allclose(groove.share, [0, 0.1, 0], atol=1e-4)
    assert marked == [False, True, False]


def test_slopes_are_antisymmetric_without_burr_and_chatter() -> None:
    distances = np.array([0.0125, 0.0375, 0.0625], np.float32)
    right, _ = seen(RULED, *across(*distances), 0.025)
    left, _ = seen(RULED, *across(*-distances), 0.025)
    np.testing.assert_allclose(right.slope, -left.slope, atol=1e-5)
    np.testing.assert_allclose(right.spread, left.spread, atol=1e-5)
    # depth 0.01, half width 0.05: the parabola's slope at x is 2 · 0.01 · x / 0.05²
    np.testing.assert_allclose(right.slope[:, 1], [0.1, 0.3, 0], atol=1e-4)
    assert not right.slope[:, 0].any()


def test_groove_runs_in_the_direction_of_the_scratch() -> None:
    turned = Scratch((0.0, 0.0), 20.0, 0.1, 0.01, angle_deg=90, burr=0, wander_mm=0, chatter=0)
    q, p = across(0.0375)
    groove, _ = seen(turned, p, q, 0.025)
    assert groove.direction_rad[0] == pytest.approx(np.pi / 2)
    np.testing.assert_allclose(groove.slope, [[0.3, 0]], atol=1e-3)


def test_nothing_is_left_beyond_its_ends() -> None:
    p = np.array([-10.01, 10.01, 12], np.float32)
    groove, marked = seen(RULED, p, np.zeros_like(p), 0.1)
    assert not groove.share.any()
    assert marked == [False] * 3


def test_nothing_is_cut_or_marked_in_gaps() -> None:
    broken = Scratch((0.0, 0.0), 60.0, 0.2, 0.01, broken=0.4, wander_mm=0.0, tracks=3, seed=4)
    total = sum(end - begin for begin, end in broken.gaps_mm)
    assert total == pytest.approx(24)
    for begin, end in broken.gaps_mm:
        p, q = np.meshgrid(np.linspace(begin, end, 9), np.linspace(-2, 2, 81))
        groove, marked = seen(broken, p.ravel().astype(np.float32), q.ravel().astype(np.float32), 0.1)
        assert not groove.share.any()
        assert not any(marked)
    whole = Scratch((0.0, 0.0), 60.0, 0.2, 0.01, wander_mm=0.0, tracks=3, seed=4)
    assert whole.gaps_mm == ()


def test_area_does_not_depend_on_the_pixel(grid: "Grid") -> None:
    scratch = Scratch((0.0, 0.0), 14.0, 0.15, 0.008, angle_deg=33, curvature_per_mm=0.01, tracks=2, seed=5)
    areas, rough = [], []
    for pixel_mm in (0.04, 0.12, 0.4):
        p, q = grid(8, pixel_mm)
        groove, _ = seen(scratch, p.ravel(), q.ravel(), pixel_mm)
        areas.append(float(groove.share.sum()) * pixel_mm**2)
        square = groove.spread**2 + (groove.slope**2).sum(axis=1)
        rough.append(float((groove.share * square).sum()) * pixel_mm**2)
    assert areas[1:] == pytest.approx([areas[0]] * 2, rel=0.03)
    assert rough[1:] == pytest.approx([rough[0]] * 2, rel=0.06)


def test_near_is_a_narrow_band(grid: "Grid") -> None:
    scratch = Scratch((0.0, 0.0), 30.0, 0.2, 0.01, angle_deg=30, curvature_per_mm=0.02)
    p, q = grid(16, 0.1)
    near = scratch.near(p, q, 0.1)
    assert near.mean() < 0.1
    change = scratch.change(p.ravel(), q.ravel(), 0.1)
    assert change.groove is not None
    assert not change.groove.share.reshape(p.shape)[~near].any()


def test_drawn_scratches_keep_to_their_ranges() -> None:
    random = np.random.default_rng(1)
    scratches = [draw_scratch(random, (0.0, 0.0)) for _ in range(300)]
    for scratch in scratches:
        assert LENGTH_MM[0] <= scratch.length_mm <= LENGTH_MM[1]
        assert WIDTH_MM[0] <= scratch.width_mm <= WIDTH_MM[1]
        assert DEPTH_MM[0] <= scratch.depth_mm <= DEPTH_MM[1]
        assert BURR[0] <= scratch.burr <= BURR[1]
        assert 4 * scratch.depth_mm / scratch.width_mm <= STEEPEST[1] * 1.001
    along = [abs(scratch.angle_deg) <= 10 for scratch in scratches]
    assert 0.15 < np.mean(along) < 0.35
    assert {scratch.tracks for scratch in scratches} == {1, 2, 3, 4}
