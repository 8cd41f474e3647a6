from typing import TYPE_CHECKING

import numpy as np
import pytest

from scuff.booth.camera import Camera
from scuff.booth.form import form_of
from scuff.booth.geometry import clearance, geometry_of, march
from scuff.booth.scene import BOOTH
from scuff.booth.shape import Shape, Sheet, Sink
from scuff.booth.view import ray, view_of
from scuff.core.errors import BoothError

if TYPE_CHECKING:
    from tests.booth.conftest import PlacesOf

HW = (64, 96)
LOW = Camera("low", (-700.0, 60.0, 500.0), (-60.0, 0.0, -60.0), 700.0)
"""It stands so far to the left that the lip hides the left wall from it."""


@pytest.mark.parametrize("camera", [BOOTH.cameras[0], LOW], ids=lambda camera: camera.name)
@pytest.mark.parametrize("shape", [Sheet(), Sink(drainer_mm=350.0)], ids=["sheet", "sink"])
def test_depth_leads_to_the_surface(places_of: "PlacesOf", shape: Shape, camera: Camera) -> None:
    geometry, form = geometry_of(shape, camera, HW), form_of(shape)
    assert geometry.depth_mm.dtype == np.float32
    assert geometry.hw == HW
    above = [clearance((x, y, z), (0.0, 0.0, 0.0), 0.0, form) for x, y, z in places_of(geometry).reshape(-1, 3)]
    assert np.abs(above).max() < 0.01


@pytest.mark.parametrize(("camera", "steps"), [(BOOTH.cameras[1], 4000), (LOW, 4000)], ids=["right", "low"])
def test_the_first_place_on_a_ray_is_found(camera: Camera, steps: int) -> None:
    shape = Sink()
    geometry, form, view = geometry_of(shape, camera, HW), form_of(shape), view_of(camera, HW)
    for row in range(0, HW[0], 7):
        for column in range(HW[1]):
            ahead = ray(view, column + 0.5, row + 0.5)
            start, end = (0.05 - view.pupil[2]) / ahead[2], (form.lowest - view.pupil[2]) / ahead[2]
            assert geometry.depth_mm[row, column] == pytest.approx(
                march(view.pupil, ahead, start, end, steps, form), abs=0.02
            )


def test_a_lip_hides_the_wall_below_it(places_of: "PlacesOf") -> None:
    seen = places_of(geometry_of(Sink(), LOW, HW))
    middle = seen[HW[0] // 2]
    bowl = middle[(middle[:, 0] > -250) & (middle[:, 0] < 250)]
    assert ((bowl[:, 2] < -40) & (bowl[:, 0] > 150)).any()  # the right wall
    assert not ((bowl[:, 2] < -40) & (bowl[:, 0] < -150)).any()
    assert np.diff(middle[:, 0]).max() > 50  # from the lip to what lies behind


def test_a_camera_straight_above_a_sheet_sees_it_at_one_depth() -> None:
    above = Camera("above", (0.0, 0.0, 1000.0), (0.0, 0.0, 0.0), 400.0)
    np.testing.assert_allclose(geometry_of(Sheet(600, 400), above, HW).depth_mm, 1000, atol=1e-3)


@pytest.mark.parametrize(
    ("position", "look_at"), [((0.0, -900.0, 300.0), (0.0, 0.0, 200.0)), ((0.0, 0.0, -900.0), (0.0, 0.0, -1000.0))]
)
def test_a_camera_that_does_not_look_down_is_refused(
    position: tuple[float, float, float], look_at: tuple[float, float, float]
) -> None:
    camera = Camera("side", position, look_at, 600.0)
    with pytest.raises(BoothError, match="camera 'side' does not look down on all of its frame"):
        geometry_of(Sheet(), camera, HW)
