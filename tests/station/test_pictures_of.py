import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.errors import PictureError
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe
from scuff.station.capture import Capture
from scuff.station.pictures_of import Picture, pictures_of
from scuff.station.raw_frame import Pixels, RawFrame

FUSED = load_recipe(None, ['frames.fused=["A","B"]'])


def raw(camera: str, lighting: str, pixels: Pixels, pixel_format: str = "Mono8") -> RawFrame:
    return RawFrame(camera, "S1", 1, pixels, pixel_format, 0, 0, 1000.0, 0.0, simulated=True, lighting=lighting)


def flat(value: int) -> NDArray[np.uint8]:
    return np.full((4, 6), value, np.uint8)


def capture(*frames: RawFrame) -> Capture:
    return Capture("P1", frames, (), 0, 0)


def names(pictures: tuple[Picture, ...]) -> list[tuple[str, str]]:
    return [(picture.camera, picture.name) for picture in pictures]


def test_one_lighting_gives_a_picture_of_each_camera() -> None:
    pictures = pictures_of(capture(raw("left", "all", flat(1)), raw("right", "all", flat(2))), Recipe())
    assert names(pictures) == [("left", "P1-left"), ("right", "P1-right")]
    assert pictures[1].pixels.tolist() == np.full((4, 6, 3), 2).tolist()


def test_each_of_several_lightings_gives_its_own_picture() -> None:
    taken = capture(*(raw(camera, light, flat(9)) for light in "AB" for camera in ("left", "right")))
    assert [name for _, name in names(pictures_of(taken, Recipe()))] == [
        "P1-left-A",
        "P1-left-B",
        "P1-right-A",
        "P1-right-B",
    ]


def test_fused_lightings_are_one_picture_in_the_order_of_the_recipe() -> None:
    frames = [raw("left", "B", flat(20)), raw("left", "C", flat(99)), raw("left", "A", flat(50))]
    (picture,) = pictures_of(capture(*frames), FUSED)
    assert (picture.camera, picture.name) == ("left", "P1-left")
    assert picture.pixels[0, 0].tolist() == [50, 20, 20]


def test_a_lighting_that_lacks_is_told() -> None:
    with pytest.raises(PictureError, match=r"P1, left: has no frame under 'B', which frames.fused names; its .* are A"):
        pictures_of(capture(raw("left", "A", flat(1))), FUSED)


@pytest.mark.parametrize(("pixel_format", "first"), [("BayerRG8", 0), ("BayerBG8", 2)])
def test_a_mosaic_gets_its_colours_by_the_frame_s_own_format(pixel_format: str, first: int) -> None:
    mosaic = flat(0)
    mosaic[::2, ::2] = 200  # the colour that the format begins with
    (picture,) = pictures_of(capture(raw("left", "all", mosaic, pixel_format)), Recipe())
    expected = [0, 0, 0]
    expected[first] = 200
    assert picture.pixels[1, 2].tolist() == expected


def test_twelve_bits_become_eight() -> None:
    (picture,) = pictures_of(capture(raw("left", "all", np.full((4, 6), 4095, np.uint16), "BayerRG12")), Recipe())
    assert picture.pixels.min() == 255


def test_colours_stay_as_they_are() -> None:
    pixels = np.full((4, 6, 3), (1, 2, 3), np.uint8)
    (picture,) = pictures_of(capture(raw("left", "all", pixels, "RGB8")), Recipe())
    assert picture.pixels.tolist() == pixels.tolist()


def test_a_format_that_is_not_read_is_told_with_camera_and_frame() -> None:
    with pytest.raises(PictureError, match="left, frame 1: pixel format 'Confidence8'"):
        pictures_of(capture(raw("left", "all", flat(1), "Confidence8")), Recipe())


def test_values_that_do_not_belong_to_the_format_are_told() -> None:
    with pytest.raises(PictureError, match="left, frame 1: has values of uint8, which BayerRG12p has not"):
        pictures_of(capture(raw("left", "all", flat(1), "BayerRG12p")), Recipe())
