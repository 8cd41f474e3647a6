from dataclasses import replace

import numpy as np

from scuff.booth.finish import Finish
from scuff.booth.indirect import SEEN, SHOWN, indirect_of
from scuff.booth.light import Environment
from scuff.booth.scene import BOOTH
from scuff.booth.shape import Sheet, Sink

HW = (24, 36)
CAMERA = replace(BOOTH.cameras[0], position_mm=(0.0, 0.0, 900.0), look_at_mm=(0.0, 0.0, 0.0), distortion=(0.0, 0.0))
FINISH = Finish(haze=0.0)


def test_a_sheet_shows_all_of_each_luminaire_and_none_of_itself() -> None:
    planes = indirect_of(Sheet(), FINISH, CAMERA, BOOTH.luminaires, Environment(), HW).planes
    assert planes.shape == (3, 4, *HW)
    np.testing.assert_array_equal(planes[:2, SEEN], 1)
    np.testing.assert_array_equal(planes[:2, SHOWN:], 0)


def test_a_sheet_shows_the_booth_and_a_dark_booth_shows_nothing() -> None:
    bright, dark = (
        indirect_of(Sheet(), FINISH, CAMERA, (), Environment(radiance), HW).planes[0] for radiance in (0.02, 0.0)
    )
    assert 0.005 < bright[SHOWN].mean() < 0.05
    np.testing.assert_array_equal(dark, 0)


def test_metal_in_a_bowl_shows_metal_that_a_luminaire_lights() -> None:
    planes = indirect_of(Sink(), FINISH, CAMERA, BOOTH.luminaires, Environment(0.0), HW).planes
    flange, wall = np.s_[HW[0] // 2, 2], np.s_[HW[0] // 2, HW[1] // 2 + 14]
    assert planes[0, SHOWN][wall] > 1e-3  # A is at the left, and so is what the right wall shows of the bottom
    assert planes[0, SHOWN][flange] < 0.05 * planes[0, SHOWN][wall]
    assert (planes[:, SHOWN] >= 0).all()


def test_light_by_way_of_the_metal_is_additive() -> None:
    one, other, both = (
        indirect_of(Sink(), FINISH, CAMERA, lights, Environment(0.0), HW).planes
        for lights in (BOOTH.luminaires[:1], BOOTH.luminaires[1:], BOOTH.luminaires)
    )
    np.testing.assert_array_equal(both[:2], [one[0], other[0]])
