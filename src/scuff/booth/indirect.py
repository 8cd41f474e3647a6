"""What reaches the camera by way of the part itself, and what hides the luminaires from it: coarse, by sampling.

At every few pixels some facets of the finish are followed to what they show: the walls of the booth, or metal
elsewhere on the part, lit by each luminaire, and what that shows in turn. With each mean comes its derivative by the
slope of the surface, so that streaks and flaws show in it too: for Gaussian slopes that is the covariance of what a
facet shows with its slope.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.booth.bowl import in_bowl, leaves, meets, seen_share, sees
from scuff.booth.camera import Camera, Vector
from scuff.booth.facet import drawn, mirrored
from scuff.booth.finish import Finish
from scuff.booth.form import Form, form_of
from scuff.booth.geometry import march
from scuff.booth.height import surface
from scuff.booth.kernel import inlined, kernel
from scuff.booth.light import Environment, Luminaire
from scuff.booth.noise import chance
from scuff.booth.rows import in_rows
from scuff.booth.shading import GRAZING, Site, dot, lamp_at, lamps_of, lit, lobe_of, shadowing
from scuff.booth.shape import Shape
from scuff.booth.steel import Steel, direction, steel_of
from scuff.booth.view import View, ray, view_of
from scuff.booth.walls import Room, glow

FACETS = 32
APART = 3
"""Points that are so far apart along x and y follow the same facets."""

BOUNCES = 3
"""How often light is followed from metal to metal."""

GROUPS = APART * APART
GOLDEN = (math.sqrt(5) - 1) / 2
OUTSHINES = 3.0
"""A point this many times as bright as the median of its neighbours is dimmed."""

SOFT = 0.0004
"""Variance that slopes have where light bounces, beside that of the finish: it hides how few facets there are."""

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
    room, lamps = Room(float(environment.radiance), view.pupil), lamps_of(lights)
    planes = np.zeros((len(lights) + 1, 4, *hw), np.float32)
    inside = np.zeros(hw, np.bool_)
    in_rows(lambda first, last: _sample(view, form, steel, lamps, room, planes, inside, first, last), hw[0])
    for layer in planes:
        _calm(layer, inside)
    return Indirect(planes)


def _calm(layer: NDArray[np.float32], inside: NDArray[np.bool_]) -> None:
    """Take the sampling noise out, in place: by the mean of points that followed different facets.

    A point where a single facet outshines its neighbours is dimmed. What is in the bowl is not averaged with what is
    not; the slight blur after that takes the steps out of the bowl's edge.
    """
    shown = layer[SHOWN]
    layer[SHOWN:] *= np.minimum(OUTSHINES * cv2.medianBlur(shown, 3) / np.maximum(shown, 1e-9), 1)
    for here in (inside, ~inside):
        share = _mean(here.astype(np.float32))
        for plane in layer:
            plane[here] = (_mean(np.where(here, plane, np.float32(0))) / np.maximum(share, 1e-6))[here]
    for plane in layer:
        plane[...] = cv2.GaussianBlur(plane, (0, 0), 0.8, borderType=cv2.BORDER_REPLICATE)


def _mean(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.blur(plane, (APART, APART), borderType=cv2.BORDER_REPLICATE), dtype=np.float32)


@kernel
def _sample(
    view: View,
    form: Form,
    steel: Steel,
    lamps: NDArray[np.float64],
    room: Room,
    out: NDArray[np.float32],
    inside: NDArray[np.bool_],
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
            inside[row, column] = in_bowl(seen, form)
            for layer in range(len(lamps)):
                out[layer, SEEN, row, column] = seen_share(seen, lamp_at(lamps, layer), form)
            _facets(seen, lamps, room, form, steel, out, column, row)


@kernel
def frame_at(
    point: Vector, slope_x: float, slope_y: float, eye: Vector, form: Form, steel: Steel
) -> tuple[Site, float]:
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
    return Site(point, to_eye, eye, along, across, normal), wall


@kernel
def _facets(
    seen: Site,
    lamps: NDArray[np.float64],
    room: Room,
    form: Form,
    steel: Steel,
    out: NDArray[np.float32],
    column: int,
    row: int,
) -> None:
    """Follow facets to what they show, and add it up for a point of the coarse planes."""
    total, total_along, total_across = 1e-9, 0.0, 0.0
    group = (row % APART) * APART + column % APART
    for facet in range(FACETS):
        number = facet * GROUPS + group
        wide = number % 2 == 1  # every other one: the tail is rare, but shows what is bright far off
        rank, turn = (number + 0.5) / (FACETS * GROUPS), (number * GOLDEN) % 1.0
        along, across, by_along, by_across = drawn(rank, turn, wide, steel)
        toward, weight, sent = mirrored(seen, along, across, steel)
        weight *= steel.tail if wide else 1 - steel.tail
        total += weight
        total_along += weight * by_along
        total_across += weight * by_across
        if weight * sent > 0:
            _follow(
                seen, toward, weight * sent, lamps, room, form, steel, out, (row, column), number, (by_along, by_across)
            )
    for layer in range(out.shape[0]):
        shown = out[layer, SHOWN, row, column] / total
        out[layer, SHOWN, row, column] = shown
        out[layer, BY_ALONG, row, column] = (out[layer, BY_ALONG, row, column] - shown * total_along) / total
        out[layer, BY_ACROSS, row, column] = (out[layer, BY_ACROSS, row, column] - shown * total_across) / total


@inlined
def _add(
    out: NDArray[np.float32], layer: int, place: tuple[int, int], shown: float, by_slope: tuple[float, float]
) -> None:
    out[layer, SHOWN, place[0], place[1]] += shown
    out[layer, BY_ALONG, place[0], place[1]] += shown * by_slope[0]
    out[layer, BY_ACROSS, place[0], place[1]] += shown * by_slope[1]


@kernel
def _follow(
    seen: Site,
    toward: Vector,
    weight: float,
    lamps: NDArray[np.float64],
    room: Room,
    form: Form,
    steel: Steel,
    out: NDArray[np.float32],
    place: tuple[int, int],
    number: int,
    by_slope: tuple[float, float],
) -> None:
    """Add what a facet shows, light by light: the booth, or metal, and what that shows in turn."""
    variances = (0.5 * steel.rough[0] ** 2 + SOFT, 0.5 * steel.rough[1] ** 2 + SOFT)
    core = lobe_of((0.0, 0.0), variances[0], 0.0, variances[1])
    for bounce in range(BOUNCES):
        if not in_bowl(seen, form) or leaves(seen.point, toward, form):
            _add(out, len(lamps), place, weight * glow(seen.point, toward, room), by_slope)
            return
        way = meets(seen, toward, form)
        x, y = seen.point[0] + way * toward[0], seen.point[1] + way * toward[1]
        z, slope_x, slope_y = surface(x, y, form)
        there, _ = frame_at((x, y, z), slope_x, slope_y, seen.point, form, steel)
        u, v = chance(number, bounce, 2), chance(number, bounce, 3)
        for layer in range(len(lamps)):
            if sees(there, lamp_at(lamps, layer), u, v, form):
                glossy, diffuse = lit(there, lamp_at(lamps, layer), core, core, steel.tail, 0.0, variances)
                _add(out, layer, place, weight * (METAL * min(glossy, 1.5) + steel.haze * diffuse), by_slope)
        along, across, _, _ = drawn(
            0.5 + 0.5 * chance(number, bounce, 4),
            0.5 + 0.5 * chance(number, bounce, 5),
            0.5 + 0.5 * chance(number, bounce, 6) < steel.tail,
            steel,
        )
        toward, facing, sent = mirrored(there, along, across, steel)
        weight *= METAL * sent * min(facing / max(there.eye[2], GRAZING) * shadowing(there.eye, variances), 3.0)
        if weight <= 0:
            return
        seen = there
    _add(out, len(lamps), place, weight * 0.5 * room.radiance, by_slope)
