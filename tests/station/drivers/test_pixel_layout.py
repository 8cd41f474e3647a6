import numpy as np
import pytest
from tests.fixtures.raw_frames import raw_frame

from scuff.station.drivers.pixel_layout import LAYOUTS, format_given, frame_bytes, pixels_of
from scuff.station.pictures_of import rgb


@pytest.mark.parametrize(("pixel_format", "size"), [("Mono8", 6), ("BayerRG8", 6), ("BayerRG12", 12), ("RGB8", 18)])
def test_a_frame_has_as_many_bytes(pixel_format: str, size: int) -> None:
    assert frame_bytes(pixel_format, (2, 3)) == size


def test_values_of_two_bytes_begin_with_the_low_one() -> None:
    pixels = pixels_of(np.array([1, 0, 0, 1], np.uint8), "Mono12", (1, 2))
    assert pixels.dtype == np.uint16
    assert pixels.tolist() == [[1, 256]]


def test_blue_first_becomes_red_first() -> None:
    assert pixels_of(np.array([1, 2, 3], np.uint8), "BGR8", (1, 1)).tolist() == [[[3, 2, 1]]]


@pytest.mark.parametrize("pixel_format", LAYOUTS)
def test_what_a_driver_gives_can_be_inspected(pixel_format: str) -> None:
    hw = 4, 4
    pixels = pixels_of(np.zeros(frame_bytes(pixel_format, hw), np.uint8), pixel_format, hw)
    assert rgb(raw_frame(pixels, format_given(pixel_format))).shape == (4, 4, 3)


def test_pixels_are_a_copy_and_what_is_behind_them_is_left() -> None:
    memory = np.array([1, 2, 3, 99], np.uint8)
    pixels = pixels_of(memory, "Mono8", (1, 3))
    memory[:] = 0
    assert pixels.tolist() == [[1, 2, 3]]


def test_packed_formats_are_not_read() -> None:
    assert "BayerRG12Packed" not in LAYOUTS
