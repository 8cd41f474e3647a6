"""Single defects with their pixels: those that are annotated on a frame, and those that were found in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.core.mask import OUTSIDE, SOUND
from scuff.dataset.catalogue import Row
from scuff.evaluation.terms import Terms
from scuff.inspection.regions import find_defects
from scuff.inspection.scores import FULL, ScoreMap


@dataclass(frozen=True, eq=False)
class Annotated:
    """The defects that are annotated on a frame.

    Attributes:
        row: The frame.
        defects: N; connected regions of one class, with score 1.
        numbers: H×W; which of them each pixel belongs to, 1 to N; 0: none.
    """

    row: Row
    defects: Sequence[Defect]
    numbers: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Found:
    """A defect that was found, and where it lies on annotated ones.

    Attributes:
        defect: What was found.
        on_px: How many of its pixels lie on each annotated defect that it touches, by the number of that.
    """

    defect: Defect
    on_px: dict[int, int]

    @property
    def box_xyxy(self) -> tuple[int, int, int, int]:
        """As that of the defect."""
        return self.defect.box_xyxy

    @property
    def off_px(self) -> int:
        """Those of its pixels on which nothing is annotated."""
        return self.defect.area_px - sum(self.on_px.values())


def annotated_defects(row: Row, truth: NDArray[np.uint8], terms: Terms) -> Annotated:
    """Take the annotated regions of a frame as defects, however small they are.

    Args:
        row: The frame.
        truth: H×W class values; padding is no part of it.
        terms: Say which pieces are one defect, and how large it is.
    """
    defective = (truth != SOUND) & (truth != OUTSIDE)
    hw = truth.shape[0], truth.shape[1]
    certain = ScoreMap(np.where(defective, np.uint8(FULL), np.uint8(0)), truth, 1, hw)
    defects, mask = find_defects(certain, terms.annotated, terms.plane(row.camera))
    numbers = np.zeros(hw, np.int32)
    for number, defect in enumerate(defects, 1):
        x0, y0, x1, y1 = defect.box_xyxy
        numbers[y0:y1, x0:x1][pixels_of(defect, mask, terms.classes)] = number
    return Annotated(row, defects, numbers)


def found_defects(
    scores: ScoreMap, threshold: float, annotated: Annotated, terms: Terms, along: bool = True
) -> list[Found]:
    """Find the defects of a frame as an inspection does, and what they lie on.

    Args:
        scores: Of the frame.
        threshold: A pixel is defective when its score reaches this.
        annotated: What there is on the frame.
        terms: Say what a defect is.
        along: Measure thin defects along their middle, as ``find_defects`` says.
    """
    plane = terms.plane(annotated.row.camera)
    defects, mask = find_defects(scores, terms.found(threshold), plane, along=along)
    if not annotated.defects:
        return [Found(defect, {}) for defect in defects]
    return [Found(defect, _on(defect, mask, annotated, terms.classes)) for defect in defects]


def pixels_of(defect: Defect, mask: NDArray[np.uint8], classes: Sequence[str]) -> NDArray[np.bool_]:
    """The pixels of a defect's box that belong to it.

    Args:
        defect: One of those that ``find_defects`` gave.
        mask: H×W; the mask that it gave with them.
        classes: Names of the class values 1, 2, ….
    """
    x0, y0, x1, y1 = defect.box_xyxy
    inside = mask[y0:y1, x0:x1] == classes.index(defect.label) + 1
    if np.count_nonzero(inside) == defect.area_px:
        return np.asarray(inside)
    # Another defect of its class reaches into its box. The first point of each outline is a pixel of its own.
    _, numbers = cv2.connectedComponents(inside.view(np.uint8), connectivity=8)
    own = {int(numbers[y - y0, x - x0]) for ((x, y), *_) in defect.polygons}
    return np.isin(numbers, list(own))


def _on(defect: Defect, mask: NDArray[np.uint8], annotated: Annotated, classes: Sequence[str]) -> dict[int, int]:
    x0, y0, x1, y1 = defect.box_xyxy
    there = annotated.numbers[y0:y1, x0:x1]
    if not there.any():
        return {}
    numbers, counts = np.unique(there[pixels_of(defect, mask, classes)], return_counts=True)
    return {int(number): int(count) for number, count in zip(numbers, counts, strict=True) if number}
