"""A shape ready for the kernels: numbers and tables instead of names."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scuff.booth.shape import Shape, Sink

EDGE_MM = 2.5
"""Radius at which the sheet is bent down all around the part."""

STEPS = 4096
"""Entries of the table of a bowl's profile."""

GROOVE_MM = 1.6
"""Depth of a drainer's grooves."""


class Form(NamedTuple):
    """A shape as numbers, in mm.

    Attributes:
        bowl: Half length and half width of the bowl, and the radius of its corners; zeros without a bowl.
        outline: Middle, half length, half width and corner radius of the whole part: x, y, x, y, radius.
        profile: Height and slope of the bowl by distance from its edge inwards, STEPS×2.
        profile_mm: Where the profile ends and the bottom begins; 0 without a bowl.
        lip_mm: Radius of the edge between flange and bowl.
        lowest: Nothing of the part is lower.
        drain: Middle x and y, outer and inner radius of the recess, its depth, radius of the hole, fall.
        drainer: Where the grooves begin and end along x, half their length along y, their distance.
    """

    bowl: tuple[float, float, float]
    outline: tuple[float, float, float, float, float]
    profile: NDArray[np.float64]
    profile_mm: float
    lip_mm: float
    lowest: float
    drain: tuple[float, float, float, float, float, float, float]
    drainer: tuple[float, float, float, float]


def form_of(shape: Shape) -> Form:
    """Turn a shape into numbers: floats also where it has whole ones, for which kernels would be compiled again."""
    if not isinstance(shape, Sink):
        half = (shape.length_mm / 2, shape.width_mm / 2)
        flat = np.zeros((STEPS, 2))
        return Form(
            (0.0, 0.0, 0.0),
            (0.0, 0.0, *half, float(shape.corner_mm)),
            flat,
            0.0,
            0.0,
            -EDGE_MM - 1,
            (0.0,) * 7,
            (0.0,) * 4,
        )
    profile, end = _profile(shape)
    half_x, half_y = shape.length_mm / 2, shape.width_mm / 2
    outer_x, outer_y = half_x + shape.flange_mm, half_y + shape.flange_mm
    corner, grooves = float(shape.corner_mm), float(shape.grooves_mm)
    start = outer_x + 5.0
    drainer = (start, start + shape.drainer_mm - 25, outer_y - 35, grooves) if shape.drainer_mm else (0.0,) * 4
    return Form(
        bowl=(half_x, half_y, corner),
        outline=(shape.drainer_mm / 2, 0.0, outer_x + shape.drainer_mm / 2, outer_y, min(corner, 30.0)),
        profile=profile,
        profile_mm=end,
        lip_mm=float(shape.lip_mm),
        lowest=float(profile[-1, 0]) - shape.fall_mm - shape.recess_mm - 1,
        drain=(
            float(shape.drain_xy_mm[0]),
            float(shape.drain_xy_mm[1]),
            shape.drain_mm / 2,
            shape.drain_mm / 2 - 9,
            float(shape.recess_mm),
            shape.hole_mm / 2,
            float(shape.fall_mm),
        ),
        drainer=drainer,
    )


def _profile(sink: Sink) -> tuple[NDArray[np.float64], float]:
    """Height and slope from the bowl's edge inwards: lip, leaning wall, fillet; and how far that reaches, in mm."""
    steepest = math.pi / 2 - math.radians(sink.draft_deg)
    lip = np.linspace(0, steepest, 400)
    fillet = np.linspace(steepest, 0, 800)[1:]
    lip_x, lip_z = sink.lip_mm * np.sin(lip), -sink.lip_mm * (1 - np.cos(lip))
    foot = sink.fillet_mm * (1 - math.cos(steepest)) - sink.depth_mm
    wall_x = (lip_z[-1] - foot) / math.tan(steepest)
    fillet_x = lip_x[-1] + wall_x + sink.fillet_mm * (math.sin(steepest) - np.sin(fillet))
    fillet_z = foot - sink.fillet_mm * (np.cos(fillet) - math.cos(steepest))
    x = np.concatenate([lip_x, [lip_x[-1] + wall_x], fillet_x])
    z = np.concatenate([lip_z, [foot], fillet_z])
    slope = -np.tan(np.concatenate([lip, [steepest], fillet]))
    even = np.linspace(0, x[-1], STEPS)
    return np.stack([np.interp(even, x, z), np.interp(even, x, slope)], axis=1), float(x[-1])
