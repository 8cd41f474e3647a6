import numpy as np
import pytest

from scuff.core.mask import OUTSIDE
from scuff.dataset.drawing import CASING, HATCH_GREY, LINE_PX, PADDING_GREY, fitted, line_colour, outlined, width, write

GREY = np.full((9, 9, 3), 120, np.uint8)


def test_outlines_go_around_a_defect_and_leave_it_bare() -> None:
    mask = np.zeros((9, 9), np.uint8)
    mask[4, 4] = 2
    drawn = outlined(GREY, mask)
    assert drawn[4, 4].tolist() == [120, 120, 120]
    assert {tuple(drawn[y, x]) for y in (3, 4, 5) for x in (3, 4, 5) if (y, x) != (4, 4)} == {line_colour(2)}
    assert tuple(drawn[4, 6]) == tuple(drawn[2, 4]) == CASING
    assert np.count_nonzero((drawn == line_colour(2)).all(axis=-1)) == 8
    assert np.all(GREY == 120)


def test_a_casing_never_hides_the_line_of_a_neighbour() -> None:
    mask = np.zeros((9, 9), np.uint8)
    mask[4, 2], mask[4, 4] = 1, 2
    drawn = outlined(GREY, mask)
    assert tuple(drawn[4, 1]) == line_colour(1)
    assert tuple(drawn[4, 5]) == line_colour(2)
    assert tuple(drawn[4, 3]) in {line_colour(1), line_colour(2)}


def test_padding_is_hatched_in_grey_and_has_no_outline() -> None:
    mask = np.zeros((9, 9), np.uint8)
    mask[4, 4], mask[:, 5:] = 1, OUTSIDE
    drawn = outlined(GREY, mask)
    assert set(np.unique(drawn[:, 5:])) == {HATCH_GREY, PADDING_GREY}
    assert tuple(drawn[4, 3]) == line_colour(1)


def test_classes_differ_in_the_colour_of_their_lines() -> None:
    assert len({line_colour(value) for value in range(1, 11)}) == 10


def test_a_thin_defect_is_not_lost_when_a_picture_shrinks() -> None:
    mask = np.zeros((100, 50), np.uint8)
    mask[:, 7] = 1
    mask[90:] = OUTSIDE
    image, small = fitted(np.zeros((100, 50, 3), np.uint8), mask, 10)
    assert image.shape == (10, 5, 3)
    assert small[:, 0].tolist() == [1] * 9 + [OUTSIDE]
    assert np.count_nonzero(small[:9] == 1) == 9


def test_a_small_picture_is_enlarged_pixel_by_pixel() -> None:
    image, mask = fitted(np.array([[[0] * 3, [9] * 3]], np.uint8), np.array([[0, 1]], np.uint8), 4)
    assert image[..., 0].tolist() == [[0, 0, 9, 9]] * 2
    assert mask.tolist() == [[0, 0, 1, 1]] * 2


@pytest.mark.parametrize("words", ["short", "exp1_num_304290_of_a_frame_with_a_very_long_name"])
def test_words_stay_within_their_width(words: str) -> None:
    sheet = np.zeros((LINE_PX, 200, 3), np.uint8)
    write(sheet, words, 0, 10, 120, (255, 255, 255))
    columns = np.flatnonzero(sheet.any(axis=(0, 2)))
    assert columns.min() >= 10
    assert columns.max() <= 10 + 122
    assert columns.max() >= min(10 + 100, 10 + width(words) - 8)
