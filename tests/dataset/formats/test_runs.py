import numpy as np
import pycocotools.mask
import pytest
from numpy.typing import NDArray

from scuff.core.errors import AnnotationError
from scuff.dataset.formats.region import Bitmap
from scuff.dataset.formats.runs import decode_columns, decode_rows, encode_columns


def spread(bitmap: Bitmap, hw: tuple[int, int]) -> NDArray[np.bool_]:
    frame = np.zeros(hw, np.bool_)
    rows, columns = bitmap.marked.shape
    frame[bitmap.y : bitmap.y + rows, bitmap.x : bitmap.x + columns] = bitmap.marked
    return frame


def test_coco_counts_run_down_the_columns() -> None:
    # 3 rows, 4 columns: three unmarked, two marked, then the rest
    bitmap = decode_columns([3, 2, 7], (3, 4))
    assert (bitmap.x, bitmap.y) == (1, 0)
    assert bitmap.marked.tolist() == [[True], [True], [False]]


def test_coco_counts_may_begin_with_a_marked_pixel_and_hold_empty_runs() -> None:
    assert spread(decode_columns([0, 1, 0, 1, 2], (2, 2)), (2, 2)).tolist() == [[True, False], [True, False]]
    assert not decode_columns([4], (2, 2)).marked.any()


def test_both_coco_forms_agree_with_pycocotools() -> None:
    random = np.random.default_rng(3)
    for hw in [(1, 1), (7, 5), (40, 300)]:
        for share in (0.0, 0.02, 0.5, 1.0):
            mask = random.random(hw) < share
            packed = pycocotools.mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()
            assert (spread(decode_columns(packed, hw), hw) == mask).all()
            assert encode_columns(Bitmap(mask), hw) == packed


def test_a_window_is_encoded_as_part_of_its_picture() -> None:
    bitmap = Bitmap(np.array([[True, True], [False, True]]), x=2, y=4)
    whole = np.asfortranarray(spread(bitmap, (6, 4)).astype(np.uint8))
    assert encode_columns(bitmap, (6, 4)) == pycocotools.mask.encode(whole)["counts"].decode()


def test_cvat_counts_run_along_the_rows_of_the_window() -> None:
    bitmap = decode_rows([1, 3, 2], 5, 7, (2, 3))
    assert (bitmap.x, bitmap.y) == (5, 7)
    assert bitmap.marked.tolist() == [[False, True, True], [True, False, False]]


def test_the_example_of_cvat_s_documentation_is_a_disc() -> None:
    counts = [3, 5, 7, 7, 5, 9, 3, 11, 2, 11, 2, 12, 1, 12, 1, 26, 1, 12, 1, 12, 2, 11, 3, 9, 5, 7, 7, 5, 3]
    bitmap = decode_rows(counts, 707, 888, (15, 13))
    assert bitmap.marked[0].tolist() == [False] * 3 + [True] * 5 + [False] * 5
    assert bitmap.marked[7].all()
    assert bitmap.marked.sum() == sum(counts[1::2])


@pytest.mark.parametrize("counts", [[3, 2], [3, -2, 11], [2**62, 2**62, 2**62, 12]])
def test_lengths_that_do_not_fill_the_picture_are_refused(counts: list[int]) -> None:
    with pytest.raises(AnnotationError, match=r"add up to -?\d+ pixels instead of 12; the mask is damaged"):
        decode_columns(counts, (3, 4))
    with pytest.raises(AnnotationError, match="instead of 12"):
        decode_rows(counts, 0, 0, (3, 4))


@pytest.mark.parametrize("packed", ["", "\x00\x01", "hh", "zzzz", "é", "~~~", "P" * 30])
def test_damaged_strings_are_refused(packed: str) -> None:
    with pytest.raises(AnnotationError, match="the mask is damaged, export it again"):
        decode_columns(packed, (6, 5))
