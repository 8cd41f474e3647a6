"""The shape of a part, in mm: a sink or a flat sheet.

Coordinates: x to the right, y away from the operator, z up; the flange, or the sheet, lies at z = 0 and the middle
of the bowl at x = y = 0.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Sheet:
    """A flat sheet of metal, all in mm.

    Attributes:
        length_mm: Along x.
        width_mm: Along y.
        corner_mm: Radius of its corners.
    """

    length_mm: float = 600.0
    width_mm: float = 400.0
    corner_mm: float = 6.0


@dataclass(frozen=True, slots=True)
class Sink:
    """A sink: a bowl with a drain in a flange, all in mm unless said otherwise.

    Attributes:
        length_mm: Of the bowl at the flange, along x.
        width_mm: Of the bowl at the flange, along y.
        corner_mm: Radius of the bowl's corners in plan.
        depth_mm: From the flange to the bottom.
        draft_deg: How far the walls lean outwards, in degrees.
        lip_mm: Radius of the edge between flange and wall.
        fillet_mm: Radius between wall and bottom.
        drain_xy_mm: Middle of the drain.
        drain_mm: Diameter of the recess around the drain.
        recess_mm: Depth of that recess.
        hole_mm: Diameter of the hole in it.
        fall_mm: How much lower the bottom is at the drain.
        flange_mm: Width of the flange around the bowl.
        drainer_mm: Length of the drainer beyond the flange at the right; 0 for a sink without.
        grooves_mm: Distance of the drainer's grooves from each other.
    """

    length_mm: float = 500.0
    width_mm: float = 340.0
    corner_mm: float = 90.0
    depth_mm: float = 180.0
    draft_deg: float = 6.0
    lip_mm: float = 8.0
    fillet_mm: float = 35.0
    drain_xy_mm: tuple[float, float] = (60.0, 0.0)
    drain_mm: float = 114.0
    recess_mm: float = 6.0
    hole_mm: float = 80.0
    fall_mm: float = 3.0
    flange_mm: float = 40.0
    drainer_mm: float = 0.0
    grooves_mm: float = 35.0


Shape = Sheet | Sink


def draw_sheet(random: np.random.Generator) -> Sheet:
    """Draw a sheet: 560 to 700 mm by 380 to 460 mm, with corners of 2 to 20 mm."""
    return Sheet(*(float(random.uniform(low, high)) for low, high in ((560, 700), (380, 460), (2, 20))))


def draw_sink(random: np.random.Generator) -> Sink:
    """Draw a sink; the ranges are those of one-bowl kitchen sinks, and stand in the code."""
    length, width = random.uniform(460, 520), random.uniform(320, 360)
    return Sink(
        length_mm=float(length),
        width_mm=float(width),
        corner_mm=float(random.uniform(80, 110)),
        depth_mm=float(random.uniform(150, 190)),
        draft_deg=float(random.uniform(4, 8)),
        lip_mm=float(random.uniform(5, 10)),
        fillet_mm=float(random.uniform(25, 40)),
        drain_xy_mm=(float(random.uniform(-0.2, 0.2) * length), float(random.uniform(-0.1, 0.1) * width)),
        fall_mm=float(random.uniform(2, 4)),
        flange_mm=float(random.uniform(25, 50)),
        drainer_mm=float(random.choice([0.0, 0.0, 350.0])),
        grooves_mm=float(random.uniform(28, 40)),
    )
