import math

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.booth.light import Luminaire
from scuff.booth.shading import (
    Lobe,
    Site,
    between,
    caught,
    fresnel,
    irradiance,
    lamp_of,
    lit,
    lobe_of,
    nearest_place,
    shadowing,
)

Two = tuple[float, float]
Three = tuple[float, float, float]

ROUND = (0.05, 0.0, 0.05)
LONG = (0.05, 0.0, 0.14)
"""Standard deviations along and across with the covariance between."""

TURNED = (0.05, 0.003, 0.14)


def seen_from(angle_deg: float) -> Site:
    """The origin of a level plate, whose finish runs along x, seen from an angle towards x off its normal."""
    angle = math.radians(angle_deg)
    eye = (math.sin(angle), 0.0, math.cos(angle))
    return Site((0.0, 0.0, 0.0), eye, eye, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def sent(seen: Site, light: Luminaire, rough: Two, tail: float = 0.0) -> Two:
    """What the plate sends, glossy and diffuse."""
    variances = (0.5 * rough[0] ** 2, 0.5 * rough[1] ** 2)
    core = lobe_of((0.0, 0.0), variances[0], 0.0, variances[1])
    return lit(seen, lamp_of(light), core, core, tail, 0.0, variances)


def mirrored_at(angle_deg: float, size_mm: Two = (500.0, 300.0)) -> Luminaire:
    """A luminaire a metre away, in the middle of what a mirror shows to who looks from an angle."""
    angle = math.radians(angle_deg)
    place = (-1000 * math.sin(angle), 0.0, 1000 * math.cos(angle))
    return Luminaire("lamp", place, (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), size_mm)


def tiled_sky(tiles: int) -> list[Luminaire]:
    """Luminaires that cover the five sides of a box above the plate, without gaps."""
    side = 2000.0 / tiles
    places = [side * (tile + 0.5) - 1000 for tile in range(tiles)]
    sky = []
    for first in places:
        for second in places:
            sky.append(Luminaire("top", (first, second, 1000.0), (first, second, 0.0), (1.0, 0.0, 0.0), (side, side)))
            if second > 0:
                for end in (-1000.0, 1000.0):
                    wall = (end, first, second), (0.0, first, second), (0.0, 1.0, 0.0)
                    sky.append(Luminaire("x", *wall, (side, side)))
                    wall = (first, end, second), (first, 0.0, second), (1.0, 0.0, 0.0)
                    sky.append(Luminaire("y", *wall, (side, side)))
    return sky


def halves(light: Luminaire, side: int) -> list[Luminaire]:
    """The two halves of a luminaire, cut across its long (0) or its short (1) side."""
    axis = light.axes[side]
    size = [light.size_mm[0], light.size_mm[1]]
    size[side] /= 2
    pieces = []
    for sign in (-1, 1):
        middle = np.asarray(light.centre_mm) + sign * size[side] / 2 * axis
        ahead = middle + light.axes[2]
        pieces.append(Luminaire("half", vector(middle), vector(ahead), light.along, (size[0], size[1])))
    return pieces


def vector(values: NDArray[np.float64]) -> Three:
    return float(values[0]), float(values[1]), float(values[2])


def by_sum(middle: Two, tangent: Two, side: Two, lobe: Lobe) -> float:
    """A Gaussian over a parallelogram, by adding up 600×600 places."""
    steps = (np.arange(600) + 0.5) / 300 - 1
    u, v = np.meshgrid(steps, steps)
    off = [middle[axis] + u * tangent[axis] + v * side[axis] - lobe.mean[axis] for axis in (0, 1)]
    first, second = lobe.white[0] * off[0], lobe.white[1] * off[0] + lobe.white[2] * off[1]
    density = np.exp(-0.5 * (first**2 + second**2)) * lobe.white[0] * lobe.white[2] / (2 * math.pi)
    return float(density.mean() * 4 * abs(tangent[0] * side[1] - tangent[1] * side[0]))


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (0, 2), (-3, -0.5), (1, 1.5), (2, 9), (-20, 20)])
def test_the_normal_distribution_is_that_of_the_error_function(low: float, high: float) -> None:
    exact = 0.5 * (math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2)))
    assert between(float(low), float(high)) == pytest.approx(exact, abs=1e-6)


def test_the_far_tail_keeps_its_ratio() -> None:
    exact = 0.5 * math.erfc(4 / math.sqrt(2))
    assert between(4.0, 30.0) == pytest.approx(exact, rel=0.02)
    assert between(-30.0, -4.0) == pytest.approx(exact, rel=0.02)


def test_a_lobe_makes_its_own_slopes_unit_normal() -> None:
    first, lower, second = lobe_of((0.0, 0.0), 0.04, 0.01, 0.09).white
    white = np.array([[first, 0.0], [lower, second]])
    np.testing.assert_allclose(white @ np.array([[0.04, 0.01], [0.01, 0.09]]) @ white.T, np.eye(2), atol=1e-12)


@pytest.mark.parametrize(
    ("spread", "middle", "tangent", "side", "within"),
    [
        (ROUND, (0.0, 0.0), (0.3, 0.0), (0.0, 0.02), 1e-3),
        (ROUND, (0.02, 0.03), (0.3, 0.0), (0.0, 0.02), 1e-3),
        (LONG, (0.03, 0.1), (0.0, 0.3), (0.03, 0.0), 1e-3),
        (LONG, (0.03, 0.1), (0.1, 0.3), (0.03, 0.01), 0.01),
        (LONG, (0.1, 0.0), (0.2, 0.2), (0.03, -0.02), 0.02),
        (TURNED, (0.03, 0.1), (0.1, 0.3), (0.03, 0.01), 0.01),
        (TURNED, (-0.1, 0.1), (0.2, 0.2), (0.03, -0.02), 0.05),
    ],
)
def test_the_share_on_a_strip_is_that_of_a_sum_over_it(
    spread: Three, middle: Two, tangent: Two, side: Two, within: float
) -> None:
    lobe = lobe_of((0.0, 0.0), spread[0] ** 2, spread[1], spread[2] ** 2)
    ends = ((middle[0] - tangent[0], middle[1] - tangent[1]), (middle[0] + tangent[0], middle[1] + tangent[1]))
    place, _, _ = nearest_place(ends[0], middle, ends[1], lobe)
    strip = (middle[0] + place * tangent[0], middle[1] + place * tangent[1])
    share = caught(strip, tangent, side, ends, lobe, 0.0)
    assert share == pytest.approx(by_sum(middle, tangent, side, lobe), rel=within)


def test_the_nearest_place_of_a_straight_strip_is_its_foot_or_its_end() -> None:
    lobe = lobe_of((0.1, 0.0), 0.01, 0.0, 0.01)
    assert nearest_place((-0.2, 0.3), (0.0, 0.3), (0.2, 0.3), lobe)[0] == pytest.approx(0.5)
    place, known, least = nearest_place((-0.4, 0.3), (-0.3, 0.3), (-0.2, 0.3), lobe)
    assert (place, known) == (1.0, 1.0)
    assert least == pytest.approx(3**2 + 3**2)  # both in standard deviations


@pytest.mark.parametrize("angle_deg", [0.0, 30.0, 50.0])
def test_a_mirror_that_shows_a_luminaire_has_its_radiance(angle_deg: float) -> None:
    glossy, _ = sent(seen_from(angle_deg), mirrored_at(angle_deg), (0.01, 0.01))
    assert glossy == pytest.approx(fresnel(math.cos(math.radians(angle_deg))), rel=1e-3)


def test_a_mirror_that_shows_no_luminaire_is_black() -> None:
    glossy, _ = sent(seen_from(-30.0), mirrored_at(30.0), (0.01, 0.01))
    assert glossy < 1e-9


def test_the_edge_of_a_luminaire_is_half_as_bright_as_its_middle() -> None:
    edge = Luminaire("lamp", (30.0, 0.0, 1000.0), (30.0, 0.0, 0.0), (0.0, 1.0, 0.0), (500.0, 60.0))
    assert sent(seen_from(0.0), edge, (0.01, 0.01))[0] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("rough", [(0.07, 0.2), (0.3, 0.3), (0.6, 0.6)])
@pytest.mark.parametrize("angle_deg", [0.0, 30.0])
def test_a_plate_under_a_white_sky_sends_no_more_than_comes(rough: Two, angle_deg: float) -> None:
    total = sum(sent(seen_from(angle_deg), light, rough)[0] for light in tiled_sky(12))
    # Facets that look below the horizon, or are in each other's shadow, lose light; there is no second bounce.
    assert (0.98 if max(rough) < 0.5 else 0.8) < total < 1.01


def test_a_white_sky_sheds_its_radiance_on_what_is_diffuse() -> None:
    assert sum(sent(seen_from(0.0), light, (0.3, 0.3))[1] for light in tiled_sky(12)) == pytest.approx(1, abs=0.01)


def test_a_small_far_luminaire_sheds_by_the_law_of_lambert() -> None:
    light = Luminaire("lamp", (600.0, 0.0, 800.0), (600.0, 0.0, 0.0), (1.0, 0.0, 0.0), (10.0, 4.0))
    _, diffuse = sent(seen_from(0.0), light, (0.3, 0.3))
    assert diffuse == pytest.approx(10 * 4 * 0.8 * 0.8 / (math.pi * 1000**2), rel=1e-3)


def test_a_luminaire_below_the_plate_or_turned_away_sheds_nothing() -> None:
    below = Luminaire("lamp", (0.0, 0.0, -500.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0))
    away = Luminaire("lamp", (0.0, 0.0, 500.0), (0.0, 0.0, 600.0), (1.0, 0.0, 0.0))
    for light in (below, away):
        assert sent(seen_from(10.0), light, (0.3, 0.3)) == (0.0, 0.0)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("along", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0)])
@pytest.mark.parametrize("rough", [(0.03, 0.045), (0.07, 0.2), (0.3, 0.3)])
def test_two_halves_of_a_luminaire_add_up_to_it(rough: Two, along: Three, side: int) -> None:
    light = Luminaire("lamp", (0.0, 0.0, 800.0), (0.0, 0.0, 0.0), along)
    whole = sent(seen_from(0.0), light, rough, tail=0.2)
    parts = [sent(seen_from(0.0), half, rough, tail=0.2) for half in halves(light, side)]
    assert sum(part[0] for part in parts) == pytest.approx(whole[0], rel=0.01)
    assert sum(part[1] for part in parts) == pytest.approx(whole[1], rel=0.01)


def test_the_tail_is_a_second_finish_with_five_times_the_variance() -> None:
    light = Luminaire("lamp", (300.0, 0.0, 900.0), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    variance = 0.5 * 0.1**2
    core, wide = (lobe_of((0.0, 0.0), scale * variance, 0.0, scale * variance) for scale in (1.0, 5.0))
    mixed, first, second = (
        lit(seen_from(0.0), lamp_of(light), lobe, lobe, tail, 0.0, (variance, variance))[0]
        for lobe, tail in ((core, 0.25), (core, 0.0), (wide, 0.0))
    )
    assert mixed == pytest.approx(0.75 * first + 0.25 * second, rel=1e-3)


def test_facets_shadow_each_other_only_where_light_grazes() -> None:
    variances = (0.5 * 0.3**2, 0.5 * 0.3**2)
    assert shadowing((0.0, 0.0, 1.0), variances) == 1
    assert shadowing((0.6, 0.0, 0.8), variances) == 1
    assert shadowing((0.6, 0.0, -0.8), variances) == 0
    # Smith's integral for Gaussian slopes: 1 / (1 + Λ), with Λ of a = 1 / (α tan θ) = 1.
    slanted = math.atan(1 / 0.3)
    exact = 2 / (1 + math.erf(1) + math.exp(-1) / math.sqrt(math.pi))
    assert shadowing((math.sin(slanted), 0.0, math.cos(slanted)), variances) == pytest.approx(exact, abs=0.005)


def test_metal_reflects_more_where_light_grazes() -> None:
    assert fresnel(1.0) == 1
    assert fresnel(0.0) == pytest.approx(1.6)
    assert 1 < fresnel(0.5) < 1.03


def test_irradiance_is_zero_below_the_horizon() -> None:
    assert irradiance((0.0, 0.0, -100.0), (50.0, 0.0, 0.0), (0.0, 0.0, 1.0), 100.0) == 0
