import numpy as np
import pytest

from scuff.core.errors import AnnotationError
from scuff.dataset.formats import shapes
from scuff.dataset.formats.region import Outline

SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]


def area(outline: Outline) -> float:
    return float(outline.area.area)


def test_a_polygon_need_not_be_closed_but_may_be() -> None:
    assert area(shapes.polygon(SQUARE)) == area(shapes.polygon([*SQUARE, SQUARE[0]])) == 16


def test_a_rectangle_takes_any_two_opposite_corners() -> None:
    assert shapes.rectangle((5, 1), (2, 7)).area.bounds == (2, 1, 5, 7)


def test_a_rectangle_turns_clockwise_on_the_screen() -> None:
    # A quarter turn swaps the sides around the middle (5, 3).
    assert shapes.rectangle((1, 2), (9, 4), rotation_deg=90).area.bounds == pytest.approx((4, -1, 6, 7))
    # The right end of a long flat box goes down, where y is larger.
    corners = np.asarray(shapes.rectangle((0, 0), (10, 1), rotation_deg=30).area.exterior.coords)
    assert corners[corners[:, 0].argmax(), 1] > 2


def test_a_circle_has_the_distance_to_its_edge_as_radius() -> None:
    circle = shapes.circle((10, 10), (13, 14))
    assert circle.area.bounds == pytest.approx((5, 5, 15, 15))
    assert area(circle) == pytest.approx(np.pi * 25, rel=1e-3)
    assert circle.drawn_xy.tolist() == [[10, 10]]  # its edge may be cut off by the border


def test_an_ellipse_has_two_radii_and_turns() -> None:
    assert shapes.ellipse((10, 20), (4, 2)).area.bounds == pytest.approx((6, 18, 14, 22))
    assert shapes.ellipse((10, 20), (4, 2), 90).area.bounds == pytest.approx((8, 16, 12, 24))


def test_a_line_is_as_wide_as_told() -> None:
    line = shapes.line([(2, 5), (8, 5)], width_px=2)
    assert line.area.bounds == pytest.approx((1, 4, 9, 6))
    assert line.drawn_xy.tolist() == [[2, 5], [8, 5]]


def test_a_polygon_may_touch_itself() -> None:
    hourglass = [(0.0, 0.0), (2.0, 2.0), (4.0, 0.0), (4.0, 4.0), (2.0, 2.0), (0.0, 4.0)]
    assert area(shapes.polygon(hourglass)) == 8


def test_a_polygon_that_crosses_itself_is_refused() -> None:
    with pytest.raises(AnnotationError, match="the polygon crosses itself near x 2, y 2; draw it again"):
        shapes.polygon([(0, 0), (4, 4), (4, 0), (0, 4)])


@pytest.mark.parametrize(
    "spiky",
    [
        [(0, 0), (4, 0), (9, 0), (4, 0), (4, 4), (0, 4)],  # out and back along the same points
        [(0, 0), (9, 0), (4, 0), (4, 4), (0, 4)],  # back, but less far
        [(2, 0), (4, 0), (4, 4), (0, 4), (0, 0), (2, 0), (2, -5)],  # where the ends meet
        [(2, -5), (2, 0), (4, 0), (4, 4), (0, 4), (0, 0), (2, 0)],
    ],
)
def test_spikes_that_tracing_programs_write_are_dropped(spiky: list[tuple[float, float]]) -> None:
    assert area(shapes.polygon(spiky)) == 16


@pytest.mark.parametrize("points", [[], [(1, 1)], [(1, 1), (2, 2)], [(1, 1), (2, 2), (3, 3), (1, 1)]])
def test_a_polygon_without_area_is_refused(points: list[tuple[float, float]]) -> None:
    with pytest.raises(AnnotationError, match=f"a polygon of {len(points)} points covers no area"):
        shapes.polygon(points)


def test_shapes_without_extent_are_refused() -> None:
    with pytest.raises(AnnotationError, match="the box has no width or no height"):
        shapes.rectangle((1, 1), (1, 5))
    with pytest.raises(AnnotationError, match="the circle has no radius"):
        shapes.circle((1, 1), (1, 1))
    with pytest.raises(AnnotationError, match="the ellipse has a radius that is not above 0"):
        shapes.ellipse((1, 1), (3, 0))
    with pytest.raises(AnnotationError, match="a line needs at least two different points"):
        shapes.line([(1, 1), (1, 1)], 3)
    with pytest.raises(AnnotationError, match="a line of 0 px covers nothing; give it a larger width"):
        shapes.line([(1, 1), (2, 2)], 0)


def test_coordinates_must_be_finite() -> None:
    with pytest.raises(AnnotationError, match="a coordinate is not a finite number"):
        shapes.polygon([(0, 0), (4, 0), (4, float("nan"))])
