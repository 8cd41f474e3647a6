import pytest

from scuff.core.defect import Defect
from scuff.core.recipe import Tolerances
from scuff.inspection.tolerance import decide


def defects(*scores: float) -> list[Defect]:
    return [Defect(label="dent", score=score, box_xyxy=(0, 0, 1, 1), area_px=1, length_px=1) for score in scores]


@pytest.mark.parametrize(
    ("scores", "max_defects", "review_score", "outcome", "rule"),
    [
        ((), 0, None, "pass", "no defects, 0 allowed"),
        ((0.9,), 1, None, "pass", "1 defect, 1 allowed"),
        ((0.9, 0.8), 1, None, "fail", "2 defects, 1 allowed"),
        ((0.6, 0.5), 0, 0.7, "review", "2 defects, 0 allowed; best score 0.6000 is below 0.7 for review"),
        ((0.6, 0.7), 0, 0.7, "fail", "2 defects, 0 allowed; best score 0.7000 is not below 0.7 for review"),
        ((0.6,), 1, 0.7, "pass", "1 defect, 1 allowed"),
    ],
)
def test_rule(scores: tuple[float, ...], max_defects: int, review_score: float | None, outcome: str, rule: str) -> None:
    verdict = decide(defects(*scores), Tolerances(max_defects=max_defects, review_score=review_score))
    assert (verdict.outcome.value, verdict.rule) == (outcome, rule)
