"""What each part is, and what would be said of it at every threshold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.core.errors import RecipeError
from scuff.core.recipe import Recipe
from scuff.core.tile import Tiling
from scuff.core.verdict import Outcome
from scuff.dataset.balance import part_of
from scuff.dataset.catalogue import Catalogue, Row
from scuff.evaluation.instances import Annotated, Found, annotated_defects, found_defects
from scuff.evaluation.levels import LEVELS, defects_by_level
from scuff.evaluation.matching import match
from scuff.evaluation.scored import Progress, Scored, scored_frames
from scuff.evaluation.terms import Terms
from scuff.inspection.runtime import Runtime
from scuff.inspection.scores import FULL, ScoreMap
from scuff.inspection.sightings import Seen


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
        RecipeError: A rule of the recipe cannot be judged by.
    """
    terms = Terms(recipe, catalogue.classes)
    scored = scored_frames(catalogue, sorted(rows, key=part_of), runtime, tiling, progress)
    return sweep_of(
        judge_part(part, list(frames), terms) for part, frames in groupby(scored, lambda each: part_of(each[0]))
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


def judge_part(part: str, frames: Sequence[Scored], terms: Terms, levels: Sequence[int] = LEVELS) -> JudgedPart:
    """Judge one part: by what is annotated on it, and by what is found on it at each threshold.

    The annotated regions are judged with score 1 and without ``inspection.min_area_px``: a defect that is too small
    to be looked for is still a defect that got out.

    Args:
        part: Its serial number.
        frames: All of its frames.
        terms: Say what a defect is, and what a part may have.
        levels: Bytes from which a pixel is defective, ascending.
    """
    there = [annotated_defects(row, truth, terms) for row, truth, _ in frames]
    every = [defect for each in there for defect in each.defects]
    pairs = zip(frames, there, strict=True)
    sweeps = [_sweep(scores, annotated, terms, levels) for (_, _, scores), annotated in pairs]
    verdicts = list(_by_level(sweeps, there, terms))[::-1]
    return JudgedPart(
        part=part,
        defective=is_stopped([seen(each.row, each.defects) for each in there], terms),
        classes=frozenset(defect.label for defect in every),
        stopped=np.array([stopped for stopped, _, _ in verdicts]),
        annotated=len(every),
        hits=np.array([hits for _, hits, _ in verdicts]),
        alarms=np.array([alarms for _, _, alarms in verdicts]),
    )


def is_stopped(frames: Sequence[Seen], terms: Terms) -> bool:
    """Whether a part of which this was seen would not pass; the one place where a verdict is asked for.

    Raises:
        RecipeError: It cannot be judged: what nobody can measure was neither caught nor missed.
    """
    verdict = terms.judge.judge(frames).verdict
    if verdict.outcome is Outcome.NOT_INSPECTED:
        raise RecipeError(f"frame {frames[0].frame} cannot be judged by the recipe: {verdict.rule}")
    return verdict.outcome is not Outcome.PASS


def seen(row: Row, defects: Sequence[Defect]) -> Seen:
    """The defects of a frame as a judge takes them."""
    return Seen(row.frame, row.camera, row.hw, defects)


def _by_level(
    sweeps: Sequence[Iterator[list[Found]]], there: Sequence[Annotated], terms: Terms
) -> Iterator[tuple[bool, int, int]]:
    """Whether a part is stopped, its hits and its false alarms at each level, the highest first."""
    before: list[list[Found]] = []
    for now in zip(*sweeps, strict=True):
        if not before or any(found is not earlier for found, earlier in zip(now, before, strict=True)):
            frames = list(zip(there, now, strict=True))
            stopped = is_stopped([seen(each.row, [one.defect for one in found]) for each, found in frames], terms)
            matched = [match(annotated.defects, found) for annotated, found in frames]
            hits, alarms = (sum(counts) for counts in zip(*((each.hits, each.alarms) for each in matched), strict=True))
        before = list(now)
        yield stopped, hits, alarms


def _sweep(scores: ScoreMap, annotated: Annotated, terms: Terms, levels: Sequence[int]) -> Iterator[list[Found]]:
    def find(part: ScoreMap, threshold: float) -> list[Found]:
        return found_defects(part, threshold, annotated, terms, along=terms.lengths_matter)

    return defects_by_level(scores, find, levels, terms.found(0.5).thresholds)
