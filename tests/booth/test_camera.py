from dataclasses import replace

import numpy as np
import pytest

from scuff.booth.camera import Camera
from scuff.booth.scene import BOOTH
from scuff.booth.view import ray, view_of

HW = (100, 200)
ABOVE = Camera("above", (0.0, 0.0, 1000.0), (0.0, 0.0, 0.0), 1000.0, distortion=(-0.1, 0.0))
"""It looks straight down; a pixel sees 5 mm, and its focal length is 200 pixels."""


def project(camera: Camera, *point_mm: float) -> list[float]:
    (place,) = camera.project(np.array([point_mm], np.float64), HW)
    return [float(value) for value in place]


def test_axes_of_a_camera_that_looks_down() -> None:
    np.testing.assert_allclose(ABOVE.axes, [[1, 0, 0], [0, -1, 0], [0, 0, -1]], atol=1e-12)
    for camera in BOOTH.cameras:
        np.testing.assert_allclose(camera.axes @ camera.axes.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(camera.axes) == pytest.approx(1)


def test_scale() -> None:
    assert ABOVE.distance_mm == 1000
    assert ABOVE.pixel_mm(HW) == 5
    assert ABOVE.focal_px(HW) == 200


def test_what_it_looks_at_is_in_the_middle() -> None:
    for camera in BOOTH.cameras:
        assert project(camera, *camera.look_at_mm) == pytest.approx([100, 50])


def test_distortion_draws_towards_the_middle() -> None:
    # At half the focal length k1·r² is -0.025, at a quarter -0.00625.
    assert project(ABOVE, 500, 0, 0) == pytest.approx([100 + 200 * 0.5 * 0.975, 50])
    assert project(ABOVE, 0, 250, 0) == pytest.approx([100, 50 - 200 * 0.25 * 0.99375])
    ideal = replace(ABOVE, distortion=(0.0, 0.0))
    assert project(ideal, 500, -250, 0) == pytest.approx([200, 100])


@pytest.mark.parametrize("camera", [*BOOTH.cameras, replace(ABOVE, distortion=(0.15, -0.05))], ids=lambda c: c.name)
def test_a_ray_goes_to_what_is_projected_to_its_pixel(camera: Camera) -> None:
    view, pupil = view_of(camera, HW), np.array(camera.position_mm)
    for y in np.linspace(0, HW[0], 7):
        for x in np.linspace(0, HW[1], 9):
            direction = np.array(ray(view, float(x), float(y)))
            assert direction @ camera.axes[2] == pytest.approx(1)
            assert project(camera, *(pupil + 850 * direction)) == pytest.approx([x, y], abs=2e-3)
