import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.inspection.regions import find_defects

CLASSES = ("scratch", "dent")


def scored(mask: NDArray[np.uint8], score: float = 0.75) -> NDArray[np.float32]:
    return np.stack([(mask == value) * np.float32(score) for value in (1, 2)])


def test_pixels_that_touch_at_a_corner_are_one_defect() -> None:
    mask = np.eye(4, dtype=np.uint8)
    (defect,), cleaned = find_defects(scored(mask), mask, CLASSES)
    assert (defect.label, defect.box_xyxy, defect.area_px) == ("scratch", (0, 0, 4, 4), 4)
    assert defect.length_px == pytest.approx(1 + 3 * 2**0.5, abs=0.01)
    np.testing.assert_array_equal(cleaned, mask)


def test_single_pixel_is_one_pixel_long() -> None:
    mask = np.zeros((3, 3), np.uint8)
    mask[1, 2] = 2
    (defect,), _ = find_defects(scored(mask), mask, CLASSES)
    assert (defect.label, defect.box_xyxy, defect.area_px, defect.length_px) == ("dent", (2, 1, 3, 2), 1, 1.0)
    assert (defect.area_mm2, defect.length_mm) == (None, None)


def test_sizes_in_mm_where_the_scale_is_known() -> None:
    mask = np.zeros((4, 12), np.uint8)
    mask[1:3, 1:11] = 1
    (defect,), _ = find_defects(scored(mask), mask, CLASSES, pixel_mm=0.5)
    assert (defect.area_px, defect.length_px) == (20, 10.0)
    assert (defect.area_mm2, defect.length_mm) == (5.0, 5.0)


def test_classes_that_touch_are_defects_of_their_own() -> None:
    mask = np.array([[1, 1, 2, 2, 2]], np.uint8)
    defects, _ = find_defects(scored(mask), mask, CLASSES)
    assert [(defect.label, defect.area_px) for defect in defects] == [("scratch", 2), ("dent", 3)]


def test_order_is_down_then_right() -> None:
    mask = np.zeros((5, 7), np.uint8)
    mask[4, 0] = mask[0, 6] = 1
    mask[0, 2] = 2
    defects, _ = find_defects(scored(mask), mask, CLASSES)
    assert [defect.box_xyxy[:2] for defect in defects] == [(2, 0), (6, 0), (0, 4)]


def test_score_is_the_highest_sum_over_the_classes() -> None:
    mask = np.array([[1, 1, 1]], np.uint8)
    scores = np.array([[[0.4, 0.5, 0.5]], [[0.3, 0.25, 0.125]]], np.float32)
    (defect,), _ = find_defects(scores, mask, CLASSES)
    assert defect.score == 0.75


def test_small_regions_leave_the_list_and_the_mask() -> None:
    mask = np.zeros((3, 6), np.uint8)
    mask[0, :2] = 1
    mask[2, :3] = 1
    defects, cleaned = find_defects(scored(mask), mask, CLASSES, min_area_px=3)
    assert [defect.area_px for defect in defects] == [3]
    np.testing.assert_array_equal(cleaned[0], 0)
    np.testing.assert_array_equal(cleaned[2], mask[2])


def test_sound_picture_has_no_defects() -> None:
    defects, cleaned = find_defects(np.zeros((2, 3, 3), np.float32), np.zeros((3, 3), np.uint8), CLASSES)
    assert defects == []
    assert not cleaned.any()
