import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.export.matching import Matches, match_defects
from scuff.inspection.regions import Criteria
from scuff.inspection.scores import ScoreMap

TERMS = Criteria(threshold=0.5, classes=("scratch", "dent"))
THRESHOLD = 127


def score_map(score: NDArray[np.uint8], label: NDArray[np.uint8] | None = None) -> ScoreMap:
    values = np.ones_like(score) if label is None else label
    return ScoreMap(score, values, 1, (score.shape[0], score.shape[1]))


def line(*spans: tuple[int, int], peak: int = 250, label: int = 1) -> ScoreMap:
    """A row of 60 pixels with defects in these spans."""
    score = np.zeros((3, 60), np.uint8)
    for begin, end in spans:
        score[1, begin:end] = peak
    return score_map(score, np.full((3, 60), label, np.uint8))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (line(), line(), Matches()),
        (line((5, 25)), line((5, 25)), Matches(2, 2)),
        (line((5, 25)), line((8, 25)), Matches(2, 2)),
        (line((5, 25), (40, 45)), line((5, 25)), Matches(3, 2)),
        (line((5, 25)), line((5, 14), (16, 25)), Matches(3, 3)),
        (line((5, 14), (16, 25)), line((5, 25), (30, 31)), Matches(4, 3)),
        (line((5, 25)), line((5, 10)), Matches(2, 2)),
        (line((5, 25)), line((20, 30)), Matches(2, 2)),
        (line((5, 25)), line((21, 31)), Matches(2, 0)),
        (line((5, 25)), line((30, 50)), Matches(2, 0)),
        (line((5, 25)), line((5, 25), label=2), Matches(2, 0)),
    ],
    ids=[
        "none",
        "same",
        "shorter",
        "one more",
        "split",
        "joined",
        "a stub",
        "half of the smaller",
        "less than half",
        "elsewhere",
        "other class",
    ],
)
def test_defects_are_found_again(one: ScoreMap, other: ScoreMap, expected: Matches) -> None:
    assert match_defects(one, other, TERMS) == expected
    assert match_defects(other, one, TERMS) == expected


@pytest.mark.parametrize(("here", "there", "marginal"), [(128, 126, 1), (139, 115, 1), (140, 126, 0), (128, 113, 0)])
def test_what_both_score_close_to_the_threshold_is_marginal(here: int, there: int, marginal: int) -> None:
    """Within 0.05, which is 12.7 bytes, of 127."""
    assert match_defects(line((5, 9), peak=here), line((5, 9), peak=there), TERMS) == Matches(1, 0, marginal)


def test_small_regions_are_no_defects_but_find_defects_again() -> None:
    criteria = Criteria(threshold=0.5, classes=("scratch",), min_area_px=10)
    assert match_defects(line((5, 15), (30, 39)), line((5, 14)), criteria) == Matches(1, 1)


def test_half_resolution_counts_as_full() -> None:
    score = np.zeros((4, 4), np.uint8)
    score[1, 1] = 200
    coarse = ScoreMap(score, None, 2, (7, 7))
    assert match_defects(coarse, coarse, Criteria(0.5, ("scratch",), min_area_px=4)) == Matches(2, 2)
    assert match_defects(coarse, coarse, Criteria(0.5, ("scratch",), min_area_px=5)) == Matches()
