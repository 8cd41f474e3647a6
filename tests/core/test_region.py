import numpy as np
import pytest

from scuff.core.errors import PictureError
from scuff.core.region import INSIDE, Regions

SQUARE = "2,1 6,1 6,3 2,3"
"""Columns 2 to 6 and rows 1 to 3, their ends included."""


def test_without_a_region_whole_frames_are_inspected() -> None:
    assert Regions({}).of("left", (10, 10)) is None


def test_region_is_its_outline_and_what_is_in_it() -> None:
    inside = Regions({"": SQUARE}).of("left", (5, 9))
    assert inside is not None
    expected = np.zeros((5, 9), np.uint8)
    expected[1:4, 2:7] = INSIDE
    np.testing.assert_array_equal(inside, expected)


def test_region_up_to_the_edges_of_the_frame_is_all_of_it() -> None:
    inside = Regions({"": "0,0 9,0 9,5 0,5"}).of("", (5, 9))
    assert inside is not None
    assert (inside == INSIDE).all()


def test_coarse_pixel_is_inside_if_any_of_its_pixels_is() -> None:
    inside = Regions({"": SQUARE}).of("", (5, 9), step=2)
    assert inside is not None
    # Rows 1 to 3 are the coarse rows 0 and 1, columns 2 to 6 the coarse columns 1 to 3.
    expected = np.zeros((3, 5), np.uint8)
    expected[0:2, 1:4] = INSIDE
    np.testing.assert_array_equal(inside, expected)


def test_each_camera_has_its_own_region_and_the_rest_that_of_any() -> None:
    regions = Regions({"left": "0,0 1,0 1,1", "": "0,0 4,0 4,4 0,4"})
    left, right = regions.of("left", (5, 5)), regions.of("right", (5, 5))
    assert left is not None
    assert right is not None
    assert np.count_nonzero(left) == 3
    assert np.count_nonzero(right) == 25


def test_drawing_is_kept_for_frames_of_the_same_size_only() -> None:
    regions = Regions({"": SQUARE})
    first = regions.of("left", (5, 9))
    assert regions.of("right", (5, 9)) is first
    larger = regions.of("left", (6, 9))
    assert larger is not None
    assert larger.shape == (6, 9)


def test_camera_without_a_region_is_refused() -> None:
    with pytest.raises(PictureError, match=r"no entry for camera 'top', only for 'left', 'right'; add one, or one"):
        Regions({"left": SQUARE, "right": SQUARE}).of("top", (5, 9))


@pytest.mark.parametrize("frame_hw", [(2, 9), (5, 5), (1, 1)])
def test_region_beyond_the_frame_is_refused(frame_hw: tuple[int, int]) -> None:
    message = rf"region of camera 'left' reaches to 6,3, beyond the frame of {frame_hw[1]}×{frame_hw[0]} pixels"
    with pytest.raises(PictureError, match=message):
        Regions({"left": SQUARE}).of("left", frame_hw)


def test_region_far_beyond_any_frame_is_refused() -> None:
    with pytest.raises(PictureError, match=r"region of any camera reaches to 99999999999999999999,5"):
        Regions({"": "0,0 99999999999999999999,0 5,5"}).of("", (9, 9))


def test_region_without_a_pixel_of_the_frame_is_refused() -> None:
    # A triangle along the right and the lower edge of a frame of one pixel, outside of it.
    with pytest.raises(PictureError, match="region of any camera holds no pixel of it; draw it anew"):
        Regions({"": "1,0 1,1 0,1"}).of("", (1, 1))
