"""The rule that turns defects into a verdict."""

from collections.abc import Sequence

from scuff.core.defect import Defect
from scuff.core.recipe import Tolerances
from scuff.core.verdict import Outcome, Verdict


def decide(defects: Sequence[Defect], tolerances: Tolerances) -> Verdict:
    """Judge by the number of defects, and by the best score where the recipe sets one for a review.

    Args:
        defects: All that were found.
        tolerances: What may be there.

    Returns:
        The outcome, with the values and limits that decided it in words.
    """
    limit, review_score = tolerances.max_defects, tolerances.review_score
    counted = f"{_defects(len(defects))}, {limit} allowed"
    if len(defects) <= limit:
        return Verdict(outcome=Outcome.PASS, rule=counted)
    if review_score is None:
        return Verdict(outcome=Outcome.FAIL, rule=counted)
    best = max(defect.score for defect in defects)
    unsure = best < review_score
    compared = f"best score {best:.4f} is {'below' if unsure else 'not below'} {review_score:g}"
    return Verdict(outcome=Outcome.REVIEW if unsure else Outcome.FAIL, rule=f"{counted}; {compared} for review")


def _defects(count: int) -> str:
    return "1 defect" if count == 1 else f"{count or 'no'} defects"
