import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scuff.booth.marks.pit import COUNT, DEPTH, DIAMETER_MM, Pit, draw_pit
from scuff.booth.surface import Groove, Values

if TYPE_CHECKING:
    from tests.booth.marks.conftest import Grid


def walls(pit: Pit, places: tuple[Values, Values], pixel_mm: float) -> Groove:
    groove = pit.change(places[0].ravel(), places[1].ravel(), pixel_mm).groove
    assert groove is not None
    return groove


@pytest.mark.parametrize("diameter_mm", [0.1, 0.4, 0.8])
def test_area_does_not_depend_on_the_pixel(diameter_mm: float, grid: "Grid") -> None:
    pit = Pit((0.0, 0.0), diameter_mm, 0.05, seed=3)
    areas = [float(walls(pit, grid(3, pixel), pixel).share.sum()) * pixel**2 for pixel in (0.02, 0.1, 0.5)]
    assert areas[1:] == pytest.approx([areas[0]] * 2, rel=0.01)
    assert areas[0] == pytest.approx(math.pi / 4 * diameter_mm**2, rel=0.2)  # its outline is irregular


def test_walls_lean_towards_the_middle() -> None:
    pit = Pit((0.0, 0.0), 0.8, 0.1, seed=3)
    p = np.array([-0.3, 0.3, 0.0], np.float32)
    groove = walls(pit, (p, np.zeros_like(p)), 0.05)
    assert groove.slope[0, 0] < -0.1
    assert groove.slope[1, 0] > 0.1
    assert np.abs(groove.slope[2]).max() < 0.02  # its floor is flat


def test_a_pixel_around_a_pit_sees_the_spread_of_its_walls() -> None:
    pit = Pit((0.0, 0.0), 0.2, 0.04, seed=3)
    zero = np.zeros(1, np.float32)
    change = pit.change(zero, zero, 0.5)
    assert change.groove is not None
    assert change.marked is not None
    assert change.groove.share[0] == pytest.approx(math.pi / 4 * 0.04 / 0.25, rel=0.2)
    assert 0.2 < change.groove.spread[0] < 1.5
    assert change.marked.all()  # although it covers less than a fifth


def test_marked_are_its_craters_only(grid: "Grid") -> None:
    pit = Pit((0.0, 0.0), 0.4, 0.05, count=5, cluster_mm=2.0, seed=6)
    p, q = (axis.ravel() for axis in grid(6, 0.05))
    change = pit.change(p, q, 0.05)
    assert change.groove is not None
    assert change.marked is not None
    assert not change.marked[np.hypot(p, q) > 2.0 + 0.3].any()
    area = change.marked.sum() * 0.05**2
    assert area == pytest.approx(float(change.groove.share.sum()) * 0.05**2, rel=0.35)
    assert pit.size_mm[0] >= pit.size_mm[1] > 0.4


def test_rust_is_brown_and_dark() -> None:
    pit = Pit((0.0, 0.0), 0.4, 0.05, rust=0.5, seed=1)
    change = pit.change(np.array([0.3, 3.0], np.float32), np.zeros(2, np.float32), 0.05)
    assert change.warmth is not None
    assert change.reflectance is not None
    assert change.warmth[0] > 0.05
    assert change.reflectance[0] < 0.98
    assert (change.warmth[1], change.reflectance[1]) == (0, 1)
    zero = np.zeros(1, np.float32)
    assert Pit((0.0, 0.0), 0.4, 0.05).change(zero, zero, 0.05).warmth is None


def test_drawn_pits_keep_to_their_ranges() -> None:
    random = np.random.default_rng(3)
    pits = [draw_pit(random, (0.0, 0.0)) for _ in range(100)]
    for pit in pits:
        assert DIAMETER_MM[0] <= pit.diameter_mm <= DIAMETER_MM[1]
        assert DEPTH[0] <= pit.depth_mm / pit.diameter_mm <= DEPTH[1] + 1e-9
        assert 1 <= pit.count <= COUNT[1]
    assert {pit.count > 1 for pit in pits} == {True, False}
