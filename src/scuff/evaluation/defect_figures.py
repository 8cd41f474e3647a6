"""Figures of single defects: how many were found, and how many were falsely found."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.evaluation.bootstrap import Estimate, estimate, share
from scuff.evaluation.confusion import Confusion, confusion_of
from scuff.evaluation.froc import RATES, Froc
from scuff.evaluation.pro import aupro
from scuff.evaluation.records import DefectRecord, Fate, PartRecord
from scuff.evaluation.sizes import size_name, size_names, size_unit

MISSED, NOTHING = "missed", "nothing annotated"
"""What a defect was called that was not found, and what a false alarm lies on."""


@dataclass(frozen=True, slots=True)
class Recall:
    """How many of some annotated defects were found."""

    found: int
    annotated: int
    share: Estimate


@dataclass(frozen=True)
class DefectFigures:
    """Figures of single defects; ``docs/metrics.md`` explains each."""

    recall: Recall
    by_class: Mapping[str, Recall]
    by_size: Mapping[str, Recall]
    unit: str
    precision: Estimate
    found: int
    false_alarms: int
    alarms_per_part: Estimate
    alarms_per_frame: Estimate
    recall_at: Mapping[float, Estimate]
    aupro: Estimate
    confusion: Confusion


def defect_figures(parts: Sequence[PartRecord], classes: Sequence[str], drawn: NDArray[np.float64]) -> DefectFigures:
    """Derive the figures of defects.

    Args:
        parts: P parts.
        classes: Names of the classes.
        drawn: B×P, how often each part is in each set (``bootstrap.draw_parts``).
    """
    found, alarms = [part.found for part in parts], [len(part.false_alarms) for part in parts]
    froc = Froc.of([part.judged for part in parts])
    unit = size_unit([record.defect for part in parts for record in part.annotated])
    return DefectFigures(
        recall=_recall(parts, lambda record: True, drawn),
        by_class={name: _recall(parts, _of_class(name), drawn) for name in classes},
        by_size={size: _recall(parts, _of_size(size, unit), drawn) for size in size_names(unit)},
        unit=unit,
        precision=share([all_ - false for all_, false in zip(found, alarms, strict=True)], found, drawn),
        found=sum(found),
        false_alarms=sum(alarms),
        alarms_per_part=share(alarms, [1] * len(parts), drawn),
        alarms_per_frame=share(alarms, [part.frames for part in parts], drawn),
        recall_at={rate: estimate(froc.recall_at(rate, drawn)) for rate in RATES},
        aupro=_aupro(parts, drawn),
        confusion=_defect_confusion(parts, classes),
    )


def _recall(parts: Sequence[PartRecord], counts: Callable[[DefectRecord], bool], drawn: NDArray[np.float64]) -> Recall:
    """Recall of those annotated defects that count."""
    chosen = [[record for record in part.annotated if counts(record)] for part in parts]
    found = [sum(record.fate is Fate.FOUND for record in records) for records in chosen]
    annotated = [len(records) for records in chosen]
    return Recall(sum(found), sum(annotated), share(found, annotated, drawn))


def _of_class(name: str) -> Callable[[DefectRecord], bool]:
    return lambda record: record.defect.label == name


def _of_size(name: str, unit: str) -> Callable[[DefectRecord], bool]:
    return lambda record: size_name(record.defect, unit) == name


def _aupro(parts: Sequence[PartRecord], drawn: NDArray[np.float64]) -> Estimate:
    overlaps, false_px = (
        np.array([getattr(part.regions, name) for part in parts]) for name in ("overlaps", "false_px")
    )
    regions = np.array([part.regions.regions for part in parts], float)
    return estimate(aupro(drawn @ overlaps, drawn @ regions, drawn @ false_px))


def _defect_confusion(parts: Sequence[PartRecord], classes: Sequence[str]) -> Confusion:
    pairs = Counter(
        (NOTHING if record.fate is Fate.FALSE_ALARM else record.defect.label, record.found_as or MISSED)
        for part in parts
        for record in part.defects
    )
    return confusion_of(pairs, [*classes, NOTHING], [*classes, MISSED])
