import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.errors import BundleError
from scuff.evaluation.counts import Counts
from scuff.export.comparison import Figures, compare
from scuff.export.matching import Matches
from scuff.inspection.regions import Criteria
from scuff.inspection.scores import ScoreMap

TERMS = Criteria(threshold=0.5, classes=("scratch",))


def row(*scores: int) -> ScoreMap:
    values = np.array([scores], np.uint8)
    return ScoreMap(values, None, 1, (1, len(scores)))


def truth(*values: int) -> NDArray[np.uint8]:
    return np.array([values], np.uint8)


def test_figures_by_hand() -> None:
    figures = compare(row(254, 127, 127, 10, 20), row(254, 120, 127, 20, 27), truth(1, 1, 0, 0, 0), TERMS)
    assert figures.checkpoint == Counts(tp=2, fp=1, fn=0, tn=2)
    assert figures.bundle == Counts(tp=1, fp=1, fn=1, tn=2)
    assert figures.f1 == (4 / 5, 2 / 4)
    assert figures.distance == pytest.approx((0 + 7 + 0 + 7) / 4 / 254)  # the fourth pixel is below a tenth for both
    assert (figures.differing_px, figures.px, figures.differing) == (1, 5, 0.2)
    assert figures.largest == pytest.approx(10 / 254)
    assert figures.matches == Matches(3, 3)


def test_padding_of_the_truth_does_not_count() -> None:
    figures = compare(row(254, 0), row(254, 0), truth(1, 255), TERMS)
    assert figures.checkpoint == figures.bundle == Counts(tp=1)


def test_without_a_truly_defective_pixel_there_is_no_f1() -> None:
    assert compare(row(254), row(0), truth(0), TERMS).f1 is None


def test_another_class_is_another_verdict() -> None:
    score = np.full((1, 2), 254, np.uint8)
    there, here = (ScoreMap(score, np.array([[1, value]], np.uint8), 1, (1, 2)) for value in (1, 2))
    figures = compare(there, here, truth(1, 1), Criteria(0.5, ("scratch", "dent")))
    assert (figures.differing, figures.distance, figures.f1) == (0.5, 0, (1, 1))


def test_figures_of_several_frames_add_up() -> None:
    one = compare(row(254, 0), row(254, 50), truth(1, 0), TERMS)
    both = one + compare(row(100, 0), row(130, 0), truth(1, 0), TERMS)
    assert both.checkpoint == Counts(tp=1, fn=1, tn=2)
    assert both.distance == pytest.approx((50 + 30) / 3 / 254)
    assert (both.largest_byte, both.px, both.differing_px) == (50, 4, 1)
    assert one + Figures() == one


def test_scores_of_another_form_are_refused() -> None:
    coarse = ScoreMap(np.zeros((1, 1), np.uint8), None, 2, (1, 2))
    with pytest.raises(BundleError, match=r"gives 1×1 scores without classes, step 2 where its checkpoint gives 1×2"):
        compare(row(0, 0), coarse, truth(0, 0), TERMS)
