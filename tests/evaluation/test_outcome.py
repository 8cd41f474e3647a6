import numpy as np

from scuff.core.mask import OUTSIDE
from scuff.evaluation.outcome import COLOURS, FALSE_ALARM, MISSED, RIGHT, WRONG_CLASS, outcomes, paint, shrink


def test_what_became_of_each_pixel() -> None:
    truth = np.array([[0, 0, 1, 1, 2, OUTSIDE]], np.uint8)
    predicted = np.array([[0, 1, 1, 0, 1, 1]], np.uint8)
    assert outcomes(truth, predicted).tolist() == [[0, FALSE_ALARM, RIGHT, MISSED, WRONG_CLASS, 0]]


def test_shrinking_loses_no_outcome_and_takes_the_most_frequent() -> None:
    kinds = np.array(
        [
            [0, 0, RIGHT, RIGHT, 0],
            [0, MISSED, RIGHT, MISSED, 0],
            [0, 0, 0, 0, FALSE_ALARM],
        ],
        np.uint8,
    )
    assert shrink(kinds, 2).tolist() == [[MISSED, RIGHT, 0], [0, 0, FALSE_ALARM]]
    assert shrink(kinds, 1).tolist() == kinds.tolist()


def test_colours_lie_over_a_dimmed_picture() -> None:
    painted = paint(np.full((1, 2, 3), 200, np.uint8), np.array([[0, MISSED]], np.uint8))
    assert painted[0, 0].tolist() == [100, 100, 100]
    assert painted[0, 1].tolist() == COLOURS[MISSED].tolist()
