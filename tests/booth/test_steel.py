import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.booth.camera import Vector
from scuff.booth.finish import Finish
from scuff.booth.form import form_of
from scuff.booth.height import surface
from scuff.booth.indirect import frame_at
from scuff.booth.shape import Sheet, Sink
from scuff.booth.steel import Spot, around, finish_at, steel_of

SHEET, SINK = form_of(Sheet()), form_of(Sink())
EYE = (0.0, 0.0, 900.0)
PLAIN = Finish(streaks=0.0, hairlines=0.0, waviness=0.0)
STREAKS = Finish(rough_along=1e-4, rough_across=1e-4, streaks=0.02, hairlines=0.0, waviness=0.0)
"""Nothing but streaks."""


def axes_at(x: float, y: float, finish: Finish = PLAIN) -> tuple[NDArray[np.float64], float]:
    """Along the finish, across it and the normal, and how much it is that of a wall, at a place of the sink."""
    z, slope_x, slope_y = surface(x, y, SINK)
    seen, wall = frame_at((x, y, z), slope_x, slope_y, EYE, SINK, steel_of(finish))
    return np.array([seen.along, seen.across, seen.normal]), wall


def spots(finish: Finish, pixel_mm: float, number: int = 4000) -> list[Spot]:
    """The finish at random places of a sheet."""
    random, steel = np.random.default_rng(1), steel_of(finish)
    drawn = random.uniform(-4000, 4000, (number, 2))
    return [finish_at((x, y, 0.0), 0.0, SHEET, steel, pixel_mm) for x, y in drawn]


def test_a_plain_finish_is_its_roughness() -> None:
    spot = finish_at((12.0, 34.0, 0.0), 0.0, SHEET, steel_of(replace(PLAIN, rough_along=0.1, rough_across=0.2)), 0.2)
    assert spot.slopes == pytest.approx((0, 0))
    # α² is twice the variance; it differs a little from place to place
    assert spot.variances == pytest.approx((0.005, 0.02), rel=0.6)
    assert spot.variances[1] == pytest.approx(4 * spot.variances[0])
    assert spot.reflectance == pytest.approx(1, abs=0.3)


def test_brushing_goes_in_its_direction_on_what_lies_flat() -> None:
    axes, wall = axes_at(-270.0, 0.0, replace(PLAIN, direction_deg=30.0))
    assert wall == 0
    np.testing.assert_allclose(axes, [[0.75**0.5, 0.5, 0], [-0.5, 0.75**0.5, 0], [0, 0, 1]], atol=1e-12)


@pytest.mark.parametrize(("x", "y"), [(235.0, 10.0), (-235.0, -20.0), (30.0, 155.0), (-40.0, -155.0), (217.0, 137.0)])
def test_brushing_goes_around_the_walls(x: float, y: float) -> None:
    axes, wall = axes_at(x, y)
    assert wall == pytest.approx(1)
    assert axes[0, 2] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(axes) == pytest.approx(1)


def test_way_around_the_bowl() -> None:
    # 80 mm along y, a quarter of a circle of 90 mm, 160 mm along x
    quarter = 90 * math.pi / 2
    for x, y, way in [
        (250.0, 0.0, 0.0),
        (250.0, 80.0, 80.0),
        (160 + 45 * 2**0.5, 80 + 45 * 2**0.5, 80 + quarter / 2),
        (160.0, 170.0, 80 + quarter),
        (0.0, 170.0, 80 + quarter + 160),
        (0.0, -170.0, -80 - quarter - 160),
        (-250.0, 80.0, 80 + 2 * quarter + 320),
        (-250.0, 0.0, 160 + 2 * quarter + 320),
    ]:
        assert around(x, y, SINK) == pytest.approx((way, 160 + 2 * quarter + 320))


def test_streaks_close_around_the_bowl() -> None:
    steel = steel_of(STREAKS)

    def slopes(x: float, y: float) -> NDArray[np.float64]:
        heights = np.linspace(-130, -20, 200)
        return np.array([finish_at((x, y, z), 1.0, SINK, steel, 0.2).slopes[1] for z in heights])

    for x in (-240.0, 240.0):
        np.testing.assert_allclose(slopes(x, 0.01), slopes(x, -0.01), atol=0.002)
        assert np.abs(slopes(x, 60.0) - slopes(x, -60.0)).max() > 0.01


def test_what_is_finer_than_a_pixel_becomes_roughness() -> None:
    totals, seen = [], []
    for pixel_mm in (0.02, 0.2, 1.0, 5.0):
        found = spots(STREAKS, pixel_mm)
        slopes = np.array([spot.slopes[1] for spot in found])
        totals.append(slopes.var() + np.mean([spot.variances[1] for spot in found]))
        seen.append(slopes.std())
    assert totals[1:] == pytest.approx([totals[0]] * 3, rel=0.12)
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] < 0.3 * seen[0]


def test_streaks_are_long_along_the_finish() -> None:
    steel = steel_of(STREAKS)

    def change(step: Vector) -> float:
        random = np.random.default_rng(1)
        drawn = [tuple(place) for place in random.uniform(-4000, 4000, (500, 2))]
        pairs = [((x, y, 0.0), (x + step[0], y + step[1], 0.0)) for x, y in drawn]
        slopes = [[finish_at(place, 0.0, SHEET, steel, 0.2).slopes[1] for place in pair] for pair in pairs]
        return float(np.std(np.diff(np.array(slopes), axis=1)))

    assert change((1.0, 0.0, 0.0)) < 0.25 * change((0.0, 1.0, 0.0))


def test_hairlines_cover_their_share() -> None:
    """Fine ones and coarse ones, which meet now and then."""
    bare, lined = (spots(replace(STREAKS, hairlines=share), 0.05) for share in (0.0, 0.1))
    changed = [abs(one.slopes[1] - other.slopes[1]) > 1e-9 for one, other in zip(bare, lined, strict=True)]
    assert np.mean(changed) == pytest.approx(1 - 0.9**2, abs=0.02)


def test_waves_have_the_slope_they_are_said_to_have() -> None:
    slopes = np.array([spot.slopes for spot in spots(replace(PLAIN, waviness=0.003), 0.2)])
    assert math.sqrt((slopes**2).sum(axis=1).mean()) == pytest.approx(0.003, rel=0.05)


@pytest.mark.parametrize("kind", ["polished", "blasted"])
def test_a_finish_without_streaks_is_uneven_in_both_directions(kind: str) -> None:
    finish = replace(STREAKS, kind="polished" if kind == "polished" else "blasted")
    deviation = np.array([spot.slopes for spot in spots(finish, 0.05)]).std(axis=0)
    assert deviation == pytest.approx([0.02, 0.02], rel=0.25)


def test_another_seed_is_another_part_of_the_same_finish() -> None:
    first, second = (spots(replace(STREAKS, seed=seed), 0.2, 300) for seed in (1, 2))
    slopes = np.array([[spot.slopes[1] for spot in found] for found in (first, second)])
    assert abs(np.corrcoef(slopes)[0, 1]) < 0.2
