import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.bayer import CONVERSIONS, demosaic
from scuff.core.errors import PictureError
from scuff.core.pixel_format import BayerPattern

COLOURS = {"R": 200, "G": 100, "B": 50}

SQUARES: dict[BayerPattern, tuple[str, str]] = {
    "RG": ("RG", "GB"),
    "GR": ("GR", "BG"),
    "GB": ("GB", "RG"),
    "BG": ("BG", "GR"),
}
"""The first two rows of each pattern, as GenICam draws them."""


def mosaic_of(pattern: BayerPattern, hw: tuple[int, int] = (6, 8)) -> NDArray[np.uint8]:
    """What a sensor with a pattern sees of a surface that has one colour everywhere."""
    square = [[COLOURS[letter] for letter in row] for row in SQUARES[pattern]]
    return np.tile(np.array(square, np.uint8), (hw[0] // 2 + 1, hw[1] // 2 + 1))[: hw[0], : hw[1]]


@pytest.mark.parametrize("pattern", CONVERSIONS)
@pytest.mark.parametrize("hw", [(6, 8), (5, 7), (3, 3)])
def test_a_surface_of_one_colour_gets_it_back(pattern: BayerPattern, hw: tuple[int, int]) -> None:
    rgb = demosaic(mosaic_of(pattern, hw), pattern)
    assert rgb.shape == (*hw, 3)
    assert rgb.dtype == np.uint8
    assert np.unique(rgb.reshape(-1, 3), axis=0).tolist() == [[200, 100, 50]]


def test_the_opposite_pattern_swaps_red_and_blue() -> None:
    assert demosaic(mosaic_of("RG"), "BG")[2, 2].tolist() == [50, 100, 200]


def test_what_a_pixel_has_not_seen_is_the_mean_of_its_neighbours() -> None:
    mosaic = np.zeros((5, 5), np.uint8)
    mosaic[1, 2] = 100  # a green pixel of RG, above the red one in the middle
    green = demosaic(mosaic, "RG")[..., 1]
    assert (green[1, 2], green[2, 2], green[3, 2]) == (100, 25, 0)
    mosaic = np.zeros((5, 5), np.uint8)
    mosaic[2, 2] = 100  # a red pixel
    red = demosaic(mosaic, "RG")[..., 0]
    assert red[1:4, 1:4].tolist() == [[25, 50, 25], [50, 100, 50], [25, 50, 25]]


@pytest.mark.parametrize("hw", [(1, 1), (2, 8), (8, 2)])
def test_a_mosaic_without_neighbours_is_refused(hw: tuple[int, int]) -> None:
    with pytest.raises(PictureError, match=rf"mosaic of {hw[1]}×{hw[0]} pixels holds no colours; it needs 3×3"):
        demosaic(np.zeros(hw, np.uint8), "RG")


def test_a_pattern_must_be_named() -> None:
    with pytest.raises(PictureError, match=r"frames\.bayer = '' names no pattern; set it to RG, GR, GB, BG"):
        demosaic(mosaic_of("RG"), "")
