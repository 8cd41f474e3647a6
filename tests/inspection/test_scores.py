import numpy as np
import pytest

from scuff.inspection.scores import FULL, INVALID, ScoreMap, level


@pytest.mark.parametrize(
    ("threshold", "least"),
    [(0.5, 127), (0.25, 64), (127 / FULL, 127), (1 / FULL, 1), (0.001, 1), (1e-9, 1), (1 - 1e-12, FULL)],
)
def test_least_byte_that_reaches_a_threshold(threshold: float, least: int) -> None:
    # 0.25 is 63.5 bytes; score 0 never reaches a threshold.
    assert level(threshold) == least


@pytest.mark.parametrize("byte", range(1, FULL + 1))
def test_threshold_that_is_a_score_is_reached_by_its_own_byte(byte: int) -> None:
    assert level(byte / FULL) == byte


def test_no_threshold_is_above_the_highest_score() -> None:
    assert level(0.9999999) <= FULL < INVALID


def test_mask_of_a_single_class() -> None:
    scores = ScoreMap(np.array([[0, 126, 127, 254]], np.uint8), None, 1, (1, 4))
    assert scores.mask(0.5).tolist() == [[0, 0, 1, 1]]


def test_mask_of_several_classes() -> None:
    score, label = np.array([[0, 126, 127, 254]], np.uint8), np.array([[1, 2, 2, 3]], np.uint8)
    mask = ScoreMap(score, label, 1, (1, 4)).mask(0.5)
    assert mask.tolist() == [[0, 0, 2, 3]]
    assert mask.dtype == np.uint8


def test_part_is_a_map_of_its_own() -> None:
    score = np.arange(12, dtype=np.uint8).reshape(3, 4)
    part = ScoreMap(score, score + 100, 2, (5, 7)).part(slice(1, 3), slice(2, 4))
    assert part.score.tolist() == [[6, 7], [10, 11]]
    assert part.label is not None
    assert part.label.tolist() == [[106, 107], [110, 111]]
    assert (part.step, part.hw) == (2, (4, 4))
    assert ScoreMap(score, None, 1, (3, 4)).part(slice(0, 1), slice(0, 1)).label is None


def test_full_size_repeats_a_coarse_map_up_to_an_odd_border() -> None:
    values = np.array([[1, 2], [3, 4]], np.uint8)
    assert ScoreMap(values, None, 2, (3, 3)).full(values).tolist() == [[1, 1, 2], [1, 1, 2], [3, 3, 4]]


def test_full_size_of_a_fine_map_is_the_map() -> None:
    values = np.array([[1, 2]], np.uint8)
    assert ScoreMap(values, None, 1, (1, 2)).full(values) is values
