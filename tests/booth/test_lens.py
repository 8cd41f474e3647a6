from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.booth import lens
from scuff.booth.scene import BOOTH

CAMERA = BOOTH.cameras[0]


def flat(value: float, hw: tuple[int, int] = (4, 6)) -> NDArray[np.float32]:
    return np.full(hw, value, np.float32)


def test_colour_filters_stand_red_green_green_blue() -> None:
    diffuse = lens.filtered(flat(0), flat(1), flat(0), (1.0, 2.0, 3.0))
    np.testing.assert_array_equal(diffuse, np.tile([[1, 2], [2, 3]], (2, 3)))


def test_metal_reflects_its_own_colour_and_what_lies_on_it_does_not() -> None:
    red, green, blue = lens.STEEL
    mosaic = lens.filtered(flat(2), flat(1), flat(0), (1.0, 1.0, 1.0))
    np.testing.assert_allclose(mosaic[:2, :2], [[1 + 2 * red, 1 + 2 * green], [1 + 2 * green, 1 + 2 * blue]])


def test_warm_metal_is_redder_and_cold_metal_bluer() -> None:
    def red_through_blue(warmth: float) -> float:
        mosaic = lens.filtered(flat(1), flat(0), flat(warmth), (1.0, 1.0, 1.0))
        return float(mosaic[0, 0] / mosaic[1, 1])

    assert red_through_blue(1) > 1.5 * red_through_blue(0)
    assert red_through_blue(-1) < 0.7 * red_through_blue(0)
    assert lens.filtered(flat(1), flat(0), flat(100), (1.0, 1.0, 1.0)).min() > 0


def test_vignetting_is_full_at_the_sides_and_more_in_the_corners() -> None:
    share = lens.vignetting(replace(CAMERA, vignetting=0.2), (200, 300), 0, 200)
    assert share.max() == pytest.approx(1, abs=1e-4)
    assert share[100, 0] == pytest.approx(1 - 0.2, abs=2e-3)
    assert share[0, 0] == pytest.approx(1 - 0.2 * (1 + 4 / 9), abs=4e-3)
    np.testing.assert_array_equal(
        lens.vignetting(CAMERA, (200, 300), 50, 90), lens.vignetting(CAMERA, (200, 300), 0, 200)[50:90]
    )
    assert lens.vignetting(replace(CAMERA, vignetting=1.0), (200, 300), 0, 200).min() == 0


def test_blur_keeps_the_light_and_reaches_no_further_than_said() -> None:
    for blur_px in (0.6, 1.0, 1.3, 2.7):
        camera, point = replace(CAMERA, blur_px=blur_px), np.zeros((41, 41), np.float32)
        point[20, 20] = 1
        blurred = lens.blurred(camera, point)
        assert blurred.sum() == pytest.approx(1, abs=1e-5)
        assert not blurred[: 20 - lens.blur_reach(camera)].any()
        rows = np.arange(41) - 20
        assert float((blurred.sum(axis=1) * rows**2).sum()) == pytest.approx(blur_px**2, rel=0.05)


def test_an_ideal_lens_does_not_blur() -> None:
    plane = np.random.default_rng(1).random((8, 8), np.float32)
    np.testing.assert_array_equal(lens.blurred(replace(CAMERA, blur_px=0.0), plane), plane)


@pytest.mark.parametrize("place", [(100, 150), (3, 4), (196, 2)], ids=["middle", "upper left", "lower left"])
def test_glare_scatters_light_and_loses_none(place: tuple[int, int]) -> None:
    plane = np.zeros((200, 304), np.float32)
    plane[place] = 1000
    lens.add_glare(replace(CAMERA, glare=0.1), plane)
    assert plane.sum() == pytest.approx(1000, rel=0.005)
    assert plane[place] == pytest.approx(900, rel=0.01)
    assert plane.min() >= 0
    near = cv2.blur(plane, (9, 9))
    assert near[place[0], place[1] + 30] > 5 * near[place[0], place[1] + 80] > 0


def test_glare_leaves_an_even_plane_even() -> None:
    plane = flat(3, (50, 70))
    lens.add_glare(CAMERA, plane)
    np.testing.assert_allclose(plane, 3, rtol=1e-5)
