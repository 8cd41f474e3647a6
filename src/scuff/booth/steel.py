"""The finish of a part at one of its points: the kernel that draws brushing, polish and blasting."""

import math
from typing import NamedTuple

import numpy as np

from scuff.booth.camera import Vector
from scuff.booth.finish import Finish
from scuff.booth.form import Form
from scuff.booth.height import rounded_box, smooth
from scuff.booth.kernel import inlined
from scuff.booth.noise import chance, value_noise

OCTAVES = 7
FINEST_MM = 0.07
"""Width of the finest streaks; each octave doubles it."""

WAVES = 4
NOISE_VARIANCE, THREAD_VARIANCE = 0.185, 0.40
THREADS = 4
"""Octaves, from the finest, whose streaks have sharp edges where the finish has a direction."""

MEET_MM = 120.0
"""Where streaks that run around a bowl come together again: how long they fade into each other, on each side."""

STRETCH = {"brushed": 90.0, "polished": 5.0, "blasted": 1.0}
"""How much longer streaks are than wide."""


Wave = tuple[float, float, float, float, float]
"""Radians per mm along x and y, phase, and the slopes it adds along and across the finish."""


class Steel(NamedTuple):
    """A finish as numbers; see ``Finish``."""

    along: tuple[float, float]
    rough: tuple[float, float]
    tail: float
    haze: float
    streaks: float
    stretch: float
    hairlines: float
    waves: tuple[Wave, ...]
    seed: int


class Spot(NamedTuple):
    """The finish at a point.

    Attributes:
        slopes: That it adds to the surface along and across its direction.
        variances: Of the slopes of its microfacets, along and across.
        reflectance: Factor of what it reflects, about 1.
    """

    slopes: tuple[float, float]
    variances: tuple[float, float]
    reflectance: float


def steel_of(finish: Finish) -> Steel:
    """Turn a finish into numbers; see ``form_of``."""
    turn = math.radians(finish.direction_deg)
    return Steel(
        (math.cos(turn), math.sin(turn)),
        (float(finish.rough_along), float(finish.rough_across)),
        float(finish.tail),
        float(finish.haze),
        float(finish.streaks),
        STRETCH[finish.kind],
        float(finish.hairlines),
        _waves_of(finish),
        finish.seed,
    )


def _waves_of(finish: Finish) -> tuple[Wave, ...]:
    """Four waves, 25 to 80 mm long, in all directions."""
    random = np.random.default_rng(finish.seed)
    turns, lengths = random.uniform(0, np.pi, WAVES), random.uniform(25, 80, WAVES)
    phases, strength = random.uniform(0, 2 * np.pi, WAVES), finish.waviness * math.sqrt(2 / WAVES)
    along = np.radians(finish.direction_deg)
    rows = np.stack(
        [
            2 * np.pi / lengths * np.cos(turns),
            2 * np.pi / lengths * np.sin(turns),
            phases,
            strength * np.cos(turns - along),
            strength * np.sin(turns - along),
        ],
        axis=1,
    )
    return tuple((float(a), float(b), float(c), float(d), float(e)) for a, b, c, d, e in rows)


@inlined
def direction(x: float, y: float, normal: Vector, form: Form, steel: Steel) -> tuple[Vector, float]:
    """The direction of the finish at a point, in the tangent plane, and how much it is that of a bowl's wall."""
    along_x, along_y = steel.along
    wall = 0.0
    if form.profile_mm > 0 and normal[2] < 0.985:
        away, _, _ = rounded_box(x, y, form.bowl[0], form.bowl[1], form.bowl[2])
        if -form.profile_mm <= away <= 0:
            wall = smooth((0.985 - normal[2]) / 0.25)[0]
            level = 1 / math.sqrt(normal[0] * normal[0] + normal[1] * normal[1])
            round_x, round_y = -normal[1] * level, normal[0] * level
            # Blended as lines, which have no sign: by the doubled angle.
            cosine = wall * (round_x * round_x - round_y * round_y) + (1 - wall) * (along_x**2 - along_y**2)
            sine = wall * 2 * round_x * round_y + (1 - wall) * 2 * along_x * along_y
            turn = 0.5 * math.atan2(sine, cosine)
            along_x, along_y = math.cos(turn), math.sin(turn)
    lift = along_x * normal[0] + along_y * normal[1]
    tangent_x, tangent_y, tangent_z = along_x - lift * normal[0], along_y - lift * normal[1], -lift * normal[2]
    unit = 1 / math.sqrt(tangent_x**2 + tangent_y**2 + tangent_z**2)
    return (tangent_x * unit, tangent_y * unit, tangent_z * unit), wall


@inlined
def around(x: float, y: float, form: Form) -> tuple[float, float]:
    """Way around the bowl from the middle of its right side, in mm, below 0 for y below 0; and half of the whole way.

    Both ends meet in the middle of the left side.
    """
    half_x, half_y, radius = form.bowl
    over_x, over_y = abs(x) - (half_x - radius), abs(y) - (half_y - radius)
    straight_y, straight_x = half_y - radius, half_x - radius
    if over_x > 0 and over_y > 0:
        way = straight_y + radius * math.atan2(over_y, over_x)
    elif over_x > over_y:
        way = abs(y)
    else:
        way = straight_y + radius * math.pi / 2 + straight_x - abs(x)
    half = 2 * (straight_y + radius * math.pi / 2 + straight_x)
    if x < 0:
        way = half - way
    return (way if y >= 0 else -way), half


@inlined
def finish_at(point: Vector, wall: float, form: Form, steel: Steel, pixel_mm: float) -> Spot:
    """The finish at a point; what is finer than a pixel becomes roughness."""
    x, y, z = point
    slope, rough, shine, lost = 0.0, 0.0, 0.0, 0.0
    flat_u, flat_v = x * steel.along[0] + y * steel.along[1], y * steel.along[0] - x * steel.along[1]
    way, half = around(x, y, form)
    # Where both ends of the way around meet, the streaks of one fade into those of the other.
    met = 0.5 * wall * smooth((abs(way) - half) / MEET_MM + 1)[0]
    shares = (1 - wall, wall - met, met)
    u, v = (flat_u, way, way - math.copysign(2 * half, way)), (flat_v, z + 2000.0, z + 2000.0)
    for place in range(3):
        if shares[place] > 0:
            part, rougher, shinier, gone = _streaks(u[place], v[place], steel, pixel_mm)
            slope += shares[place] * part
            rough += shares[place] * rougher
            shine += shares[place] * shinier
            lost += shares[place] * gone
    isotropic = 1.0 if steel.stretch < 20 else 0.0
    other = 0.0
    if isotropic > 0:
        other = _grain(x, y + 0.3 * z, steel, pixel_mm)
    wave_x, wave_y = _waves(x, y + 0.6 * z, steel)
    widened = 2.0**rough
    first = 0.5 * (steel.rough[0] * widened) ** 2 + isotropic * lost
    second = 0.5 * (steel.rough[1] * widened) ** 2 + lost
    return Spot((wave_x + other, wave_y + slope), (first, second), 1.0 + shine)


@inlined
def _streaks(u: float, v: float, steel: Steel, pixel_mm: float) -> tuple[float, float, float, float]:
    """Slope across, log2 of the roughness, reflectance, and variance that is finer than a pixel."""
    slope, rough, shine, lost = 0.0, 0.0, 0.0, 0.0
    width = FINEST_MM
    strength = steel.streaks / math.sqrt(NOISE_VARIANCE * OCTAVES)
    for octave in range(OCTAVES):
        seen, _ = smooth(width / pixel_mm - 0.4)
        threads = octave < THREADS and steel.stretch > 20
        lost += (1 - seen * seen) * strength * strength * (THREAD_VARIANCE if threads else NOISE_VARIANCE)
        if seen > 0:
            row = v / width
            length = width * steel.stretch
            if threads:
                noise = _thread(u / length, row, steel.seed + octave)
            else:
                noise = value_noise(u / length, row, steel.seed + octave)
            slope += seen * strength * noise
            if octave % 2 == 1:
                other = _thread(0.7 * u / length + 31.7, row, steel.seed + 100 + octave)
                rough += 0.13 * seen * other
                shine += 0.03 * seen * (noise + other)
        width *= 2
    rough += 0.06 * value_noise(u / 70.0, v / 30.0, steel.seed + 200)
    for scale in range(2):
        line, heavy = _hairline(u, v, scale, steel, pixel_mm)
        slope += line
        rough += heavy
    return slope, rough, shine, lost


@inlined
def _thread(u: float, row: float, seed: int) -> float:
    """Noise in [-1.8, 1.8] with sharp rows, as grains draw it: smooth along, few rows strong; deviation 0.63."""
    line = math.floor(row)
    place = u + 9.0 * chance(line, 7, seed)
    cell = math.floor(place)
    share, _ = smooth(place - cell)
    before, after = chance(cell, line, seed), chance(cell + 1, line, seed)
    noise = before + (after - before) * share
    return 1.8 * noise * abs(noise)


@inlined
def _hairline(u: float, v: float, scale: int, steel: Steel, pixel_mm: float) -> tuple[float, float]:
    """One of the lines that single coarse grains left: slope and log2 of the roughness."""
    width = 0.11 * (1 + scale)
    lane = max(width, pixel_mm)
    fan = 0.012 * (scale - 0.5)
    row = (v + fan * u) / lane
    line = math.floor(row)
    drawn = chance(line, 3, steel.seed + 310 + scale)
    column = u / ((5.0 + 16.0 * scale) * (1.3 + drawn)) + 57.0 * drawn
    piece = math.floor(column)
    draw = 0.5 + 0.5 * chance(piece, line, steel.seed + 320 + scale)
    if draw > steel.hairlines * lane / width:
        return 0.0, 0.0
    ends = min(min(column - piece, 1 - column + piece) * 5.0, 1.0)
    over = 4 * (row - line) * (1 - row + line) * ends * min(width / pixel_mm, 1.0)
    strong = chance(piece, line, steel.seed + 330 + scale)
    return 5.0 * steel.streaks * strong * over, 0.5 * abs(strong) * over


@inlined
def _grain(x: float, y: float, steel: Steel, pixel_mm: float) -> float:
    """Slope along the direction of a finish that has none: that of orange peel, or of the dimples of blasting."""
    slope = 0.0
    width = FINEST_MM
    strength = steel.streaks / math.sqrt(NOISE_VARIANCE * OCTAVES)
    for octave in range(OCTAVES):
        seen, _ = smooth(width / pixel_mm - 0.4)
        if seen > 0:
            slope += seen * strength * value_noise(x / width, y / (width * steel.stretch), steel.seed + 400 + octave)
        width *= 2
    return slope


@inlined
def _waves(x: float, y: float, steel: Steel) -> tuple[float, float]:
    """Slopes of the waves that every sheet has, some centimetres long."""
    along, across = 0.0, 0.0
    for turns_x, turns_y, phase, slope_along, slope_across in steel.waves:
        slope = math.cos(x * turns_x + y * turns_y + phase)
        along += slope_along * slope
        across += slope_across * slope
    return along, across
