"""How much light of a rectangular luminaire a point of metal sends to the camera: the slope-space kernel.

A microfacet shows the luminaire to the camera where its normal halves the angle between both. Its slope is Gaussian
around that of the surface; the luminaire's rectangle is a thin, slightly bent strip in the plane of slopes. What the
point sends is the probability that a facet's slope falls on the strip, times the smooth factors of the Cook-Torrance
model (Walter et al. 2007: shadowing; Schlick 1994: Fresnel). A mirror in which the luminaire appears has its radiance.
"""

import math
from typing import NamedTuple

from scuff.booth.camera import Vector
from scuff.booth.kernel import inlined, kernel
from scuff.booth.light import Luminaire

TAIL = 5.0
"""Variance of the tail of the slopes, in variances of their core."""

ROUNDS = 2
GRAZING = 0.02


class Lamp(NamedTuple):
    """A luminaire as numbers: its middle, from there to the middles of two sides, its normal, its area in mm²."""

    centre: Vector
    along: Vector
    across: Vector
    normal: Vector
    area: float


class Frame3(NamedTuple):
    """Where a point is seen from, and its own axes: along and across the finish, and the normal."""

    point: Vector
    to_eye: Vector
    along: Vector
    across: Vector
    normal: Vector


class Lobe(NamedTuple):
    """Gaussian slopes of microfacets: mean, and the matrix W (lower: w11, w21, w22) that makes them unit normal."""

    mean: tuple[float, float]
    white: Vector


def lamp_of(luminaire: Luminaire) -> Lamp:
    """Turn a luminaire into numbers."""
    along, across, normal = luminaire.axes
    long, short = luminaire.size_mm
    first, second, third = (tuple(map(float, axis)) for axis in (along * long / 2, across * short / 2, normal))
    centre = luminaire.centre_mm
    return Lamp(
        (centre[0], centre[1], centre[2]),
        (first[0], first[1], first[2]),
        (second[0], second[1], second[2]),
        (third[0], third[1], third[2]),
        long * short,
    )


@inlined
def dot(first: Vector, second: Vector) -> float:
    """Of two vectors."""
    return first[0] * second[0] + first[1] * second[1] + first[2] * second[2]


@inlined
def lobe_of(mean: tuple[float, float], along: float, mixed: float, across: float) -> Lobe:
    """A lobe from its mean and its covariance."""
    first = math.sqrt(along)
    lower = mixed / first
    second = math.sqrt(max(across - lower * lower, 1e-10))
    return Lobe(mean, (1 / first, -lower / (first * second), 1 / second))


@inlined
def below(value: float) -> float:
    """Probability that a unit normal number is below a value (Abramowitz and Stegun 7.1.28, to 3e-7)."""
    away = min(abs(value) * 0.7071067811865476, 7.0)
    series = 1 + away * (
        0.0705230784
        + away
        * (0.0422820123 + away * (0.0092705272 + away * (0.0001520143 + away * (0.0002765672 + away * 0.0000430638))))
    )
    series *= series
    series *= series
    series *= series
    series *= series
    rest = 0.5 / series
    return 1 - rest if value > 0 else rest


@inlined
def between(low: float, high: float) -> float:
    """Probability that a unit normal number is between two values; exact in the tails too."""
    if low > 0:
        return below(-low) - below(-high)
    return below(high) - below(low)


@inlined
def half_slope(seen: Frame3, x: float, y: float, z: float) -> tuple[float, float]:
    """Slope of the facet that shows the camera a place, along and across the finish."""
    to_x, to_y, to_z = x - seen.point[0], y - seen.point[1], z - seen.point[2]
    unit = 1 / math.sqrt(to_x * to_x + to_y * to_y + to_z * to_z)
    half = (to_x * unit + seen.to_eye[0], to_y * unit + seen.to_eye[1], to_z * unit + seen.to_eye[2])
    up = max(dot(half, seen.normal), 0.05)
    return -dot(half, seen.along) / up, -dot(half, seen.across) / up


@kernel
def caught(
    strip: tuple[float, float],
    tangent: tuple[float, float],
    side: tuple[float, float],
    place: float,
    lobe: Lobe,
) -> float:
    """Share of a lobe's facets that show the luminaire.

    Args:
        strip: Slope of the strip's middle line at ``place``, which is in [-1, 1] from end to end.
        tangent: Its derivative by the place.
        side: From the middle line to the strip's edge.
        place: Where on the strip the others hold.
        lobe: The slopes of the facets.
    """
    w11, w21, w22 = lobe.white
    off_1, off_2 = strip[0] - lobe.mean[0], strip[1] - lobe.mean[1]
    off_1, off_2 = w11 * off_1, w21 * off_1 + w22 * off_2
    along_1, along_2 = w11 * tangent[0], w21 * tangent[0] + w22 * tangent[1]
    edge_1, edge_2 = w11 * side[0], w21 * side[0] + w22 * side[1]
    length = math.sqrt(along_1 * along_1 + along_2 * along_2) + 1e-9
    unit_1, unit_2 = along_1 / length, along_2 / length
    off_along, off_across = off_1 * unit_1 + off_2 * unit_2, off_2 * unit_1 - off_1 * unit_2
    shear, half = edge_1 * unit_1 + edge_2 * unit_2, edge_2 * unit_1 - edge_1 * unit_2
    width = abs(half) + 1e-9
    across = between(off_across - width, off_across + width)
    # Most of what is caught lies where the strip is nearest to the mean: there its sheared ends are.
    nearest = min(max(-off_across / width, -1.0), 1.0) * (1.0 if half >= 0 else -1.0)
    shift = off_along + shear * nearest
    return across * between(shift - (1 + place) * length, shift + (1 - place) * length)


@kernel
def nearest_place(
    first: tuple[float, float],
    middle: tuple[float, float],
    last: tuple[float, float],
    lobe: Lobe,
) -> float:
    """Where the strip comes nearest to a lobe's mean, in the lobe's own measure; in [-1, 1]."""
    bend_1 = 0.5 * (first[0] + last[0]) - middle[0]
    bend_2 = 0.5 * (first[1] + last[1]) - middle[1]
    rise_1, rise_2 = 0.5 * (last[0] - first[0]), 0.5 * (last[1] - first[1])
    w11, w21, w22 = lobe.white
    place = 0.0
    least = _distance(middle, lobe)
    if _distance(first, lobe) < least:
        place, least = -1.0, _distance(first, lobe)
    if _distance(last, lobe) < least:
        place = 1.0
    for _ in range(ROUNDS):  # of Gauss and Newton
        off_1 = middle[0] + place * (rise_1 + place * bend_1) - lobe.mean[0]
        off_2 = middle[1] + place * (rise_2 + place * bend_2) - lobe.mean[1]
        along_1, along_2 = rise_1 + 2 * place * bend_1, rise_2 + 2 * place * bend_2
        off_1, off_2 = w11 * off_1, w21 * off_1 + w22 * off_2
        along_1, along_2 = w11 * along_1, w21 * along_1 + w22 * along_2
        place -= (off_1 * along_1 + off_2 * along_2) / (along_1 * along_1 + along_2 * along_2 + 1e-12)
        place = min(max(place, -1.0), 1.0)
    return place


@inlined
def _distance(slope: tuple[float, float], lobe: Lobe) -> float:
    """Squared distance of a slope from a lobe's mean, in the lobe's own measure."""
    off_1, off_2 = slope[0] - lobe.mean[0], slope[1] - lobe.mean[1]
    first, second = lobe.white[0] * off_1, lobe.white[1] * off_1 + lobe.white[2] * off_2
    return first * first + second * second


@kernel
def lit(
    seen: Frame3,
    lamp: Lamp,
    core: Lobe,
    wide: Lobe,
    groove: Lobe,
    tail: float,
    share: float,
    variances: tuple[float, float],
) -> tuple[float, float]:
    """What a point sends to the camera from a luminaire of radiance 1.

    Args:
        seen: The point.
        lamp: The luminaire.
        core: Most of the slopes of its finish.
        wide: Their tail.
        groove: The slopes of steep walls within the pixel.
        tail: Share of the tail.
        share: Share of those walls.
        variances: Of the finish, for its shadowing.

    Returns:
        Reflected by facets, before the metal's reflectance; and irradiance over π, for what is diffuse.
    """
    lx, ly, lz = lamp.centre
    ax, ay, az = lamp.along
    middle = half_slope(seen, lx, ly, lz)
    first = half_slope(seen, lx - ax, ly - ay, lz - az)
    last = half_slope(seen, lx + ax, ly + ay, lz + az)
    place = nearest_place(first, middle, last, core)
    x, y, z = lx + place * ax - seen.point[0], ly + place * ay - seen.point[1], lz + place * az - seen.point[2]
    near = 1 / math.sqrt(x * x + y * y + z * z)
    to_light = (x * near, y * near, z * near)
    level, front = dot(to_light, seen.normal), -dot(to_light, lamp.normal)
    diffuse = irradiance(seen, lamp)
    if front <= 0 or level <= -0.2:
        return 0.0, diffuse
    half = (to_light[0] + seen.to_eye[0], to_light[1] + seen.to_eye[1], to_light[2] + seen.to_eye[2])
    up = max(dot(half, seen.normal), 0.05)
    strip = (-dot(half, seen.along) / up, -dot(half, seen.across) / up)
    side = moved(seen, strip, up, near, to_light, lamp.across)
    tangent = moved(seen, strip, up, near, to_light, lamp.along)
    mass = (1 - tail) * caught(strip, tangent, side, place, core) + tail * caught(strip, tangent, side, place, wide)
    if share > 0:
        place = nearest_place(first, middle, last, groove)
        mass = (1 - share) * mass + share * caught_again(seen, lamp, place, groove)
    length = math.sqrt(dot(half, half))
    facing = dot(seen.to_eye, half) / length
    grazing = 1 - facing
    fresnel = 1 + 0.6 * grazing**5
    eye_level = max(dot(seen.to_eye, seen.normal), GRAZING)
    smooth_factors = fresnel * facing * length / (eye_level * up)
    shadows = shadowing(seen, seen.to_eye, eye_level, variances) * shadowing(seen, to_light, level, variances)
    return mass * smooth_factors * shadows, diffuse


@inlined
def moved(
    seen: Frame3, strip: tuple[float, float], up: float, near: float, to_light: Vector, step: Vector
) -> tuple[float, float]:
    """By how much the slope that shows a place changes where the place moves by a step."""
    along_ray = dot(step, to_light)
    turned = (
        (step[0] - along_ray * to_light[0]) * near,
        (step[1] - along_ray * to_light[1]) * near,
        (step[2] - along_ray * to_light[2]) * near,
    )
    lift = dot(turned, seen.normal)
    return (
        -(dot(turned, seen.along) + strip[0] * lift) / up,
        -(dot(turned, seen.across) + strip[1] * lift) / up,
    )


@kernel
def caught_again(seen: Frame3, lamp: Lamp, place: float, lobe: Lobe) -> float:
    """Share of a lobe's facets that show the luminaire, from its own nearest place."""
    x = lamp.centre[0] + place * lamp.along[0] - seen.point[0]
    y = lamp.centre[1] + place * lamp.along[1] - seen.point[1]
    z = lamp.centre[2] + place * lamp.along[2] - seen.point[2]
    near = 1 / math.sqrt(x * x + y * y + z * z)
    to_light = (x * near, y * near, z * near)
    half = (to_light[0] + seen.to_eye[0], to_light[1] + seen.to_eye[1], to_light[2] + seen.to_eye[2])
    up = max(dot(half, seen.normal), 0.05)
    strip = (-dot(half, seen.along) / up, -dot(half, seen.across) / up)
    side = moved(seen, strip, up, near, to_light, lamp.across)
    tangent = moved(seen, strip, up, near, to_light, lamp.along)
    return caught(strip, tangent, side, place, lobe)


@inlined
def shadowing(seen: Frame3, toward: Vector, level: float, variances: tuple[float, float]) -> float:
    """Smith's shadowing of facets for one direction; 0 below the horizon."""
    if level <= 0:
        return 0.0
    along, across = dot(toward, seen.along), dot(toward, seen.across)
    steep = 2 * (along * along * variances[0] + across * across * variances[1]) / (level * level)
    return 2 / (1 + math.sqrt(1 + steep))


@kernel
def irradiance(seen: Frame3, lamp: Lamp) -> float:
    """What a luminaire of radiance 1 sheds on a point, over π: by Simpson's rule along it."""
    total = 0.0
    for step in range(-1, 2):
        x = lamp.centre[0] + step * 0.9 * lamp.along[0] - seen.point[0]
        y = lamp.centre[1] + step * 0.9 * lamp.along[1] - seen.point[1]
        z = lamp.centre[2] + step * 0.9 * lamp.along[2] - seen.point[2]
        near = 1 / math.sqrt(x * x + y * y + z * z)
        level = (x * seen.normal[0] + y * seen.normal[1] + z * seen.normal[2]) * near
        front = -(x * lamp.normal[0] + y * lamp.normal[1] + z * lamp.normal[2]) * near
        weight = 4.0 if step == 0 else 1.0
        total += weight * max(level, 0.0) * max(front, 0.0) * near * near
    return total / 6 * lamp.area / math.pi
