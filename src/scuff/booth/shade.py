"""Shade rows of pixels: from what lies there to what it sends, light by light."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scuff.booth.camera import Vector
from scuff.booth.form import Form
from scuff.booth.height import rounded_box, surface
from scuff.booth.indirect import BY_ACROSS, BY_ALONG, SEEN, SHOWN, frame_at
from scuff.booth.kernel import inlined, kernel
from scuff.booth.maps import Maps
from scuff.booth.shading import Lamp, Site, dot, lamp_at, lit, lobe_of
from scuff.booth.steel import Spot, Steel, finish_at
from scuff.booth.view import View, ray

BACKDROP = 0.03
"""Reflectance of what lies under the part."""

LEVEL = 0.998
"""Where the normal's z is above this, the surface bends too little within a pixel to matter."""

GLOSSY, DIFFUSE = 0, 1

GAP_MM, RING_MM, HOLE_MM = 1.6, 9.0, 2.2
"""The strainer of a drain: the gap around it, the distance of its rings of holes, the radius of a hole."""


class Stage(NamedTuple):
    """Everything that stays the same for all pixels of a frame."""

    eye: View
    form: Form
    steel: Steel
    pixel_mm: float
    environment: float


class Surface(NamedTuple):
    """The metal of a pixel under one set of marks: lobes of its finish and of grooves, and what it reflects."""

    slopes: tuple[float, float]
    variances: tuple[float, float]
    share: float
    groove_mean: tuple[float, float]
    groove_spread: tuple[float, float, float]
    haze: float
    reflectance: float


@kernel
def place_rows(
    stage: Stage, depth: NDArray[np.float32], row0: int, points: NDArray[np.float32], first: int, last: int
) -> None:
    """Find the places of pixels: B×W×3, in mm, for rows of a band that begins at ``row0``."""
    pupil = stage.eye.pupil
    for row in range(first, last):
        for column in range(depth.shape[1]):
            ahead = ray(stage.eye, column + 0.5, row0 + row + 0.5)
            far = depth[row, column]
            for axis in range(3):
                points[row, column, axis] = pupil[axis] + far * ahead[axis]


@kernel
def metal_share(x: float, y: float, form: Form, pixel_mm: float) -> float:
    """Share of a pixel that is metal: not beside the part, and not in the drain's hole."""
    outside = rounded_box(x - form.outline[0], y - form.outline[1], form.outline[2], form.outline[3], form.outline[4])[
        0
    ]
    share = min(max(0.5 - outside / pixel_mm, 0.0), 1.0)
    if form.profile_mm > 0:
        x, y = x - form.drain[0], y - form.drain[1]
        if x * x + y * y < (form.drain[5] + pixel_mm) ** 2:
            share *= _strainer(x, y, form.drain[5], pixel_mm)
    return share


@kernel
def _strainer(x: float, y: float, radius: float, pixel_mm: float) -> float:
    """Share of a pixel over the drain that is metal: a plate with rings of holes, and what is beyond the gap around."""
    away = math.sqrt(x * x + y * y)
    plate = min(max(0.5 + (radius - GAP_MM - away) / pixel_mm, 0.0), 1.0)
    rim = min(max(0.5 + (away - radius) / pixel_mm, 0.0), 1.0)
    ring = math.floor(away / RING_MM + 0.5)
    if ring < 1 or (ring + 0.5) * RING_MM > radius - GAP_MM:
        return min(plate + rim, 1.0)
    apart = 2 * math.pi / (6 * ring)
    turn = math.atan2(y, x)
    off = turn - apart * math.floor(turn / apart + 0.5)
    distance = math.sqrt((away - ring * RING_MM) ** 2 + (off * away) ** 2)
    return min(plate * min(max(0.5 + (distance - HOLE_MM) / pixel_mm, 0.0), 1.0) + rim, 1.0)


@kernel
def metal_rows(stage: Stage, points: NDArray[np.float32], metal: NDArray[np.bool_], first: int, last: int) -> None:
    """Find out which pixels of some rows are mostly metal, B×W."""
    for row in range(first, last):
        for column in range(points.shape[1]):
            x, y = float(points[row, column, 0]), float(points[row, column, 1])
            metal[row, column] = metal_share(x, y, stage.form, stage.pixel_mm) > 0.5


@kernel
def _surface(spot: Spot, steel: Steel, maps: Maps, row: int, column: int) -> Surface:
    cover = maps.cover[row, column]
    groove = maps.groove[row, column]
    first = spot.variances[0] * (1 - cover[0]) + cover[1] * cover[0]
    second = spot.variances[1] * (1 - cover[0]) + cover[1] * cover[0]
    return Surface(
        (spot.slopes[0] + maps.slope[row, column, 0], spot.slopes[1] + maps.slope[row, column, 1]),
        (first, second),
        groove[0],
        (groove[1], groove[2]),
        (groove[3], groove[4], groove[5]),
        steel.haze * (1 - cover[0]) + cover[2] * cover[0],
        spot.reflectance * maps.reflectance[row, column],
    )


@kernel
def _light(
    seen: Site, metal: Surface, lamp: Lamp, tail: float, coarse: tuple[float, float, float, float]
) -> tuple[float, float]:
    """Glossy and diffuse radiance of a pixel under one luminaire."""
    (mean_1, mean_2), (first, second) = metal.slopes, metal.variances
    core = lobe_of(metal.slopes, first, 0.0, second)
    groove = core
    if metal.share > 0:
        along, mixed, across = metal.groove_spread
        groove = lobe_of(
            (mean_1 + metal.groove_mean[0], mean_2 + metal.groove_mean[1]), along + 1e-5, mixed, across + 1e-5
        )
    glossy, diffuse = lit(seen, lamp, core, groove, tail, metal.share, metal.variances)
    return (glossy * coarse[0] + _rest(metal, coarse)) * metal.reflectance, diffuse * coarse[0] * metal.haze


@inlined
def _rest(metal: Surface, coarse: tuple[float, float, float, float]) -> float:
    """What a pixel shows of the part itself and of the booth."""
    (_, shown, along, across), (slope_1, slope_2) = coarse, metal.slopes
    slope_1 += metal.share * metal.groove_mean[0]
    slope_2 += metal.share * metal.groove_mean[1]
    return min(max(shown + along * slope_1 + across * slope_2, 0.3 * shown), 3.0 * shown)


@inlined
def _coarse(
    planes: NDArray[np.float32], layer: int, row: int, column: int, down: float, right: float
) -> tuple[float, float, float, float]:
    """The coarse planes of a layer between four of their points."""
    return (
        _between(planes[layer, SEEN], row, column, down, right),
        _between(planes[layer, SHOWN], row, column, down, right),
        _between(planes[layer, BY_ALONG], row, column, down, right),
        _between(planes[layer, BY_ACROSS], row, column, down, right),
    )


@inlined
def _between(plane: NDArray[np.float32], row: int, column: int, down: float, right: float) -> float:
    upper = plane[row, column] * (1 - right) + plane[row, column + 1] * right
    lower = plane[row + 1, column] * (1 - right) + plane[row + 1, column + 1] * right
    return float(upper * (1 - down) + lower * down)


@inlined
def _off(place: float, size: int) -> tuple[int, float]:
    """The point before a place on a coarse grid, and the way from there."""
    within = min(max(place, 0.0), size - 1.001)
    return int(within), within - int(within)


@kernel
def shade_rows(
    stage: Stage,
    lamps: NDArray[np.float64],
    coarse: NDArray[np.float32],
    points: NDArray[np.float32],
    row0: int,
    rows: int,
    soil: Maps,
    marks: Maps,
    sent: NDArray[np.float32],
    changed: NDArray[np.float32],
    first: int,
    last: int,
) -> None:
    """Shade some rows of a band.

    Args:
        stage: The frame.
        lamps: L luminaires, L×13; see ``lamps_of``.
        coarse: What ``indirect_of`` found.
        points: B×W×3, places of the band's pixels.
        row0: First row of the band in the frame.
        rows: Height of the frame.
        soil: Marks that are sound.
        marks: All marks.
        sent: (L+1)×2×B×W, what each pixel sends per layer, glossy and diffuse; written.
        changed: (L+1)×B×W, what of that the flaws change, glossy and diffuse together; written where there are flaws.
        first: First row of the band to shade.
        last: The row after the last.
    """
    steel, form = stage.steel, stage.form
    dark = len(lamps)
    scale = coarse.shape[3] / points.shape[1]
    for row in range(first, last):
        above, down = _off((row0 + row + 0.5 - 0.5 * rows) * scale + 0.5 * coarse.shape[2] - 0.5, coarse.shape[2])
        for column in range(points.shape[1]):
            before, right = _off((column + 0.5) * scale - 0.5, coarse.shape[3])
            point = (float(points[row, column, 0]), float(points[row, column, 1]), float(points[row, column, 2]))
            share = metal_share(point[0], point[1], form, stage.pixel_mm)
            if share <= 0:
                _beside(stage, lamps, point, 1.0, sent, row, column)
                continue
            _, slope_x, slope_y = surface(point[0], point[1], form)
            seen, wall = frame_at(point, slope_x, slope_y, stage.eye.pupil, form, steel)
            spot = finish_at(point, wall, form, steel, stage.pixel_mm)
            if seen.normal[2] < LEVEL:
                spot = _bent(spot, seen, form, stage.pixel_mm)
            metal = _surface(spot, steel, marks, row, column)
            flawed = marks.touched[row, column] > 1
            clean = _surface(spot, steel, soil, row, column) if flawed else metal
            for layer in range(dark + 1):
                shown = _coarse(coarse, layer, above, before, down, right)
                glossy, diffuse = _layer(stage, seen, metal, lamps, layer, shown)
                sent[layer, GLOSSY, row, column], sent[layer, DIFFUSE, row, column] = glossy * share, diffuse * share
                if flawed:
                    sound = _layer(stage, seen, clean, lamps, layer, shown)
                    changed[layer, row, column] = (glossy + diffuse - sound[0] - sound[1]) * share
            if share < 1:
                _beside(stage, lamps, point, 1 - share, sent, row, column)


@kernel
def _bent(spot: Spot, seen: Site, form: Form, pixel_mm: float) -> Spot:
    """Widen the slopes of a pixel by those that the surface itself has within it, as on a lip or an edge."""
    x, y, _ = seen.point
    along, across = 0.0, 0.0
    for step in range(2):
        _, slope_x, slope_y = surface(x + (1 - step) * pixel_mm, y + step * pixel_mm, form)
        unit = 1 / math.sqrt(slope_x * slope_x + slope_y * slope_y + 1)
        normal = (-slope_x * unit - seen.normal[0], -slope_y * unit - seen.normal[1], unit - seen.normal[2])
        along += dot(normal, seen.along) ** 2
        across += dot(normal, seen.across) ** 2
    first, second = spot.variances
    return Spot(spot.slopes, (first + along / 12, second + across / 12), spot.reflectance)


@kernel
def _layer(
    stage: Stage,
    seen: Site,
    metal: Surface,
    lamps: NDArray[np.float64],
    layer: int,
    coarse: tuple[float, float, float, float],
) -> tuple[float, float]:
    """Glossy and diffuse radiance of a pixel in a layer."""
    if layer < len(lamps):
        return _light(seen, metal, lamp_at(lamps, layer), stage.steel.tail, coarse)
    return _rest(metal, coarse) * metal.reflectance, metal.haze * stage.environment


@kernel
def _beside(
    stage: Stage,
    lamps: NDArray[np.float64],
    point: Vector,
    share: float,
    sent: NDArray[np.float32],
    row: int,
    column: int,
) -> None:
    """Add the share of a pixel that is no metal: the ground under the part, or what is down the drain."""
    ground = BACKDROP if point[2] > -20 else 0.2 * BACKDROP
    dark = len(lamps)
    for layer in range(dark + 1):
        light = 0.3 * stage.environment if layer == dark else shed(point, lamp_at(lamps, layer))
        if share >= 1:
            sent[layer, GLOSSY, row, column], sent[layer, DIFFUSE, row, column] = 0.0, 0.0
        sent[layer, DIFFUSE, row, column] += share * ground * light


@kernel
def shed(point: Vector, lamp: Lamp) -> float:
    """What a luminaire sheds on something level, over π."""
    x, y, z = lamp.centre[0] - point[0], lamp.centre[1] - point[1], lamp.centre[2] - point[2]
    near = 1 / (x * x + y * y + z * z)
    front = -(x * lamp.normal[0] + y * lamp.normal[1] + z * lamp.normal[2])
    return max(front, 0.0) * max(z, 0.0) * near * near * lamp.area / 3.141592653589793
