"""What each part is, and what would be said of it at every threshold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

import numpy as np
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.core.mask import OUTSIDE, SOUND
from scuff.core.recipe import Recipe
from scuff.core.tile import Tiling
from scuff.core.verdict import Outcome
from scuff.dataset.balance import part_of
from scuff.dataset.catalogue import Catalogue, Row
from scuff.evaluation.levels import LEVELS, defects_by_level
from scuff.evaluation.scored import Progress, Scored, scored_frames
from scuff.inspection.regions import find_defects
from scuff.inspection.runtime import Runtime
from scuff.inspection.scores import FULL, ScoreMap
from scuff.inspection.tolerance import decide


@dataclass(frozen=True, eq=False)
class PartSweep:
    """The truth about parts, and their verdicts at every threshold.

    Attributes:
        parts: Serial numbers of the P parts, sorted.
        defective: P; whether what is annotated on the part would not pass the recipe's tolerances.
        classes: P; the classes annotated on the part.
        thresholds: T, ascending; every one that makes a difference to scores that are bytes.
        stopped: P×T; whether the part would not pass at that threshold: it fails, or goes to review.
    """

    parts: tuple[str, ...]
    defective: NDArray[np.bool_]
    classes: tuple[frozenset[str], ...]
    thresholds: NDArray[np.float64]
    stopped: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """One part of a ``PartSweep``; ``stopped`` has a value for each of ``LEVELS``."""

    part: str
    defective: bool
    classes: frozenset[str]
    stopped: NDArray[np.bool_]


def sweep_parts(
    catalogue: Catalogue,
    rows: Sequence[Row],
    runtime: Runtime,
    tiling: Tiling,
    recipe: Recipe,
    progress: Progress | None = None,
) -> PartSweep:
    """Judge whole parts at every threshold; each frame is scored once, those of one part are in memory together.

    Args:
        catalogue: Holds the frames and their masks.
        rows: The frames of the parts, in any order; all of a part belong to its verdict.
        runtime: Runs the network.
        tiling: How frames are divided, into tiles as the network was trained on.
        recipe: Says what a defect is, and what a part may have.
        progress: Called with 1 after each frame.

    Raises:
        CatalogueError: There are no rows.
        CheckpointError: The network gives scores that are no numbers.
    """
    scored = scored_frames(catalogue, sorted(rows, key=part_of), runtime, tiling, progress)
    return sweep_of(
        judge_part(part, list(frames), catalogue.classes, recipe)
        for part, frames in groupby(scored, lambda each: part_of(each[0]))
    )


def sweep_of(judged: Iterable[JudgedPart]) -> PartSweep:
    """Put parts together, sorted by their serial numbers."""
    ordered = sorted(judged, key=lambda each: each.part)
    return PartSweep(
        parts=tuple(each.part for each in ordered),
        defective=np.array([each.defective for each in ordered], bool),
        classes=tuple(each.classes for each in ordered),
        thresholds=np.array(LEVELS) / FULL,
        stopped=np.array([each.stopped for each in ordered], bool).reshape(len(ordered), len(LEVELS)),
    )


def judge_part(part: str, frames: Sequence[Scored], classes: Sequence[str], recipe: Recipe) -> JudgedPart:
    """Judge one part: by what is annotated on it, and by what is found on it at each threshold.

    The annotated regions are judged with score 1 and without ``inspection.min_area_px``: a defect that is too small
    to be looked for is still a defect that got out.

    Args:
        part: Its serial number.
        frames: All of its frames.
        classes: Names of the class values 1, 2, ….
        recipe: Says what a defect is, and what a part may have.
    """
    annotated = [defect for row, truth, _ in frames for defect in true_defects(row, truth, classes, recipe)]
    return JudgedPart(
        part=part,
        defective=_stopped(annotated, recipe),
        classes=frozenset(defect.label for defect in annotated),
        stopped=_stopped_by_level(frames, classes, recipe),
    )


def true_defects(row: Row, truth: NDArray[np.uint8], classes: Sequence[str], recipe: Recipe) -> list[Defect]:
    """The annotated regions of a frame as defects of score 1, however small.

    Args:
        row: The frame.
        truth: H×W class values; padding is no part of it.
        classes: Names of the class values 1, 2, ….
        recipe: Gives the scale.
    """
    defective = (truth != SOUND) & (truth != OUTSIDE)
    certain = ScoreMap(np.where(defective, np.uint8(FULL), np.uint8(0)), truth, 1, row.hw)
    return find_defects(certain, 0.5, classes, 1, recipe.frames.pixel_mm)[0]


def found_defects(scores: ScoreMap, level: int, classes: Sequence[str], recipe: Recipe) -> list[Defect]:
    """The defects of a frame at a level, as an inspection lists them.

    Args:
        scores: Of the frame.
        level: The byte from which a pixel is defective.
        classes: Names of the class values 1, 2, ….
        recipe: Gives the smallest area and the scale.
    """
    return find_defects(scores, level / FULL, classes, recipe.inspection.min_area_px, recipe.frames.pixel_mm)[0]


def _stopped_by_level(frames: Sequence[Scored], classes: Sequence[str], recipe: Recipe) -> NDArray[np.bool_]:
    """Whether a part would be stopped at each of ``LEVELS``; a verdict is asked for where its defects change."""

    def find(scores: ScoreMap, level: int) -> list[Defect]:
        return found_defects(scores, level, classes, recipe)

    verdicts: list[bool] = []
    before: tuple[list[Defect], ...] = ()
    for by_frame in zip(*(defects_by_level(scores, find) for _, _, scores in frames), strict=True):
        same = bool(verdicts) and by_frame == before
        verdicts.append(verdicts[-1] if same else _stopped(list(chain(*by_frame)), recipe))
        before = by_frame
    return np.array(verdicts[::-1])


def _stopped(defects: Sequence[Defect], recipe: Recipe) -> bool:
    """Whether a part with these defects would not pass; the one place where a verdict is asked for."""
    return decide(defects, recipe.tolerances).outcome is not Outcome.PASS
