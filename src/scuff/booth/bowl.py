"""A bowl as light in it sees it: what leaves it, and where what stays meets it again.

It is taken to be convex but for its lip: what is in it sees all that its opening leaves free.
"""

import math

from scuff.booth.camera import Vector
from scuff.booth.form import Form
from scuff.booth.geometry import clearance
from scuff.booth.height import rounded_box
from scuff.booth.kernel import inlined, kernel
from scuff.booth.shading import Lamp, Site

HALVINGS = 12
OFF_MM = 0.4
"""How far above the metal a ray begins."""


@inlined
def in_bowl(seen: Site, form: Form) -> bool:
    """Whether a point lies in a bowl, below its upper edge."""
    if form.profile_mm <= 0 or seen.point[2] > -0.3:
        return False
    return rounded_box(seen.point[0], seen.point[1], form.bowl[0], form.bowl[1], form.bowl[2])[0] < 0


@inlined
def leaves(point: Vector, toward: Vector, form: Form) -> bool:
    """Whether a ray from a point in a bowl goes out through its opening."""
    if toward[2] <= 0:
        return False
    way = -point[2] / toward[2]
    x, y = point[0] + way * toward[0], point[1] + way * toward[1]
    away, out_x, out_y = rounded_box(x, y, form.bowl[0], form.bowl[1], form.bowl[2])
    out = out_x * toward[0] + out_y * toward[1]
    if out > 0:  # the lip is round, and stands in the way of what is below where the ray would touch it
        length = math.sqrt(out * out + toward[2] * toward[2])
        if point[2] < form.lip_mm * (out / length - 1):
            away += form.lip_mm * (length - out) / toward[2]
    return away < 0


@inlined
def sees(seen: Site, lamp: Lamp, u: float, v: float, form: Form) -> bool:
    """Whether a place of a luminaire, each way in [-1, 1], can be seen from a point in a bowl."""
    toward = (
        lamp.centre[0] + u * lamp.along[0] + v * lamp.across[0] - seen.point[0],
        lamp.centre[1] + u * lamp.along[1] + v * lamp.across[1] - seen.point[1],
        lamp.centre[2] + u * lamp.along[2] + v * lamp.across[2] - seen.point[2],
    )
    return leaves(seen.point, toward, form)


@kernel
def seen_share(seen: Site, lamp: Lamp, form: Form) -> float:
    """Share of a luminaire that the part itself does not hide."""
    if not in_bowl(seen, form):
        return 1.0
    free = 0
    for long in range(7):
        for short in range(3):
            free += 1 if sees(seen, lamp, (long - 3) * 0.29, (short - 1) * 0.66, form) else 0
    return free / 21.0


@kernel
def meets(seen: Site, toward: Vector, form: Form) -> float:
    """How far along a direction a ray from a bowl's inside that does not leave it meets the bowl again."""
    start = (
        seen.point[0] + OFF_MM * seen.normal[0],
        seen.point[1] + OFF_MM * seen.normal[1],
        seen.point[2] + OFF_MM * seen.normal[2],
    )
    level = form.lowest if toward[2] < 0 else -0.01
    beyond = _way(level - start[2], toward[2])
    beyond = min(beyond, _way(math.copysign(form.bowl[0], toward[0]) - start[0], toward[0]))
    beyond = min(beyond, _way(math.copysign(form.bowl[1], toward[1]) - start[1], toward[1]))
    above = 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (above + beyond)
        if clearance(start, toward, middle, form) < 0:
            beyond = middle
        else:
            above = middle
    return 0.5 * (above + beyond)


@inlined
def _way(distance: float, speed: float) -> float:
    return distance / math.copysign(max(abs(speed), 1e-9), speed)
