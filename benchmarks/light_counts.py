"""Flaws and false alarms of simulated parts, by the rule of `scuff evaluate`, pooled over parts with intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.evaluation.bootstrap import Estimate, draw_parts, estimate, ratio, share
from scuff.evaluation.instances import Found
from scuff.evaluation.matching import match
from scuff.station.simulated_world import World

Marks = NDArray[np.bool_]
"""H×W: what is called defective."""


@dataclass(frozen=True, slots=True)
class Known:
    """The flaws of a part as a camera can see them: their ids, and H×W which of them a pixel belongs to, from 1."""

    ids: tuple[int, ...]
    numbers: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class PartCounts:
    """What became of a part: its flaws, those that were found, and what was marked beside them."""

    flaws: int
    found: int
    false_alarms: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a way to light parts; ``gain`` is in recall over another one, paired by parts."""

    recall: Estimate
    false_alarms: Estimate
    gain: Estimate


def known_of(world: World, part: str, camera: str) -> Known:
    """What is to be found on a part: all that shows under any luminaire."""
    truth = world.truth(part, camera)
    numbers = np.zeros(truth.mask.shape, np.int32)
    for number, flaw in enumerate(truth.painted, 1):
        height, width = flaw.pixels.shape
        numbers[flaw.top : flaw.top + height, flaw.left : flaw.left + width][flaw.pixels] = number
    return Known(tuple(flaw.id for flaw in truth.painted), numbers)


def counted(seen: Mapping[str, tuple[Known, Marks]]) -> PartCounts:
    """Count a part; a flaw is found where one of its cameras finds it.

    Args:
        seen: By camera: what is there, and what was marked.
    """
    flaws: set[int] = set()
    found: set[int] = set()
    alarms = 0
    for known, marks in seen.values():
        areas = np.bincount(known.numbers.ravel(), minlength=len(known.ids) + 1)[1:]
        matching = match([_defect(int(area)) for area in areas], _regions(marks, known.numbers))
        flaws.update(known.ids)
        found.update(id_ for id_, finder in zip(known.ids, matching.finders, strict=True) if finder is not None)
        alarms += matching.alarms
    return PartCounts(len(flaws), len(found), alarms)


def figures_of(counts: Sequence[PartCounts], baseline: Sequence[PartCounts]) -> Figures:
    """Pool parts.

    Args:
        counts: Of the parts.
        baseline: Of the same parts, under the light that they are compared with.
    """
    drawn = draw_parts(len(counts))
    flaws = np.array([each.flaws for each in counts], float)
    found, before = (np.array([each.found for each in side], float) for side in (counts, baseline))
    alarms = [each.false_alarms for each in counts]
    return Figures(
        share(found, flaws, drawn),
        share(alarms, np.ones(len(counts)), drawn),
        estimate(ratio(drawn @ (found - before), drawn @ flaws)),
    )


def _regions(marks: Marks, numbers: NDArray[np.int32]) -> list[Found]:
    """The connected regions of what was marked, and which flaws they lie on."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marks.view(np.uint8), connectivity=8)
    regions = []
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[label])
        box = np.s_[top : top + height, left : left + width]
        on, pixels = np.unique(numbers[box][labels[box] == label], return_counts=True)
        on_px = {int(number): int(amount) for number, amount in zip(on, pixels, strict=True) if number}
        regions.append(Found(_defect(area), on_px))
    return regions


def _defect(area_px: int) -> Defect:
    """A defect of which only the area matters."""
    return Defect(label="", score=1.0, box_xyxy=(0, 0, 0, 0), polygons=(), area_px=area_px, length_px=0.0, width_px=0.0)
