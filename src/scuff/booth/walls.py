"""The inside of the closed booth: what metal shows where it shows no luminaire."""

import math
from typing import NamedTuple

from scuff.booth.camera import Vector
from scuff.booth.kernel import kernel

HALF_X, HALF_Y, CEILING = 900.0, 750.0, 1350.0
STRUT_MM = 45.0
PLATE_MM = 45.0, 40.0
"""Radius of the black plate around the camera, and how soft its edge is."""


class Room(NamedTuple):
    """The booth as numbers: radiance of its walls, and the pupil of the camera, around which a plate is black."""

    radiance: float
    pupil: Vector


@kernel
def glow(point: Vector, toward: Vector, room: Room) -> float:
    """Radiance of the booth in a direction from a point in it."""
    if toward[2] < -0.05:
        return 0.15 * room.radiance  # the conveyor
    way_x = (math.copysign(HALF_X, toward[0]) - point[0]) / (toward[0] + math.copysign(1e-9, toward[0]))
    way_y = (math.copysign(HALF_Y, toward[1]) - point[1]) / (toward[1] + math.copysign(1e-9, toward[1]))
    way_z = (CEILING - point[2]) / max(toward[2], 1e-9)
    way = min(way_x, way_y, way_z)
    x, y, z = point[0] + way * toward[0], point[1] + way * toward[1], point[2] + way * toward[2]
    if way_z <= way_x and way_z <= way_y:
        return room.radiance * _ceiling(x, y) * _beside_camera(point, toward, room)
    along, half = (y, HALF_Y) if way_x < way_y else (x, HALF_X)
    shade = 0.35 + 0.75 * max(z, 0.0) / CEILING  # the light comes from above
    if half - abs(along) < STRUT_MM or abs(abs(along) - 300.0) < 0.5 * STRUT_MM:
        shade *= 2.2
    return room.radiance * shade


@kernel
def _ceiling(x: float, y: float) -> float:
    return 2.4 if abs(abs(y) - 420.0) < 0.5 * STRUT_MM or HALF_X - abs(x) < STRUT_MM else 1.0


@kernel
def _beside_camera(point: Vector, toward: Vector, room: Room) -> float:
    """What the camera and its black plate leave of what is above them."""
    way = (room.pupil[2] - point[2]) / toward[2]
    off_x, off_y = point[0] + way * toward[0] - room.pupil[0], point[1] + way * toward[1] - room.pupil[1]
    free = (math.sqrt(off_x * off_x + off_y * off_y) - PLATE_MM[0]) / PLATE_MM[1]
    return 0.08 + 0.92 * min(max(free, 0.0), 1.0)
