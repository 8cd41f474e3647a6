"""The shapes that people draw, as outlines; each is checked where it is made."""

from collections.abc import Sequence
from math import cos, dist, radians, sin

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, is_valid_reason

from scuff.core.errors import AnnotationError
from scuff.dataset.formats.region import Outline

CURVE_SEGMENTS = 64
"""Segments of a quarter circle: a circle of 1000 px stays within 0.08 px of the true one."""

XY = tuple[float, float]


def polygon(points_xy: Sequence[XY]) -> Outline:
    """Make a polygon from its corners; the last one need not repeat the first.

    A polygon may touch itself, but not cross itself: then nobody knows what was meant to be inside.

    Raises:
        AnnotationError: It has fewer than three corners, covers no area, or crosses itself.
    """
    drawn_xy = _finite(points_xy)
    corners = _without_spikes([(float(x), float(y)) for x, y in drawn_xy])
    if len(corners) < 3:
        raise AnnotationError(f"a polygon of {len(points_xy)} points covers no area; draw it with at least three")
    area = Polygon(corners)
    reason = is_valid_reason(area)
    if reason.startswith("Self-intersection"):
        at = reason.partition("[")[2].rstrip("]").split()
        raise AnnotationError(f"the polygon crosses itself near x {at[0]}, y {at[1]}; draw it again")
    return Outline(area, drawn_xy)


def rectangle(corner_xy: XY, opposite_xy: XY, rotation_deg: float = 0.0) -> Outline:
    """Make a rectangle from two opposite corners, turned clockwise on the screen around its middle.

    Raises:
        AnnotationError: It covers no area.
    """
    drawn_xy = _finite([corner_xy, opposite_xy])
    (left, top), (right, bottom) = drawn_xy.min(axis=0), drawn_xy.max(axis=0)
    if left == right or top == bottom:
        raise AnnotationError("the box has no width or no height; draw it again")
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    middle = (drawn_xy[0] + drawn_xy[1]) / 2
    turned = middle + (corners - middle) @ _turn(rotation_deg)
    return Outline(Polygon(turned if rotation_deg else corners), drawn_xy)


def circle(centre_xy: XY, edge_xy: XY) -> Outline:
    """Make a circle from its centre and a point on its edge.

    Raises:
        AnnotationError: It has no radius.
    """
    drawn_xy = _finite([centre_xy, edge_xy])
    radius = dist(drawn_xy[0], drawn_xy[1])
    if radius == 0:
        raise AnnotationError("the circle has no radius; draw it again")
    return Outline(Point(drawn_xy[0]).buffer(radius, quad_segs=CURVE_SEGMENTS), drawn_xy[:1])


def ellipse(centre_xy: XY, radii_xy: XY, rotation_deg: float = 0.0) -> Outline:
    """Make an ellipse, turned clockwise on the screen around its centre.

    Raises:
        AnnotationError: A radius is not above 0.
    """
    drawn_xy = _finite([centre_xy])
    radii = _finite([radii_xy])[0]
    if (radii <= 0).any():
        raise AnnotationError("the ellipse has a radius that is not above 0; draw it again")
    angles = np.linspace(0, 2 * np.pi, 4 * CURVE_SEGMENTS, endpoint=False)
    edge = np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii
    return Outline(Polygon(drawn_xy[0] + edge @ _turn(rotation_deg)), drawn_xy)


def line(points_xy: Sequence[XY], width_px: float) -> Outline:
    """Make a line through points, as wide as given, with round ends and corners.

    Raises:
        AnnotationError: It has fewer than two different points.
    """
    drawn_xy = _finite(points_xy)
    if len(np.unique(drawn_xy, axis=0)) < 2:
        raise AnnotationError("a line needs at least two different points; draw it again")
    area = LineString(drawn_xy).buffer(width_px / 2)
    if not isinstance(area, Polygon) or area.is_empty:
        raise AnnotationError(f"a line of {width_px:g} px covers nothing; give it a larger width")
    return Outline(area, drawn_xy)


def _finite(points_xy: Sequence[XY]) -> NDArray[np.float64]:
    points = np.asarray(points_xy, dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(points).all():
        raise AnnotationError("a coordinate is not a finite number; draw it again")
    return points


def _turn(rotation_deg: float) -> NDArray[np.float64]:
    """Matrix that turns row vectors; y runs down, so that a positive angle turns clockwise on the screen."""
    angle = radians(rotation_deg)
    return np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])


def _without_spikes(points: list[XY]) -> list[XY]:
    """Drop corners where an outline turns back on itself: programs that trace masks write them."""
    kept: list[XY] = []
    for point in points:
        while kept and (point == kept[-1] or (len(kept) > 1 and _turns_back(kept[-2], kept[-1], point))):
            kept.pop()
        kept.append(point)
    while len(kept) > 2:  # the outline is closed: its ends meet
        if _turns_back(kept[-2], kept[-1], kept[0]):
            kept.pop()
        elif _turns_back(kept[-1], kept[0], kept[1]):
            kept.pop(0)
        else:
            break
    return kept


def _turns_back(before: XY, corner: XY, after: XY) -> bool:
    (ax, ay), (bx, by) = (
        (corner[0] - before[0], corner[1] - before[1]),
        (after[0] - corner[0], after[1] - corner[1]),
    )
    return ax * by == ay * bx and ax * bx + ay * by <= 0
