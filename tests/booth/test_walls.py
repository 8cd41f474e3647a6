import pytest

from scuff.booth.camera import Vector
from scuff.booth.walls import CEILING, HALF_X, Room, glow

PUPIL = (-170.0, -40.0, 900.0)
ROOM = Room(0.02, PUPIL)
UP = (0.0, 0.0, 1.0)


def shown(point: Vector, toward: Vector) -> float:
    """What a point shows, where the ceiling has 1."""
    length = sum(part * part for part in toward) ** 0.5
    x, y, z = (part / length for part in toward)
    return glow(point, (x, y, z), ROOM) / ROOM.radiance


def test_the_ceiling_and_its_struts() -> None:
    assert shown((300.0, 100.0, 0.0), UP) == pytest.approx(1)
    assert shown((300.0, 420.0, 0.0), UP) == pytest.approx(2.4)


@pytest.mark.parametrize("point", [(-170.0, -40.0, 0.0), (250.0, 150.0, -180.0), (-300.0, 0.0, 0.0)])
def test_metal_that_mirrors_the_camera_shows_its_black_plate(point: Vector) -> None:
    to_pupil = tuple(there - here for there, here in zip(PUPIL, point, strict=True))
    assert shown(point, (to_pupil[0], to_pupil[1], to_pupil[2])) == pytest.approx(0.08)
    assert shown(point, (to_pupil[0] + 100, to_pupil[1], to_pupil[2])) == pytest.approx(1)
    # From 45 mm beside the pupil on it gets brighter, over 40 mm.
    assert shown(point, (to_pupil[0], to_pupil[1] + 65, to_pupil[2])) == pytest.approx(0.54)


def test_walls_are_brighter_above() -> None:
    assert shown((0.0, 100.0, 0.0), (1.0, 0.0, 1e-6)) == pytest.approx(0.35, abs=1e-3)
    # Half of the way up
    assert shown((0.0, 100.0, 0.0), (HALF_X, 0.0, CEILING / 2)) == pytest.approx(0.725)
    assert shown((0.0, 100.0, 0.0), (-HALF_X, 200.0, 0.0)) == pytest.approx(2.2 * 0.35)  # a strut at y = 300


def test_below_is_the_conveyor() -> None:
    assert shown((0.0, 0.0, 0.0), (1.0, 0.0, -1.0)) == pytest.approx(0.15)


def test_a_dark_booth_is_dark() -> None:
    assert glow((0.0, 0.0, 0.0), UP, Room(0.0, PUPIL)) == 0
