import numpy as np
import pytest

from scuff.core.recipe import Inspection, Recipe
from scuff.dataset.catalogue import Row
from scuff.evaluation.instances import annotated_defects, found_defects
from scuff.evaluation.matching import Matching, match
from scuff.evaluation.terms import Terms
from scuff.inspection.scores import FULL, ScoreMap

CLASSES = ("scratch", "dent")


TERMS = Terms(Recipe(), CLASSES)
ROW = Row("a", "p", "", "a.png", 1, 1, "", "", "")


def matched(truth: list[list[int]], predicted: list[list[int]]) -> Matching:
    there = annotated_defects(ROW, np.array(truth, np.uint8), TERMS)
    label = np.array(predicted, np.uint8)
    scores = ScoreMap(np.where(label > 0, np.uint8(FULL), np.uint8(0)), label, 1, (label.shape[0], label.shape[1]))
    return match(there.defects, found_defects(scores, 0.5, there, TERMS))


@pytest.mark.parametrize(
    ("truth", "predicted", "overlaps", "alarms"),
    [
        ([1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 1], (2 / 6,), 0),  # half of it, and as much beside it
        ([1, 1, 1, 1, 0, 0], [1, 0, 1, 0, 0, 0], (2 / 4,), 0),  # in pieces
        ([1, 0, 1, 0, 2, 2], [1, 1, 1, 0, 2, 2], (1 / 2, 1 / 2, 1), 0),  # two as one
        ([0, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0], (1 / 4,), 1),  # a quarter is not more than a quarter
        ([1, 1, 0, 0, 0, 0], [2, 2, 0, 0, 1, 0], (1,), 1),  # of another class; and a false alarm
        ([0, 0, 0, 0, 0, 0], [1, 0, 2, 0, 0, 0], (), 2),
        ([1, 0, 0, 0, 0, 2], [0, 0, 0, 0, 0, 0], (0, 0), 0),
    ],
)
def test_overlaps_and_false_alarms(
    truth: list[int], predicted: list[int], overlaps: tuple[float, ...], alarms: int
) -> None:
    matching = matched([truth], [predicted])
    assert matching.overlaps == pytest.approx(overlaps)
    assert matching.hits == sum(overlap > 0.25 for overlap in overlaps)
    assert matching.alarms == alarms


def test_neither_a_pixel_nor_a_picture_finds_a_scratch() -> None:
    scratch = [[0] * 12, [1] * 12, [0] * 12, [0] * 12, [0] * 12]
    assert matched(scratch, [[0] * 12, [1, 1, 1] + [0] * 9, *[[0] * 12] * 3]).hits == 0
    everywhere = matched(scratch, [[1] * 12] * 5)
    assert (everywhere.hits, everywhere.alarms) == (0, 1)


def test_the_finder_is_the_one_that_covers_most() -> None:
    assert matched([[1, 1, 1, 1, 1]], [[2, 0, 1, 1, 1]]).finders == (1,)


def test_defects_that_reach_into_the_box_of_another_are_told_apart() -> None:
    drawn = [[1, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 1], [1, 0, 1, 1]]
    there = annotated_defects(ROW, np.array(drawn, np.uint8), TERMS)
    assert there.numbers.tolist() == [[1, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 2], [1, 0, 2, 2]]


def test_an_annotated_scratch_in_pieces_is_one_where_found_ones_are_joined() -> None:
    drawn = np.array([[1, 1, 0, 1, 1], [0] * 5, [0, 0, 2, 0, 0]], np.uint8)
    there = annotated_defects(ROW, drawn, Terms(Recipe(inspection=Inspection(join_gap_px=1)), CLASSES))
    assert there.numbers.tolist() == [[1, 1, 0, 1, 1], [0] * 5, [0, 0, 2, 0, 0]]


def test_the_pieces_of_a_defect_are_told_from_another_in_its_box() -> None:
    drawn = np.zeros((9, 9), np.uint8)
    drawn[0, :] = drawn[1:4, 8] = drawn[5:, 8] = 1  # a corner, in two pieces
    drawn[8, 0] = 1  # in its box, and not of it
    there = annotated_defects(ROW, drawn, Terms(Recipe(inspection=Inspection(join_gap_px=1)), CLASSES))
    assert len(there.defects) == 2
    assert (there.numbers > 0).tolist() == (drawn > 0).tolist()
    assert there.numbers[0, 0] == there.numbers[8, 8] != there.numbers[8, 0]
