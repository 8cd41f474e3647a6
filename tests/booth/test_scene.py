import numpy as np
import pytest

from scuff.booth.camera import Camera
from scuff.booth.light import Luminaire
from scuff.booth.scene import BOOTH
from scuff.booth.shape import Sink

HW = (912, 1368)


def in_frame(camera: Camera, *points_mm: tuple[float, float, float]) -> list[bool]:
    places = camera.project(np.array(points_mm), HW)
    return [bool((place >= 0).all() and (place <= (HW[1], HW[0])).all()) for place in places]


def test_two_cameras_and_two_luminaires() -> None:
    assert [camera.name for camera in BOOTH.cameras] == ["left", "right"]
    assert [luminaire.name for luminaire in BOOTH.luminaires] == ["A", "B"]
    assert [luminaire.size_mm for luminaire in BOOTH.luminaires] == [(560, 80)] * 2
    assert 0 < BOOTH.environment.radiance < 0.1


def test_the_cameras_see_both_halves_of_a_bowl() -> None:
    left, right = BOOTH.cameras
    half_x, half_y = Sink().length_mm / 2, Sink().width_mm / 2
    assert in_frame(left, (-half_x, -half_y, 0.0), (-half_x, half_y, 0.0)) == [True, True]
    assert in_frame(right, (half_x, -half_y, 0.0), (half_x, half_y, 0.0)) == [True, True]
    middle = (0.0, half_y, 0.0), (0.0, -half_y, 0.0)
    assert in_frame(left, *middle) == in_frame(right, *middle) == [True, True]


@pytest.mark.parametrize("luminaire", BOOTH.luminaires, ids=lambda luminaire: luminaire.name)
def test_luminaires_hang_above_the_part_and_face_it(luminaire: Luminaire) -> None:
    np.testing.assert_allclose(luminaire.axes @ luminaire.axes.T, np.eye(3), atol=1e-12)
    along, across, normal = luminaire.axes
    assert normal[2] < -0.9
    assert abs(along @ luminaire.along) > 0.95
    long, short = luminaire.size_mm
    for u, v in [(-1, -1), (-1, 1), (1, -1), (1, 1)]:
        corner = luminaire.centre_mm + u * along * long / 2 + v * across * short / 2
        assert corner[2] > 600
        assert normal @ -corner > 0


def test_no_luminaire_hides_the_part_from_a_camera() -> None:
    for camera in BOOTH.cameras:
        for luminaire in BOOTH.luminaires:
            along, across, _ = luminaire.axes
            long, short = luminaire.size_mm
            u, v = (
                places.ravel()[:, None] for places in np.meshgrid(np.linspace(-0.5, 0.5, 29), np.linspace(-0.5, 0.5, 5))
            )
            inside = in_frame(camera, *map(tuple, luminaire.centre_mm + u * along * long + v * across * short))
            assert not any(inside)
