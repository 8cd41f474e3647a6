import numpy as np
import pytest
from tests.fixtures.defects import a_defect

from scuff.core.defect import Defect
from scuff.core.plane import Calibration, Planes
from scuff.inspection.outlines import Outline, share_within
from scuff.inspection.sightings import Seen, part_defects

TENTH_MM = (0.1, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 1.0)
SHIFTED = (0.1, 0.0, 10.0, 0.0, 0.1, 0.0, 0.0, 0.0, 1.0)
"""The right camera sees what lies 10 mm, 100 pixels, further to the right."""


def planes(plane: str = "lid", residual_mm: float = 0.0) -> Planes:
    left = Calibration(camera="left", homography=TENTH_MM, plane=plane, residual_mm=residual_mm)
    right = Calibration(camera="right", homography=SHIFTED, plane=plane, residual_mm=residual_mm)
    return Planes((left, right), None)


def seen(camera: str, *defects: Defect, frame: str = "") -> Seen:
    return Seen(frame or camera, camera, (100, 300), defects)


def found(planes: Planes, *frames: Seen) -> list[tuple[str, int, list[str]]]:
    defects = part_defects(frames, planes)
    return [(each.shown.frame, each.shown.number, [other.frame for other in each.also]) for each in defects]


def test_one_defect_in_two_overlapping_cameras_counts_once() -> None:
    left, right = a_defect(box_xyxy=(150, 10, 170, 12)), a_defect(box_xyxy=(50, 10, 71, 12))
    # The right one shows a little more of it.
    assert found(planes(), seen("left", left), seen("right", right)) == [("right", 1, ["left"])]


def test_only_within_what_the_calibrations_can_tell() -> None:
    left, right = a_defect(box_xyxy=(150, 10, 170, 12)), a_defect(box_xyxy=(50, 20, 70, 22))  # 0.9 mm below
    assert len(found(planes(), seen("left", left), seen("right", right))) == 2
    # Each 0.4 mm off, which may be twice as much, and a pixel of 0.1 mm: 1.8 mm.
    assert len(found(planes(residual_mm=0.4), seen("left", left), seen("right", right))) == 1


def test_without_a_common_plane_each_camera_counts() -> None:
    left, right = a_defect(box_xyxy=(150, 10, 170, 12)), a_defect(box_xyxy=(50, 10, 70, 12))
    assert len(found(planes(plane=""), seen("left", left), seen("right", right))) == 2
    assert len(found(Planes((), 0.1), seen("left", left), seen("right", right))) == 2


def test_two_classes_at_one_place_are_two_defects() -> None:
    left, right = a_defect("dent", box_xyxy=(150, 10, 170, 12)), a_defect(box_xyxy=(50, 10, 70, 12))
    assert len(found(planes(), seen("left", left), seen("right", right))) == 2


def test_two_frames_of_one_camera_show_one_view() -> None:
    first, second = a_defect(box_xyxy=(10, 10, 30, 12)), a_defect(box_xyxy=(20, 11, 50, 13))
    frames = seen("left", first, frame="a"), seen("left", second, frame="b")
    assert found(Planes((), None), *frames) == [("b", 1, ["a"])]


def test_what_one_frame_shows_as_two_counts_as_two() -> None:
    blot = a_defect(box_xyxy=(150, 10, 190, 14))
    pieces = a_defect(box_xyxy=(50, 10, 65, 14)), a_defect(box_xyxy=(70, 10, 90, 14))
    assert found(planes(), seen("left", blot), seen("right", *pieces)) == [("right", 1, ["left"]), ("right", 2, [])]


def test_defects_of_one_frame_are_never_one() -> None:
    touching = a_defect(box_xyxy=(0, 0, 10, 10)), a_defect(box_xyxy=(9, 9, 19, 19))
    assert len(found(planes(), seen("left", *touching))) == 2


def test_a_calibration_for_any_camera_serves_those_without_their_own() -> None:
    planes = Planes((Calibration(homography=TENTH_MM), Calibration(camera="left", homography=SHIFTED)), 3.0)
    right, left = planes.of("right"), planes.of("left")
    assert right is not None
    assert left is not None
    assert (right.matrix[0, 2], left.matrix[0, 2]) == (0, 10)


def square(x: float, y: float, side: float) -> Outline:
    return Outline([np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]])])


@pytest.mark.parametrize(
    ("other", "distance"), [((20, 0, 5), 10), ((13, 14, 5), 5), ((5, 5, 50), 0), ((2, 2, 3), 0), ((10, 3, 4), 0)]
)
def test_distance_of_outlines(other: tuple[float, float, float], distance: float) -> None:
    one, two = square(0, 0, 10), square(*other)
    assert one.distance(two) == pytest.approx(distance)
    assert two.distance(one) == pytest.approx(distance)
    assert one.box_distance(two) <= one.distance(two) + 1e-6


def test_share_of_a_defect_within_polygons() -> None:
    outline = a_defect(box_xyxy=(10, 10, 20, 12)).polygons
    assert share_within(outline, [[(0, 0), (14, 0), (14, 99), (0, 99)]]) == 0.5
    assert share_within(outline, [[(0, 0), (14, 0), (14, 99), (0, 99)], [(15, 0), (99, 0), (99, 99), (15, 99)]]) == 1
    assert share_within(outline, [[(50, 50), (60, 50), (60, 60)]]) == 0
