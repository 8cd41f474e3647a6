"""Figures of whole parts: what got out, and what was scrapped for nothing."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.evaluation.bootstrap import CONFIDENCE, Estimate, estimate
from scuff.evaluation.confusion import Confusion, confusion_of
from scuff.evaluation.rates import interval
from scuff.evaluation.records import Assessment
from scuff.evaluation.roc import auc, part_scores

PASSED, NO_DEFECT, SEVERAL = "passed", "no defect", "several classes"
"""What a part is called that is not of one class."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of some parts had a wrong verdict, with the exact interval (``rates``)."""

    hits: int
    parts: int
    share: Estimate


@dataclass(frozen=True)
class PartFigures:
    """Figures of whole parts; ``docs/metrics.md`` explains each."""

    escape: Rate
    false_reject: Rate
    auc: Estimate
    confusion: Confusion


def part_figures(assessment: Assessment, drawn: NDArray[np.float64]) -> PartFigures:
    """Derive the figures of parts; ``drawn`` as for ``defect_figures``."""
    parts, classes, sweep = assessment.parts, assessment.pixels.classes, assessment.sweep
    defective = [part for part in parts if part.judged.defective]
    sound = [part for part in parts if not part.judged.defective]
    pairs = Counter(
        (_one_class(part.judged.classes), _one_class(part.found_classes) if part.stopped else PASSED) for part in parts
    )
    return PartFigures(
        escape=_rate(sum(not part.stopped for part in defective), len(defective)),
        false_reject=_rate(sum(part.stopped for part in sound), len(sound)),
        auc=estimate(auc(sweep.defective, part_scores(sweep), drawn)),
        confusion=confusion_of(pairs, [*classes, SEVERAL, NO_DEFECT], [*classes, SEVERAL, PASSED]),
    )


def _rate(hits: int, parts: int) -> Rate:
    share = Estimate(hits / parts, *interval(hits, parts, CONFIDENCE)) if parts else Estimate(None)
    return Rate(hits, parts, share)


def _one_class(classes: frozenset[str]) -> str:
    return SEVERAL if len(classes) > 1 else next(iter(classes), NO_DEFECT)
