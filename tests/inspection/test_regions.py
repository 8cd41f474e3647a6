from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.core.plane import Plane
from scuff.inspection.regions import BLOCK_PX, Criteria, find_defects
from scuff.inspection.scores import FULL, ScoreMap

Mask = NDArray[np.uint8]

CLASSES = ("scratch", "dent")
TERMS = Criteria(0.5, CLASSES)


def scored(mask: Mask, step: int = 1, frame_hw: tuple[int, int] | None = None) -> ScoreMap:
    """Scores of a mask, h×w: 127 and more, no two neighbours alike, where it is defective; sound pixels get 126."""
    values = np.where(mask > 0, 127 + np.arange(mask.size).reshape(mask.shape) % 101, 126).astype(np.uint8)
    label = np.where(mask > 0, mask, 2).astype(np.uint8)
    return ScoreMap(values, label, step, frame_hw or (mask.shape[0] * step, mask.shape[1] * step))


def at_once(scores: ScoreMap) -> list[tuple[object, ...]]:
    """Top, left, class, bottom, right, area and score of each region, found in the whole frame at once."""
    mask, score = scores.full(scores.mask(0.5)), scores.full(scores.score)
    found = []
    for value in (1, 2):
        _, numbered, stats, _ = cv2.connectedComponentsWithStats((mask == value).astype(np.uint8), connectivity=8)
        for number, (x, y, width, height, area) in enumerate(stats[1:].tolist(), 1):
            highest = round(int(score[numbered == number].max()) / FULL, 6)
            found.append((y, x, value, y + height, x + width, area, highest))
    return sorted(found)


def as_found(defects: list[Defect]) -> list[tuple[object, ...]]:
    values = [CLASSES.index(defect.label) + 1 for defect in defects]
    return sorted(
        (y0, x0, value, y1, x1, defect.area_px, defect.score)
        for value, defect in zip(values, defects, strict=True)
        for x0, y0, x1, y1 in [defect.box_xyxy]
    )


def test_pixels_that_touch_at_a_corner_are_one_defect() -> None:
    mask = np.eye(4, dtype=np.uint8)
    (defect,), cleaned = find_defects(scored(mask), TERMS)
    assert (defect.label, defect.box_xyxy, defect.area_px) == ("scratch", (0, 0, 4, 4), 4)
    assert defect.length_px == pytest.approx(1 + 3 * 2**0.5, abs=0.01)
    np.testing.assert_array_equal(cleaned, mask)


def test_single_pixel_is_one_pixel_long() -> None:
    mask = np.zeros((3, 3), np.uint8)
    mask[1, 2] = 2
    (defect,), _ = find_defects(scored(mask), TERMS)
    assert (defect.label, defect.box_xyxy, defect.area_px, defect.length_px) == ("dent", (2, 1, 3, 2), 1, 1.0)
    assert (defect.area_mm2, defect.length_mm) == (None, None)


def test_sizes_in_mm_where_the_scale_is_known() -> None:
    mask = np.zeros((4, 12), np.uint8)
    mask[1:3, 1:11] = 1
    (defect,), _ = find_defects(scored(mask), TERMS, Plane(np.diag([0.5, 0.5, 1])))
    assert (defect.area_px, defect.length_px) == (20, 10.0)
    assert (defect.area_mm2, defect.length_mm) == (5.0, 5.0)


def test_length_of_a_region_with_a_dented_outline() -> None:
    # A cross of 8×10 px with broad arms: the first and the last pixels of its rows are far from convex.
    mask = np.zeros((12, 12), np.uint8)
    mask[1:9, 4:8] = mask[3:7, 1:11] = 1
    (defect,), _ = find_defects(scored(mask), TERMS)
    every_pixel = cv2.minAreaRect(np.argwhere(mask)[:, ::-1].astype(np.float32))[1]
    assert defect.length_px == pytest.approx(max(every_pixel) + 1, abs=0.01)


def test_classes_that_touch_are_defects_of_their_own() -> None:
    mask = np.array([[1, 1, 2, 2, 2]], np.uint8)
    defects, _ = find_defects(scored(mask), TERMS)
    assert [(defect.label, defect.area_px) for defect in defects] == [("scratch", 2), ("dent", 3)]


def test_order_is_down_then_right() -> None:
    mask = np.zeros((5, 7), np.uint8)
    mask[4, 0] = mask[0, 6] = 1
    mask[0, 2] = 2
    defects, _ = find_defects(scored(mask), TERMS)
    assert [defect.box_xyxy[:2] for defect in defects] == [(2, 0), (6, 0), (0, 4)]


def test_score_is_the_highest_of_the_region() -> None:
    scores = ScoreMap(np.array([[130, 240, 127, 0, 254]], np.uint8), None, 1, (1, 5))
    first, second = find_defects(scores, Criteria(0.5, ("scratch",)))[0]
    assert (first.score, first.area_px) == (round(240 / FULL, 6), 3)
    assert second.score == 1


def test_small_regions_leave_the_list_and_the_mask() -> None:
    mask = np.zeros((3, 6), np.uint8)
    mask[0, :2] = 1
    mask[2, :3] = 1
    defects, cleaned = find_defects(scored(mask), Criteria(0.5, CLASSES, min_area_px=3))
    assert [defect.area_px for defect in defects] == [3]
    np.testing.assert_array_equal(cleaned[0], 0)
    np.testing.assert_array_equal(cleaned[2], mask[2])


@pytest.mark.parametrize("frame_hw", [(1, 1), (3, 3), (BLOCK_PX, BLOCK_PX + 1)])
def test_sound_picture_has_no_defects(frame_hw: tuple[int, int]) -> None:
    defects, cleaned = find_defects(scored(np.zeros(frame_hw, np.uint8)), TERMS)
    assert defects == []
    assert cleaned.shape == frame_hw
    assert not cleaned.any()


def touching_at_a_corner_of_blocks() -> Mask:
    mask = np.zeros((2 * BLOCK_PX, 2 * BLOCK_PX), np.uint8)
    mask[BLOCK_PX - 1, BLOCK_PX - 1] = mask[BLOCK_PX, BLOCK_PX] = 1
    return mask


def across_four_blocks() -> Mask:
    mask = np.zeros((3 * BLOCK_PX, 3 * BLOCK_PX), np.uint8)
    mask[BLOCK_PX - 9 : BLOCK_PX + 9, BLOCK_PX - 5 : BLOCK_PX + 5] = 1
    mask[BLOCK_PX, 0 : 3 * BLOCK_PX] = 2
    return mask


def ring_around_a_dot() -> Mask:
    """A ring, one block thick, around a dot that is two blocks away: its box holds the dot, the ring does not."""
    mask = np.zeros((7 * BLOCK_PX, 7 * BLOCK_PX), np.uint8)
    cv2.rectangle(mask, (5, 5), (7 * BLOCK_PX - 5, 7 * BLOCK_PX - 5), 1, 3)
    mask[3 * BLOCK_PX + 7, 3 * BLOCK_PX + 9] = 1
    return mask


def u_around_an_island() -> Mask:
    mask = np.zeros((6 * BLOCK_PX, 5 * BLOCK_PX), np.uint8)
    mask[:, 10:20] = mask[:, -20:-10] = mask[-20:-10, 10:-10] = 2
    mask[BLOCK_PX : 2 * BLOCK_PX, 2 * BLOCK_PX + 5 : 2 * BLOCK_PX + 9] = 2
    return mask


def everything() -> Mask:
    return np.ones((BLOCK_PX + 1, 2 * BLOCK_PX + 3), np.uint8)


@pytest.mark.parametrize(
    "draw",
    [touching_at_a_corner_of_blocks, across_four_blocks, ring_around_a_dot, u_around_an_island, everything],
)
def test_regions_are_whole_across_the_borders_of_blocks(draw: Callable[[], Mask]) -> None:
    mask = draw()
    scores = scored(mask)
    defects, cleaned = find_defects(scores, TERMS)
    assert as_found(defects) == at_once(scores)
    np.testing.assert_array_equal(cleaned, mask)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("step", [1, 2])
def test_defects_found_in_blocks_are_those_found_at_once(seed: int, step: int) -> None:
    generator = np.random.default_rng(seed)
    frame_hw = tuple(int(side) for side in generator.integers(1, 5 * BLOCK_PX, 2))
    height, width = (-(-side // step) for side in frame_hw)
    blotches = cv2.GaussianBlur(generator.normal(size=(height, width)).astype(np.float32), (0, 0), 1 + seed)
    # From a few dots to large blotches, of both classes.
    mask = (blotches > np.quantile(blotches, 0.6 + 0.03 * seed)).astype(np.uint8)
    mask[:, width // 2 :] *= 2
    scores = scored(mask, step=step, frame_hw=(frame_hw[0], frame_hw[1]))
    defects, cleaned = find_defects(scores, TERMS)
    assert as_found(defects) == at_once(scores)
    np.testing.assert_array_equal(cleaned, scores.full(mask))


def test_half_resolution_is_measured_in_pixels_of_the_frame() -> None:
    mask = np.zeros((3, 4), np.uint8)
    mask[0, 1:3] = 1
    (defect,), cleaned = find_defects(scored(mask, step=2, frame_hw=(5, 8)), TERMS, Plane(np.diag([0.1, 0.1, 1])))
    assert (defect.box_xyxy, defect.area_px, defect.length_px) == ((2, 0, 6, 2), 8, 4.0)
    assert (defect.area_mm2, defect.length_mm) == (0.08, 0.4)
    assert cleaned.shape == (5, 8)
    assert cleaned[0].tolist() == [0, 0, 1, 1, 1, 1, 0, 0]


def test_half_resolution_ends_at_an_odd_border() -> None:
    mask = np.zeros((3, 3), np.uint8)
    mask[2, 1:] = 2
    (defect,), cleaned = find_defects(scored(mask, step=2, frame_hw=(5, 5)), Criteria(0.5, CLASSES, min_area_px=3))
    assert (defect.box_xyxy, defect.area_px) == ((2, 4, 5, 5), 3)
    assert cleaned[4].tolist() == [0, 0, 2, 2, 2]
    assert find_defects(scored(mask, step=2, frame_hw=(5, 5)), Criteria(0.5, CLASSES, min_area_px=4))[0] == []
