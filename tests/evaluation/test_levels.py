import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.evaluation.levels import BLOCK_PX, FEW_LEVELS, LEVELS, defects_by_level, rectangles
from scuff.inspection.regions import Criteria, find_defects
from scuff.inspection.scores import FULL, ScoreMap

CLASSES = ("scratch", "dent")


def plain(scores: ScoreMap, threshold: float) -> list[Defect]:
    return find_defects(scores, Criteria(threshold, CLASSES, min_area_px=3, join_gap_px=5))[0]


def ordered(defects: list[Defect]) -> list[tuple[object, ...]]:
    return sorted(tuple(defect.model_dump(exclude_none=True).values()) for defect in defects)


def blobs(generator: np.random.Generator, hw: tuple[int, int], count: int) -> NDArray[np.uint8]:
    """Peaks with slopes of every width and height, and some noise."""
    rows, columns = np.ogrid[: hw[0], : hw[1]]
    score = np.zeros(hw)
    for _ in range(count):
        y, x, high, wide = generator.uniform(0, (*hw, 300, 25))
        score = np.maximum(score, high - ((rows - y) ** 2 + (columns - x) ** 2) * high / (wide + 1) ** 2)
    score = np.maximum(score, np.where(generator.random(hw) < 0.001, generator.integers(0, FULL + 1, hw), 0))
    return score.clip(0, FULL).astype(np.uint8)


@pytest.mark.parametrize(("seed", "step", "count"), [(0, 1, 12), (1, 2, 6), (2, 1, 0)])
def test_the_defects_are_those_of_the_whole_map_at_every_level(seed: int, step: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    score = blobs(generator, (200, 270), count)
    label = np.where(blobs(generator, (200, 270), 9) > 90, np.uint8(2), np.uint8(1))
    scores = ScoreMap(score, label, step, (200 * step - step + 1, 270 * step))
    sweep = list(defects_by_level(scores, plain))
    assert len(sweep) == len(LEVELS)
    for level, found in zip(reversed(LEVELS), sweep, strict=True):
        assert ordered(found) == ordered(plain(scores, level / FULL))
    for level, found in zip(reversed(FEW_LEVELS), defects_by_level(scores, plain, FEW_LEVELS), strict=True):
        assert ordered(found) == ordered(sweep[LEVELS[-1] - level])


def test_a_class_with_a_threshold_of_its_own_keeps_it() -> None:
    generator = np.random.default_rng(5)
    score, label = blobs(generator, (150, 200), 9), np.where(blobs(generator, (150, 200), 6) > 90, 2, 1)
    scores = ScoreMap(score, label.astype(np.uint8), 1, (150, 200))

    def find(part: ScoreMap, threshold: float) -> list[Defect]:
        return find_defects(part, Criteria(threshold, CLASSES, class_thresholds={"dent": 0.4}))[0]

    for level, found in zip(reversed(FEW_LEVELS), defects_by_level(scores, find, FEW_LEVELS, {2: 0.4}), strict=True):
        assert ordered(found) == ordered(find(scores, level / FULL))


def test_only_what_has_changed_is_looked_at_again() -> None:
    score = np.zeros((3 * BLOCK_PX, 5 * BLOCK_PX), np.uint8)
    score[0, :8] = range(10, 90, 10)
    score[-1, -4:] = 200
    seen: list[tuple[int, int]] = []

    def find(scores: ScoreMap, threshold: float) -> list[Defect]:
        seen.append((round(threshold * FULL), int(np.count_nonzero(scores.score))))
        return plain(scores, threshold)

    *_, lowest = defects_by_level(ScoreMap(score, None, 1, score.shape), find)
    assert seen == [(200, 4), *((level, 8) for level in range(80, 0, -10))]
    assert sorted(defect.area_px for defect in lowest) == [4, 8]


def test_full_scores_are_defective_at_the_highest_level() -> None:
    score = np.array([[FULL, FULL - 1, FULL, 0]], np.uint8)
    first, *_ = defects_by_level(ScoreMap(score, None, 1, (1, 4)), plain)
    assert [defect.area_px for defect in first] == [3]


def test_rectangles_hold_what_touches_and_do_not_touch() -> None:
    drawn = ["#....#", ".#...#", "......", "###...", "#.#...", "#.#..#"]
    occupied = np.array([[mark == "#" for mark in row] for row in drawn])
    numbers, windows = rectangles(occupied)
    expected = ["11...2", "11...2", "......", "333...", "333...", "333..4"]
    assert ["".join(".1234"[number] for number in row) for row in numbers] == expected
    assert windows[3] == (slice(5 * BLOCK_PX, 6 * BLOCK_PX), slice(5 * BLOCK_PX, 6 * BLOCK_PX))


def test_rectangles_that_come_to_touch_become_one() -> None:
    drawn = ["#..#", "#...", "###.", "...."]  # the rectangle of the L touches the block at the upper right
    numbers, windows = rectangles(np.array([[mark == "#" for mark in row] for row in drawn]))
    assert (numbers > 0).tolist() == [[True] * 4] * 3 + [[False] * 4]
    assert windows == [(slice(0, 3 * BLOCK_PX), slice(0, 4 * BLOCK_PX))]
