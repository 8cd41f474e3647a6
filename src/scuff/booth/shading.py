"""How much light of a rectangular luminaire a point of metal sends to the camera: the slope-space kernel.

A microfacet shows the luminaire to the camera where its normal halves the angle between both. Its slope is Gaussian
around that of the surface; the luminaire's rectangle is a thin, slightly bent strip in the plane of slopes. What the
point sends is the probability that a facet's slope falls on the strip, times the smooth factors of the Cook-Torrance
model (Walter et al. 2007: shadowing; Schlick 1994: Fresnel). A mirror in which the luminaire appears has its radiance.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scuff.booth.camera import Vector
from scuff.booth.kernel import inlined, kernel
from scuff.booth.light import Luminaire

TAIL = 5.0
"""Variance of the tail of the slopes, in variances of their core."""

NARROW = 1 / math.sqrt(TAIL)
ROUNDS = 2
GRAZING = 0.02


class Lamp(NamedTuple):
    """A luminaire as numbers: its middle, from there to the middles of two sides, its normal, its area in mm²."""

    centre: Vector
    along: Vector
    across: Vector
    normal: Vector
    area: float


class Site(NamedTuple):
    """A point, the direction of the camera (also in the point's own axes), and those axes.

    They are along the finish, across it, and normal to the surface.
    """

    point: Vector
    to_eye: Vector
    eye: Vector
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


def lamps_of(luminaires: Sequence[Luminaire]) -> NDArray[np.float64]:
    """Turn L luminaires into an array, L×13, so that kernels are the same for any number of them."""
    rows = [[*lamp.centre, *lamp.along, *lamp.across, *lamp.normal, lamp.area] for lamp in map(lamp_of, luminaires)]
    return np.array(rows, np.float64).reshape(-1, 13)


@inlined
def lamp_at(lamps: NDArray[np.float64], number: int) -> Lamp:
    """A lamp out of what ``lamps_of`` returned."""
    row = lamps[number]
    return Lamp(
        (row[0], row[1], row[2]),
        (row[3], row[4], row[5]),
        (row[6], row[7], row[8]),
        (row[9], row[10], row[11]),
        row[12],
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
def local(seen: Site, vector: Vector) -> Vector:
    """A vector in the axes of a point."""
    return dot(vector, seen.along), dot(vector, seen.across), dot(vector, seen.normal)


@inlined
def half_slope(eye: Vector, place: Vector) -> tuple[float, float]:
    """Slope of the facet that shows the camera a place, both seen from the facet in its own axes."""
    near = 1 / math.sqrt(dot(place, place))
    up = max(place[2] * near + eye[2], 0.05)
    return -(place[0] * near + eye[0]) / up, -(place[1] * near + eye[1]) / up


@inlined
def _whitened(slope: tuple[float, float], lobe: Lobe) -> tuple[float, float]:
    """A slope's way from a lobe's mean, in the lobe's own measure."""
    off_1, off_2 = slope[0] - lobe.mean[0], slope[1] - lobe.mean[1]
    return lobe.white[0] * off_1, lobe.white[1] * off_1 + lobe.white[2] * off_2


@kernel
def caught(
    strip: tuple[float, float],
    tangent: tuple[float, float],
    side: tuple[float, float],
    ends: tuple[tuple[float, float], tuple[float, float]],
    lobe: Lobe,
    tail: float,
) -> float:
    """Share of a lobe's facets that show the luminaire.

    Args:
        strip: Slope at a place of the strip's middle line.
        tangent: Direction of the line there.
        side: From there to the strip's edge.
        ends: Of the middle line.
        lobe: The slopes of the facets.
        tail: Share of the facets whose variance is TAIL times as large.
    """
    w11, w21, w22 = lobe.white
    off_1, off_2 = _whitened(strip, lobe)
    along_1, along_2 = w11 * tangent[0], w21 * tangent[0] + w22 * tangent[1]
    edge_1, edge_2 = w11 * side[0], w21 * side[0] + w22 * side[1]
    length = math.sqrt(along_1 * along_1 + along_2 * along_2) + 1e-9
    unit_1, unit_2 = along_1 / length, along_2 / length
    off_across = off_2 * unit_1 - off_1 * unit_2
    shear, half = edge_1 * unit_1 + edge_2 * unit_2, edge_2 * unit_1 - edge_1 * unit_2
    width = abs(half) + 1e-9
    # Most of what is caught lies where the strip is nearest to the mean: there its sheared ends are.
    nearest = min(max(-off_across / width, -1.0), 1.0) * (1.0 if half >= 0 else -1.0)
    (first_1, first_2), (last_1, last_2) = _whitened(ends[0], lobe), _whitened(ends[1], lobe)
    start = first_1 * unit_1 + first_2 * unit_2 + shear * nearest
    end = last_1 * unit_1 + last_2 * unit_2 + shear * nearest
    start, end = min(start, end), max(start, end)
    low, high = off_across - width, off_across + width
    core = between(low, high) * between(start, end)
    if tail <= 0:
        return core
    wide = between(low * NARROW, high * NARROW) * between(start * NARROW, end * NARROW)
    return (1 - tail) * core + tail * wide


@kernel
def nearest_place(
    first: tuple[float, float],
    middle: tuple[float, float],
    last: tuple[float, float],
    lobe: Lobe,
) -> tuple[float, float, float]:
    """Where the strip comes nearest to a lobe's mean, in the lobe's own measure; in [-1, 1].

    Where the light grazes the metal the strip is no parabola, and the place can be far off. So which of its ends and
    its middle is nearest is returned too, and the square of that distance.
    """
    first_1, first_2 = _whitened(first, lobe)
    middle_1, middle_2 = _whitened(middle, lobe)
    last_1, last_2 = _whitened(last, lobe)
    bend_1, bend_2 = 0.5 * (first_1 + last_1) - middle_1, 0.5 * (first_2 + last_2) - middle_2
    rise_1, rise_2 = 0.5 * (last_1 - first_1), 0.5 * (last_2 - first_2)
    place, least = 0.0, middle_1 * middle_1 + middle_2 * middle_2
    away = first_1 * first_1 + first_2 * first_2
    if away < least:
        place, least = -1.0, away
    away = last_1 * last_1 + last_2 * last_2
    if away < least:
        place, least = 1.0, away
    known = place
    for _ in range(ROUNDS):  # of Gauss and Newton
        off_1 = middle_1 + place * (rise_1 + place * bend_1)
        off_2 = middle_2 + place * (rise_2 + place * bend_2)
        along_1, along_2 = rise_1 + 2 * place * bend_1, rise_2 + 2 * place * bend_2
        place -= (off_1 * along_1 + off_2 * along_2) / (along_1 * along_1 + along_2 * along_2 + 1e-12)
        place = min(max(place, -1.0), 1.0)
    return place, known, least


@kernel
def lit(
    seen: Site, lamp: Lamp, core: Lobe, groove: Lobe, tail: float, share: float, variances: tuple[float, float]
) -> tuple[float, float]:
    """What a point sends to the camera from a luminaire of radiance 1.

    Args:
        seen: The point.
        lamp: The luminaire.
        core: The slopes of its finish.
        groove: The slopes of steep walls within the pixel.
        tail: Share of the finish whose slopes have TAIL times the variance.
        share: Share of those walls.
        variances: Of the finish, for its shadowing.

    Returns:
        Reflected by facets, before the metal's reflectance; and irradiance over π, for what is diffuse.
    """
    point = seen.point
    middle = local(seen, (lamp.centre[0] - point[0], lamp.centre[1] - point[1], lamp.centre[2] - point[2]))
    along, across, normal = local(seen, lamp.along), local(seen, lamp.across), local(seen, lamp.normal)
    diffuse = irradiance(middle, along, normal, lamp.area)
    if middle[2] + abs(along[2]) < 0 or dot(middle, normal) >= 0:
        return 0.0, diffuse
    first = half_slope(seen.eye, (middle[0] - along[0], middle[1] - along[1], middle[2] - along[2]))
    last = half_slope(seen.eye, (middle[0] + along[0], middle[1] + along[1], middle[2] + along[2]))
    centre, ends = half_slope(seen.eye, middle), (first, last)
    place, known, least = nearest_place(first, centre, last, core)
    mass, factor, away = _shown(seen.eye, middle, along, across, place, ends, core, tail, variances)
    if away > least:
        mass, factor, _ = _shown(seen.eye, middle, along, across, known, ends, core, tail, variances)
    if share > 0:
        place, known, least = nearest_place(first, centre, last, groove)
        own, _, away = _shown(seen.eye, middle, along, across, place, ends, groove, 0.0, variances)
        if away > least:
            own, _, _ = _shown(seen.eye, middle, along, across, known, ends, groove, 0.0, variances)
        mass = (1 - share) * mass + share * own
    return mass * factor, diffuse


@kernel
def _shown(
    eye: Vector,
    middle: Vector,
    along: Vector,
    across: Vector,
    place: float,
    ends: tuple[tuple[float, float], tuple[float, float]],
    lobe: Lobe,
    tail: float,
    variances: tuple[float, float],
) -> tuple[float, float, float]:
    """Share of the facets that show the luminaire, by its strip around a place.

    Also the smooth factors there, and the square of the strip's distance from the lobe's mean.
    """
    x, y, z = middle[0] + place * along[0], middle[1] + place * along[1], middle[2] + place * along[2]
    near = 1 / math.sqrt(x * x + y * y + z * z)
    light = (x * near, y * near, z * near)
    half = (light[0] + eye[0], light[1] + eye[1], light[2] + eye[2])
    up = max(half[2], 0.05)
    strip = (-half[0] / up, -half[1] / up)
    tangent, side = _moved(strip, up, near, light, along), _moved(strip, up, near, light, across)
    mass = caught(strip, tangent, side, ends, lobe, tail)
    off_1, off_2 = _whitened(strip, lobe)
    length = math.sqrt(dot(half, half))
    facing = dot(eye, half) / length
    factor = fresnel(facing) * facing * length / (max(eye[2], GRAZING) * up)
    factor *= shadowing(eye, variances) * shadowing(light, variances)
    return mass, factor, off_1 * off_1 + off_2 * off_2


@inlined
def _moved(strip: tuple[float, float], up: float, near: float, light: Vector, step: Vector) -> tuple[float, float]:
    """By how much the slope that shows a place changes where the place moves by a step."""
    ahead = dot(step, light)
    lift = (step[2] - ahead * light[2]) * near
    scale = -1 / up
    return (
        scale * ((step[0] - ahead * light[0]) * near + strip[0] * lift),
        scale * ((step[1] - ahead * light[1]) * near + strip[1] * lift),
    )


@inlined
def fresnel(facing: float) -> float:
    """How much more a facet reflects than one that is seen from in front, by the cosine under which it is seen."""
    grazing = 1 - facing
    square = grazing * grazing
    return 1 + 0.6 * square * square * grazing


@inlined
def shadowing(toward: Vector, variances: tuple[float, float]) -> float:
    """Smith's shadowing of facets for one direction, in the point's axes; 0 below the horizon.

    Fitted to that of Gaussian slopes by Walter et al. 2007.
    """
    if toward[2] <= 0:
        return 0.0
    steep = 2 * (toward[0] * toward[0] * variances[0] + toward[1] * toward[1] * variances[1])
    level = toward[2] * toward[2]
    if level >= 2.56 * steep:
        return 1.0
    flat = math.sqrt(level / steep)
    return flat * (3.535 + 2.181 * flat) / (1 + flat * (2.276 + 2.577 * flat))


@inlined
def irradiance(middle: Vector, along: Vector, normal: Vector, area: float) -> float:
    """What a luminaire of radiance 1 sheds on a point, over π, by Simpson's rule along it; in the point's axes."""
    total = 0.0
    for step in range(-1, 2):
        x, y, z = middle[0] + step * along[0], middle[1] + step * along[1], middle[2] + step * along[2]
        front = -(x * normal[0] + y * normal[1] + z * normal[2])
        near = 1 / (x * x + y * y + z * z)
        weight = 4.0 if step == 0 else 1.0
        total += weight * max(z, 0.0) * max(front, 0.0) * near * near
    return total / 6 * area / math.pi
