"""Shade rows of pixels: from what lies there to what it sends, light by light."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scuff.booth.form import Form
from scuff.booth.height import rounded_box, surface
from scuff.booth.indirect import BY_ACROSS, BY_ALONG, SEEN, SHOWN, frame_at
from scuff.booth.kernel import inlined, kernel
from scuff.booth.maps import Maps
from scuff.booth.shading import TAIL, Frame3, Lamp, lit, lobe_of
from scuff.booth.steel import Spot, Steel, finish_at
from scuff.booth.view import View, ray

BACKDROP = 0.03
"""Reflectance of what lies under the part."""

GLOSSY, DIFFUSE = 0, 1


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
        away = ((x - form.drain[0]) ** 2 + (y - form.drain[1]) ** 2) ** 0.5 - form.drain[5]
        share *= min(max(0.5 + away / pixel_mm, 0.0), 1.0)
    return share


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
    seen: Frame3, metal: Surface, lamp: Lamp, tail: float, coarse: tuple[float, float, float, float]
) -> tuple[float, float]:
    """Glossy and diffuse radiance of a pixel under one luminaire."""
    (mean_1, mean_2), (first, second) = metal.slopes, metal.variances
    core = lobe_of(metal.slopes, first, 0.0, second)
    wide = lobe_of(metal.slopes, TAIL * first, 0.0, TAIL * second)
    groove = core
    if metal.share > 0:
        along, mixed, across = metal.groove_spread
        groove = lobe_of(
            (mean_1 + metal.groove_mean[0], mean_2 + metal.groove_mean[1]), along + 1e-5, mixed, across + 1e-5
        )
    glossy, diffuse = lit(seen, lamp, core, wide, groove, tail, metal.share, metal.variances)
    return (glossy * coarse[0] + _rest(metal, coarse)) * metal.reflectance, diffuse * coarse[0] * metal.haze


@inlined
def _rest(metal: Surface, coarse: tuple[float, float, float, float]) -> float:
    """What a pixel shows of the part itself and of the booth."""
    (_, shown, along, across), (slope_1, slope_2) = coarse, metal.slopes
    slope_1 += metal.share * metal.groove_mean[0]
    slope_2 += metal.share * metal.groove_mean[1]
    return min(max(shown + along * slope_1 + across * slope_2, 0.3 * shown), 3.0 * shown)


@kernel
def _coarse(planes: NDArray[np.float32], layer: int, x: float, y: float) -> tuple[float, float, float, float]:
    """The coarse planes of a layer between their points."""
    x = min(max(x, 0.0), planes.shape[3] - 1.001)
    y = min(max(y, 0.0), planes.shape[2] - 1.001)
    column, row = int(x), int(y)
    right, down = x - column, y - row
    a, b = (1 - right) * (1 - down), right * (1 - down)
    c, d = (1 - right) * down, right * down
    p = planes[layer]
    return (
        a * p[SEEN, row, column]
        + b * p[SEEN, row, column + 1]
        + c * p[SEEN, row + 1, column]
        + d * p[SEEN, row + 1, column + 1],
        a * p[SHOWN, row, column]
        + b * p[SHOWN, row, column + 1]
        + c * p[SHOWN, row + 1, column]
        + d * p[SHOWN, row + 1, column + 1],
        a * p[BY_ALONG, row, column]
        + b * p[BY_ALONG, row, column + 1]
        + c * p[BY_ALONG, row + 1, column]
        + d * p[BY_ALONG, row + 1, column + 1],
        a * p[BY_ACROSS, row, column]
        + b * p[BY_ACROSS, row, column + 1]
        + c * p[BY_ACROSS, row + 1, column]
        + d * p[BY_ACROSS, row + 1, column + 1],
    )


@kernel
def shade_rows(
    stage: Stage,
    lamps: tuple[Lamp, ...],
    coarse: NDArray[np.float32],
    points: NDArray[np.float32],
    row0: int,
    rows: int,
    soil: Maps,
    marks: Maps,
    sent: NDArray[np.float32],
    sound: NDArray[np.float32],
    first: int,
    last: int,
) -> None:
    """Shade rows ``first`` to ``last`` of a band that begins at row ``row0`` of a frame of ``rows`` rows.

    Args:
        sent: (L+1)×2×B×W, what each pixel sends per layer, glossy and diffuse; written.
        sound: The same without flaws, (L+1)×B×W, glossy and diffuse together; written where there are flaws.
    """
    steel, form = stage.steel, stage.form
    down, across = coarse.shape[2] / rows, coarse.shape[3] / points.shape[1]
    dark = len(lamps)
    for row in range(first, last):
        for column in range(points.shape[1]):
            point = (float(points[row, column, 0]), float(points[row, column, 1]), float(points[row, column, 2]))
            share = metal_share(point[0], point[1], form, stage.pixel_mm)
            _, slope_x, slope_y = surface(point[0], point[1], form)
            seen, wall = frame_at(point, slope_x, slope_y, stage.eye.pupil, form, steel)
            spot = finish_at(point, wall, form, steel, stage.pixel_mm)
            metal = _surface(spot, steel, marks, row, column)
            flawed = marks.touched[row, column] > 1
            clean = _surface(spot, steel, soil, row, column) if flawed else metal
            x, y = (column + 0.5) * across - 0.5, (row0 + row + 0.5) * down - 0.5
            for layer in range(dark):
                shown = _coarse(coarse, layer, x, y)
                glossy, diffuse = _light(seen, metal, lamps[layer], steel.tail, shown)
                if share < 1:
                    beside = (
                        BACKDROP * irradiance_up(seen, lamps[layer])
                        if form.profile_mm <= 0 or point[2] > -20
                        else 0.02 * glossy
                    )
                    glossy, diffuse = glossy * share, diffuse * share + (1 - share) * beside
                sent[layer, GLOSSY, row, column], sent[layer, DIFFUSE, row, column] = glossy, diffuse
                if flawed:
                    glossy, diffuse = _light(seen, clean, lamps[layer], steel.tail, shown)
                    sound[layer, row, column] = (glossy + diffuse) * share
            shown = _coarse(coarse, dark, x, y)
            sent[dark, GLOSSY, row, column] = _rest(metal, shown) * metal.reflectance * share
            sent[dark, DIFFUSE, row, column] = (metal.haze * share + BACKDROP * 0.3 * (1 - share)) * stage.environment
            if flawed:
                sound[dark, row, column] = (
                    _rest(clean, shown) * clean.reflectance + clean.haze * stage.environment
                ) * share


@kernel
def irradiance_up(seen: Frame3, lamp: Lamp) -> float:
    """What a luminaire sheds on what lies level under the part, over π."""
    x, y, z = lamp.centre[0] - seen.point[0], lamp.centre[1] - seen.point[1], lamp.centre[2] - seen.point[2]
    near = 1 / (x * x + y * y + z * z) ** 0.5
    front = -(x * lamp.normal[0] + y * lamp.normal[1] + z * lamp.normal[2]) * near
    return max(front, 0.0) * max(z, 0.0) * near**3 * lamp.area / 3.141592653589793
