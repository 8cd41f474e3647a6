import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from scuff.evaluation.parts import PartSweep
from scuff.evaluation.roc import auc, part_scores, roc


@pytest.mark.parametrize("seed", range(5))
def test_the_area_and_the_curve_are_those_of_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    defective = np.arange(40) % 3 == 0
    scores = generator.integers(0, 6, 40) / 6 + 0.2 * defective.round()
    drawn = generator.multinomial(40, np.full(40, 1 / 40), 5).astype(float)
    expected = [roc_auc_score(defective, scores, sample_weight=weights) for weights in drawn]
    assert auc(defective, scores, drawn) == pytest.approx(expected)
    false, true, _ = roc_curve(defective, scores, drop_intermediate=False)
    ours = roc(defective, scores)
    assert ours[0][:-1] == pytest.approx(false)
    assert ours[1][:-1] == pytest.approx(true)


def test_without_both_kinds_of_parts_there_is_no_area() -> None:
    assert np.isnan(auc(np.array([True, False]), np.array([1.0, 0.0]), np.array([[2.0, 0.0]]))).all()


def test_the_score_of_a_part_is_the_highest_threshold_that_stops_it() -> None:
    stopped = np.array([[True, False, False], [False, True, False], [True, False, True], [False] * 3])
    nothing = (frozenset[str](),) * 4
    sweep = PartSweep(("a", "b", "c", "d"), stopped[:, 0], nothing, np.array([0.1, 0.5, 0.9]), stopped)
    assert part_scores(sweep).tolist() == [0.1, 0.5, 0.9, 0]
