"""Height and slope of a part at a place in plan: the kernels that all others stand on."""

import math

from scuff.booth.form import EDGE_MM, GROOVE_MM, STEPS, Form
from scuff.booth.kernel import inlined

Three = tuple[float, float, float]

FALL_MM = 170.0
"""From the drain to where the bottom has risen by three quarters of its fall."""

STRAIGHT = 0.85
"""Sine of the angle by which the sheet's edge is bent at most."""


@inlined
def rounded_box(x: float, y: float, half_x: float, half_y: float, radius: float) -> Three:
    """Signed distance to a rectangle with round corners, below 0 inside, and its gradient, in mm."""
    right = 1.0 if x >= 0 else -1.0
    upper = 1.0 if y >= 0 else -1.0
    over_x = abs(x) - (half_x - radius)
    over_y = abs(y) - (half_y - radius)
    if over_x > 0 and over_y > 0:
        away = math.sqrt(over_x * over_x + over_y * over_y)
        return away - radius, right * over_x / away, upper * over_y / away
    if over_x > over_y:
        return over_x - radius, right, 0.0
    return over_y - radius, 0.0, upper


@inlined
def smooth(share: float) -> tuple[float, float]:
    """A step from 0 to 1 without corners, and its derivative, for a share of the way."""
    within = min(max(share, 0.0), 1.0)
    return within * within * (3 - 2 * within), 6 * within * (1 - within)


@inlined
def surface(x: float, y: float, form: Form) -> Three:
    """Height of the part at x, y, and its slopes along x and y; mm and mm per mm."""
    away, away_x, away_y = rounded_box(
        x - form.outline[0], y - form.outline[1], form.outline[2], form.outline[3], form.outline[4]
    )
    z, slope_x, slope_y = 0.0, 0.0, 0.0
    if away > -EDGE_MM:
        z, steep = _edge(away + EDGE_MM)
        slope_x, slope_y = steep * away_x, steep * away_y
    if form.profile_mm <= 0:
        return z, slope_x, slope_y
    away, away_x, away_y = rounded_box(x, y, form.bowl[0], form.bowl[1], form.bowl[2])
    if away < 0:
        return _bowl(x, y, -away, -away_x, -away_y, form)
    if form.drainer[0] < x < form.drainer[1] and abs(y) < form.drainer[2]:
        return _groove(x, y, form)
    return z, slope_x, slope_y


@inlined
def _edge(out: float) -> tuple[float, float]:
    """Height and slope where the sheet is bent down, by the distance from where it begins: round, then straight."""
    bent = min(out, STRAIGHT * EDGE_MM) / EDGE_MM
    level = math.sqrt(1 - bent * bent)
    steep = -bent / level
    z = EDGE_MM * (level - 1) + steep * (out - bent * EDGE_MM)
    if z < -EDGE_MM:  # what lies around the part
        return -EDGE_MM, 0.0
    return z, steep


@inlined
def _bowl(x: float, y: float, inside: float, inside_x: float, inside_y: float, form: Form) -> Three:
    """The surface at a distance inside the bowl's edge, whose gradient is given."""
    place = min(inside / form.profile_mm * (STEPS - 1), STEPS - 1.001)
    entry = int(place)
    share = place - entry
    z = form.profile[entry, 0] * (1 - share) + form.profile[entry + 1, 0] * share
    slope = form.profile[entry, 1] * (1 - share) + form.profile[entry + 1, 1] * share
    slope_x, slope_y = slope * inside_x, slope * inside_y
    if inside > form.profile_mm:
        slope_x, slope_y = 0.0, 0.0
        drain_x, drain_y, outer, inner, recess, _, fall = form.drain
        away_x, away_y = x - drain_x, y - drain_y
        away = math.sqrt(away_x * away_x + away_y * away_y) + 1e-9
        grown, growth = smooth((inside - form.profile_mm) / 40.0)
        near = 1 / (1 + (away / FALL_MM) ** 2)
        bell = near * near
        z -= fall * grown * bell
        along = fall * grown * bell * near * 4 * away / (FALL_MM * FALL_MM)
        if away < outer:
            step, steepness = smooth((outer - away) / (outer - inner))
            z -= recess * step
            along += recess * steepness / (outer - inner)
        slope_x += along * away_x / away - fall * bell * growth / 40.0 * inside_x
        slope_y += along * away_y / away - fall * bell * growth / 40.0 * inside_y
    return z, slope_x, slope_y


@inlined
def _groove(x: float, y: float, form: Form) -> Three:
    """The surface of the drainer: round grooves along x that run out at both ends and at their sides."""
    start, end, half_y, apart = form.drainer
    begun, begins = smooth((x - start) / 25.0)
    ended, ends = smooth((end - x) / 25.0)
    sided, sides = smooth((half_y - abs(y)) / 8.0)
    turn = 2 * math.pi / apart
    wave = 0.5 + 0.5 * math.cos(turn * y)
    depth = GROOVE_MM * wave**3
    slope_x = -depth * sided * (begins * ended - begun * ends) / 25.0
    side = 1.0 if y >= 0 else -1.0
    slope_y = GROOVE_MM * begun * ended * sided * 3 * wave * wave * 0.5 * turn * math.sin(turn * y)
    slope_y += begun * ended * depth * sides / 8.0 * side
    return -depth * begun * ended * sided, slope_x, slope_y
