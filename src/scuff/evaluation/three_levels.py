"""The figures of an evaluation at three levels: pixels, defects, parts; each with the interval that parts allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.evaluation.bootstrap import FEWEST, Estimate, draw_parts, share
from scuff.evaluation.counts import row_names
from scuff.evaluation.defect_figures import DefectFigures, defect_figures
from scuff.evaluation.metrics import SHARES
from scuff.evaluation.part_figures import PartFigures, part_figures
from scuff.evaluation.records import Assessment, PartRecord


@dataclass(frozen=True)
class ThreeLevels:
    """All figures of an evaluation.

    Attributes:
        pixels: By the names of ``counts.row_names``, then of ``metrics.FIGURES``.
        defects: Figures of defects.
        parts: Figures of parts.
    """

    pixels: Mapping[str, Mapping[str, Estimate]]
    defects: DefectFigures
    parts: PartFigures


def three_levels(assessment: Assessment) -> ThreeLevels:
    """Derive all figures."""
    parts, classes = assessment.parts, assessment.pixels.classes
    # Nobody learns from a single part how parts differ: it gets no interval.
    drawn = draw_parts(len(parts)) if len(parts) >= FEWEST else np.ones((1, len(parts)))
    return ThreeLevels(
        {name: _pixel_figures(parts, name, drawn) for name in row_names(classes)},
        defect_figures(parts, classes, drawn),
        part_figures(assessment, drawn),
    )


def _pixel_figures(parts: Sequence[PartRecord], name: str, drawn: NDArray[np.float64]) -> dict[str, Estimate]:
    figures = {}
    for figure, terms in SHARES.items():
        above, below = zip(*(terms(part.counts[name]) for part in parts), strict=True)
        figures[figure] = share(above, below, drawn)
    return figures
