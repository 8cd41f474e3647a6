"""What reaches the camera by way of the part itself, and what hides the luminaires from it: coarse, by sampling.

At every few pixels some facets of the finish are followed to what they show: the walls of the booth, or metal
elsewhere on the part, lit by each luminaire. With each mean comes its derivative by the slope of the surface, so that
streaks and flaws show in it too: for Gaussian slopes that is the covariance of what a facet shows with its slope.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.booth.camera import Camera, Vector
from scuff.booth.finish import Finish
from scuff.booth.form import Form, form_of
from scuff.booth.geometry import march
from scuff.booth.height import surface
from scuff.booth.kernel import inlined, kernel
from scuff.booth.light import Environment, Luminaire
from scuff.booth.noise import chance
from scuff.booth.rows import in_rows
from scuff.booth.shading import TAIL, Frame3, Lamp, dot, lamp_of, lit, lobe_of
from scuff.booth.shape import Shape
from scuff.booth.steel import Steel, direction, steel_of
from scuff.booth.view import View, ray, view_of
from scuff.booth.walls import Room, glow

FACETS = 32
STEPS = 30
METAL = 0.57
"""Mean reflectance of steel."""

SEEN, SHOWN, BY_ALONG, BY_ACROSS = range(4)


@dataclass(frozen=True, slots=True)
class Indirect:
    """The coarse part of a picture.

    Attributes:
        planes: (L+1)×4×h×w, float32, for each luminaire and the environment: the share of the luminaire that a point
            sees; what its facets show of the rest; the derivatives of that by the slopes along and across the finish.
    """

    planes: NDArray[np.float32]


def indirect_of(
    shape: Shape,
    finish: Finish,
    camera: Camera,
    lights: tuple[Luminaire, ...],
    environment: Environment,
    hw: tuple[int, int],
) -> Indirect:
    """Sample the light that comes by way of the part, on a grid of ``hw`` points over the frame."""
    form, view, steel = form_of(shape), view_of(camera, hw), steel_of(finish)
    room, lamps = Room(environment.radiance, camera.position_mm), tuple(lamp_of(light) for light in lights)
    planes = np.zeros((len(lights) + 1, 4, *hw), np.float32)
    in_rows(lambda first, last: _sample(view, form, steel, lamps, room, planes, first, last), hw[0])
    for layer in planes:
        _calm(layer)
    return Indirect(planes)


def _calm(layer: NDArray[np.float32]) -> None:
    """Take the sampling noise out, in place."""
    for plane in layer:
        plane[...] = cv2.GaussianBlur(cv2.medianBlur(plane, 3), (0, 0), 1.2, borderType=cv2.BORDER_REPLICATE)


@kernel
def _sample(
    view: View,
    form: Form,
    steel: Steel,
    lamps: tuple[Lamp, ...],
    room: Room,
    out: NDArray[np.float32],
    first: int,
    last: int,
) -> None:
    for row in range(first, last):
        for column in range(out.shape[3]):
            ahead = ray(view, column + 0.5, row + 0.5)
            start = -view.pupil[2] / ahead[2]
            end = (form.lowest - view.pupil[2]) / ahead[2]
            depth = march(view.pupil, ahead, start * 0.9999, end, 100, form)
            depth = end if depth < 0 else depth
            x, y = view.pupil[0] + depth * ahead[0], view.pupil[1] + depth * ahead[1]
            z, slope_x, slope_y = surface(x, y, form)
            seen, _ = frame_at((x, y, z), slope_x, slope_y, view.pupil, form, steel)
            for layer in range(len(lamps)):
                out[layer, SEEN, row, column] = _seen_share(seen, lamps[layer], form)
            _facets(seen, lamps, room, form, steel, out, column, row)


@kernel
def frame_at(
    point: Vector, slope_x: float, slope_y: float, eye: Vector, form: Form, steel: Steel
) -> tuple[Frame3, float]:
    """A point with its axes, and how much its finish is that of a wall."""
    unit = 1 / math.sqrt(slope_x * slope_x + slope_y * slope_y + 1)
    normal = (-slope_x * unit, -slope_y * unit, unit)
    along, wall = direction(point[0], point[1], normal, form, steel)
    across = (
        normal[1] * along[2] - normal[2] * along[1],
        normal[2] * along[0] - normal[0] * along[2],
        normal[0] * along[1] - normal[1] * along[0],
    )
    x, y, z = eye[0] - point[0], eye[1] - point[1], eye[2] - point[2]
    near = 1 / math.sqrt(x * x + y * y + z * z)
    to_eye = (x * near, y * near, z * near)
    eye = (dot(to_eye, along), dot(to_eye, across), dot(to_eye, normal))
    return Frame3(point, to_eye, eye, along, across, normal), wall


@kernel
def _seen_share(seen: Frame3, lamp: Lamp, form: Form) -> float:
    """Share of a luminaire that the part itself does not hide."""
    if form.profile_mm <= 0 or seen.point[2] > -0.3:
        return 1.0
    free = 0
    for long in range(5):
        for short in range(3):
            u, v = (long - 2) * 0.4, (short - 1) * 0.66
            toward = (
                lamp.centre[0] + u * lamp.along[0] + v * lamp.across[0] - seen.point[0],
                lamp.centre[1] + u * lamp.along[1] + v * lamp.across[1] - seen.point[1],
                lamp.centre[2] + u * lamp.along[2] + v * lamp.across[2] - seen.point[2],
            )
            free += 0 if _meets(seen, toward, form) >= 0 else 1
    return free / 15.0


@kernel
def _meets(seen: Frame3, toward: Vector, form: Form) -> float:
    """How far along a direction the part is met again; -1 where it is not."""
    start = (
        seen.point[0] + 0.4 * seen.normal[0],
        seen.point[1] + 0.4 * seen.normal[1],
        seen.point[2] + 0.4 * seen.normal[2],
    )
    length = math.sqrt(dot(toward, toward))
    end = min((0.6 - start[2]) / max(toward[2], 1e-9), 560.0 / length)
    return march(start, toward, 0.0, end, STEPS, form)


@kernel
def _facets(
    seen: Frame3,
    lamps: tuple[Lamp, ...],
    room: Room,
    form: Form,
    steel: Steel,
    out: NDArray[np.float32],
    column: int,
    row: int,
) -> None:
    """Follow facets to what they show, and add it up for a point of the coarse planes."""
    count = 0
    turn = 0.5 + 0.5 * chance(column, row, 1)
    in_bowl = form.profile_mm > 0 and seen.point[2] < -0.3
    for facet in range(FACETS):
        wide = (facet * 0.7548776662 + turn) % 1.0 < steel.tail
        scale = TAIL if wide else 1.0
        radius = math.sqrt(-math.log(1 - (facet + 0.5) / FACETS * 0.995) * scale)
        angle = 2 * math.pi * ((facet * 0.6180339887 + turn) % 1.0)
        along, across = steel.rough[0] * radius * math.cos(angle), steel.rough[1] * radius * math.sin(angle)
        toward = _mirrored(seen, along, across)
        if toward[2] == 0 and toward[0] == 0:
            continue
        count += 1
        by_along, by_across = along / (0.5 * steel.rough[0] ** 2 * scale), across / (0.5 * steel.rough[1] ** 2 * scale)
        way = _meets(seen, toward, form) if in_bowl else -1.0
        if way < 0:
            _add(out, len(lamps), column, row, glow(seen.point, toward, room), by_along, by_across)
        else:
            _bounce(seen, toward, way, lamps, room, form, steel, out, column, row, by_along, by_across)
    for layer in range(out.shape[0]):
        for plane in range(SHOWN, BY_ACROSS + 1):
            out[layer, plane, row, column] /= max(count, 1)


@inlined
def _add(
    out: NDArray[np.float32], layer: int, column: int, row: int, shown: float, by_along: float, by_across: float
) -> None:
    out[layer, SHOWN, row, column] += shown
    out[layer, BY_ALONG, row, column] += shown * by_along
    out[layer, BY_ACROSS, row, column] += shown * by_across


@kernel
def _mirrored(seen: Frame3, along: float, across: float) -> Vector:
    """Where a facet with these slopes looks; zeros where it is turned away from the camera or into the metal."""
    facet = (
        seen.normal[0] - along * seen.along[0] - across * seen.across[0],
        seen.normal[1] - along * seen.along[1] - across * seen.across[1],
        seen.normal[2] - along * seen.along[2] - across * seen.across[2],
    )
    facing = 2 * dot(seen.to_eye, facet) / dot(facet, facet)
    toward = (
        facing * facet[0] - seen.to_eye[0],
        facing * facet[1] - seen.to_eye[1],
        facing * facet[2] - seen.to_eye[2],
    )
    return (0.0, 0.0, 0.0) if facing <= 0 or dot(toward, seen.normal) <= 0 else toward


@kernel
def _bounce(
    seen: Frame3,
    toward: Vector,
    way: float,
    lamps: tuple[Lamp, ...],
    room: Room,
    form: Form,
    steel: Steel,
    out: NDArray[np.float32],
    column: int,
    row: int,
    by_along: float,
    by_across: float,
) -> None:
    """Add what the metal sends that a facet shows, light by light."""
    x, y = seen.point[0] + way * toward[0], seen.point[1] + way * toward[1]
    z, slope_x, slope_y = surface(x, y, form)
    there, _ = frame_at((x, y, z), slope_x, slope_y, seen.point, form, steel)
    variances = (0.5 * steel.rough[0] ** 2 + 0.002, 0.5 * steel.rough[1] ** 2 + 0.002)
    core = lobe_of((0.0, 0.0), variances[0], 0.0, variances[1])
    for layer in range(len(lamps)):
        glossy, diffuse = lit(there, lamps[layer], core, core, steel.tail, 0.0, variances)
        _add(out, layer, column, row, METAL * min(glossy, 1.5) + steel.haze * diffuse, by_along, by_across)
    onward = _mirrored(there, 0.0, 0.0)
    again = glow(there.point, onward, room) if onward[2] > 0.2 else METAL * 0.5 * room.radiance
    _add(out, len(lamps), column, row, METAL * again, by_along, by_across)
