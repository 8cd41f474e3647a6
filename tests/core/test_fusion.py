import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.errors import PictureError
from scuff.core.fusion import fuse


def grey(*values: int) -> NDArray[np.uint8]:
    """A picture of one row."""
    return np.repeat(np.array([values], np.uint8)[..., None], 3, axis=2)


def test_two_lightings_and_what_neither_overexposes() -> None:
    fused = fuse([grey(10, 255, 30), grey(40, 50, 20)])
    assert fused.tolist() == [[[10, 40, 10], [255, 50, 50], [30, 20, 20]]]
    assert fused.dtype == np.uint8


def test_three_lightings_are_the_three_channels_in_their_order() -> None:
    assert fuse([grey(1, 2), grey(3, 4), grey(5, 6)]).tolist() == [[[1, 3, 5], [2, 4, 6]]]


def test_colours_become_grey_by_how_bright_they_look() -> None:
    red, green = np.array([[[255, 0, 0]]], np.uint8), np.array([[[0, 255, 0]]], np.uint8)
    assert fuse([red, green]).tolist() == [[[76, 150, 76]]]  # 0.299 and 0.587 of 255


def test_pictures_of_different_sizes_are_refused() -> None:
    with pytest.raises(PictureError, match=r"P1: its lightings have pictures of 2×1 and 3×1 pixels"):
        fuse([grey(1, 2), grey(1, 2, 3)], "P1")


@pytest.mark.parametrize("count", [0, 1, 4])
def test_one_or_four_are_refused(count: int) -> None:
    with pytest.raises(PictureError, match=f"{count} lightings cannot be fused; give 2 or 3"):
        fuse([grey(1)] * count)
