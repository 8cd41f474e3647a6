"""What each part is, and what would be said of it at every threshold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.core.recipe import Recipe
from scuff.core.tile import Tiling
from scuff.core.verdict import Outcome
from scuff.dataset.balance import part_of
from scuff.dataset.catalogue import Catalogue, Row
from scuff.evaluation.instances import Annotated, Found, annotated_defects, found_defects
from scuff.evaluation.levels import LEVELS, defects_by_level
from scuff.evaluation.matching import match
from scuff.evaluation.scored import Progress, Scored, scored_frames
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


@dataclass(frozen=True, eq=False)
class JudgedPart:
    """One part, at each of T thresholds, ascending.

    Attributes:
        part: Serial number.
        defective: Whether what is annotated on it would not pass the recipe's tolerances.
        classes: Annotated classes.
        stopped: T; whether it would not pass.
        annotated: Number of annotated defects.
        hits: T; how many of them are found.
        alarms: T; number of false alarms.
    """

    part: str
    defective: bool
    classes: frozenset[str]
    stopped: NDArray[np.bool_]
    annotated: int
    hits: NDArray[np.int64]
    alarms: NDArray[np.int64]


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


def sweep_of(judged: Iterable[JudgedPart], levels: Sequence[int] = LEVELS) -> PartSweep:
    """Put parts together that were judged at the same levels, sorted by their serial numbers."""
    ordered = sorted(judged, key=lambda each: each.part)
    return PartSweep(
        parts=tuple(each.part for each in ordered),
        defective=np.array([each.defective for each in ordered], bool),
        classes=tuple(each.classes for each in ordered),
        thresholds=np.array(levels) / FULL,
        stopped=np.array([each.stopped for each in ordered], bool).reshape(len(ordered), len(levels)),
    )


def judge_part(
    part: str, frames: Sequence[Scored], classes: Sequence[str], recipe: Recipe, levels: Sequence[int] = LEVELS
) -> JudgedPart:
    """Judge one part: by what is annotated on it, and by what is found on it at each threshold.

    The annotated regions are judged with score 1 and without ``inspection.min_area_px``: a defect that is too small
    to be looked for is still a defect that got out.

    Args:
        part: Its serial number.
        frames: All of its frames.
        classes: Names of the class values 1, 2, ….
        recipe: Says what a defect is, and what a part may have.
        levels: Bytes from which a pixel is defective, ascending.
    """
    there = [annotated_defects(truth, classes, recipe) for _, truth, _ in frames]
    every = [defect for each in there for defect in each.defects]
    sweeps = [
        _sweep(each[2], annotated, classes, recipe, levels) for each, annotated in zip(frames, there, strict=True)
    ]
    verdicts = list(_by_level(sweeps, there, recipe))[::-1]
    return JudgedPart(
        part=part,
        defective=is_stopped(every, recipe),
        classes=frozenset(defect.label for defect in every),
        stopped=np.array([stopped for stopped, _, _ in verdicts]),
        annotated=len(every),
        hits=np.array([hits for _, hits, _ in verdicts]),
        alarms=np.array([alarms for _, _, alarms in verdicts]),
    )


def is_stopped(defects: Sequence[Defect], recipe: Recipe) -> bool:
    """Whether a part with these defects would not pass; the one place where a verdict is asked for."""
    return decide(defects, recipe.tolerances).outcome is not Outcome.PASS


def _by_level(
    sweeps: Sequence[Iterator[list[Found]]], there: Sequence[Annotated], recipe: Recipe
) -> Iterator[tuple[bool, int, int]]:
    """Whether a part is stopped, its hits and its false alarms at each level, the highest first."""
    before: list[list[Found]] = []
    for now in zip(*sweeps, strict=True):
        if not before or any(found is not earlier for found, earlier in zip(now, before, strict=True)):
            stopped = is_stopped([each.defect for found in now for each in found], recipe)
            matched = [match(annotated.defects, found) for annotated, found in zip(there, now, strict=True)]
            hits, alarms = (sum(counts) for counts in zip(*((each.hits, each.alarms) for each in matched), strict=True))
        before = list(now)
        yield stopped, hits, alarms


def _sweep(
    scores: ScoreMap, annotated: Annotated, classes: Sequence[str], recipe: Recipe, levels: Sequence[int]
) -> Iterator[list[Found]]:
    def find(part: ScoreMap, threshold: float) -> list[Found]:
        return found_defects(part, threshold, annotated, classes, recipe)

    return defects_by_level(scores, find, levels)
