import numpy as np
import pytest
from tests.fixtures.raw_frames import raw_frame

from scuff.core.errors import PictureError
from scuff.station.mosaic import Colours

SQUARE = np.array([[1, 2], [3, 4]], np.uint8)


@pytest.mark.parametrize(
    ("pattern", "values"),
    [
        ("RG", {"red": 1, "green": 2, "green 2": 3, "blue": 4}),
        ("BG", {"blue": 1, "green": 2, "green 2": 3, "red": 4}),
        ("GR", {"green": 1, "red": 2, "blue": 3, "green 2": 4}),
        ("GB", {"green": 1, "blue": 2, "red": 3, "green 2": 4}),
    ],
)
def test_each_colour_of_a_mosaic_is_a_plane(pattern: str, values: dict[str, int]) -> None:
    planes = Colours.of(raw_frame(np.tile(SQUARE, (2, 3)), f"Bayer{pattern}8")).planes
    assert {name: plane.tolist() for name, plane in planes.items()} == {
        name: [[value] * 3] * 2 for name, value in values.items()
    }


def test_grey_and_colour_frames_have_planes_too() -> None:
    assert list(Colours.of(raw_frame(SQUARE)).planes) == ["grey"]
    colours = Colours.of(raw_frame(np.arange(12, dtype=np.uint8).reshape(2, 2, 3), "RGB8"))
    assert colours.planes["blue"].tolist() == [[2, 5], [8, 11]]
    with pytest.raises(PictureError, match=r"left, frame 1: RGB8 has three channels, not the shape \(2, 2\)"):
        Colours.of(raw_frame(SQUARE, "RGB8"))


def test_samples_are_shares_of_full_scale() -> None:
    twelve = np.full((4, 4), 4095, np.uint16)
    assert Colours.of(raw_frame(twelve, "Mono12")).samples(None)["grey"].tolist() == [1.0] * 16
    assert Colours.of(raw_frame(SQUARE, "BayerRG8")).samples(None)["blue"].tolist() == pytest.approx([4 / 255])


def test_only_the_region_counts() -> None:
    pixels = np.zeros((4, 4), np.uint8)
    pixels[2:, 2:] = 255
    inside = np.where(pixels, np.uint8(255), np.uint8(0))
    samples = Colours.of(raw_frame(pixels, "BayerRG8")).samples(inside)
    assert {name: values.tolist() for name, values in samples.items()} == {name: [1.0] for name in samples}
    with pytest.raises(PictureError, match=r"left, frame 1: inspection.region is too small to measure its light"):
        Colours.of(raw_frame(pixels)).samples(np.zeros((4, 4), np.uint8))


def test_large_frames_are_thinned_on_a_regular_grid() -> None:
    large = np.zeros((1024, 1024), np.uint8)
    assert len(Colours.of(raw_frame(large)).samples(None)["grey"]) == 256 * 256
