"""What an evaluation notes down of each part, while its frames are in memory; every figure is derived from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from scuff.core.defect import Defect
from scuff.core.recipe import Recipe
from scuff.core.tile import Tiling
from scuff.dataset.balance import part_of
from scuff.dataset.catalogue import Catalogue, Row
from scuff.evaluation.counts import Counts, add_counts
from scuff.evaluation.frames import Evaluation, FrameCounts, count_frame
from scuff.evaluation.instances import annotated_defects, found_defects
from scuff.evaluation.levels import FEW_LEVELS
from scuff.evaluation.matching import Matching, match
from scuff.evaluation.parts import JudgedPart, PartSweep, is_stopped, judge_part, seen, sweep_of
from scuff.evaluation.pro import NOTHING, RegionOverlaps, region_overlaps
from scuff.evaluation.scored import Progress, Scored, scored_frames
from scuff.evaluation.terms import Terms
from scuff.inspection.runtime import Runtime
from scuff.inspection.sightings import Seen


class Fate(StrEnum):
    """What became of a defect."""

    FOUND = "found"
    MISSED = "missed"
    FALSE_ALARM = "false alarm"


@dataclass(frozen=True, slots=True)
class DefectRecord:
    """A defect that is annotated, or one that was falsely found.

    Attributes:
        frame: Name of its frame.
        fate: What became of it.
        defect: As it is annotated; a false alarm as it was found.
        found_as: Class that it was given; ``None``: it is missed.
        score: Of the found defect that covers most of it, or of the false alarm; ``None``: it is missed.
        overlap: Adjusted intersection over union of an annotated defect (``matching``); ``None`` for a false alarm.
    """

    frame: str
    fate: Fate
    defect: Defect
    found_as: str | None
    score: float | None
    overlap: float | None


@dataclass(frozen=True, eq=False)
class PartRecord:
    """One part.

    Attributes:
        judged: What it is, and its verdicts at the thresholds of ``FEW_LEVELS``.
        stopped: Whether it would not pass at the threshold of the evaluation.
        found_classes: Classes of the defects found at that threshold.
        found: Number of these defects.
        frames: Number of its frames.
        counts: Pixels, by the names of ``counts.row_names``.
        regions: What PRO is made of.
        defects: Annotated defects and false alarms at that threshold.
    """

    judged: JudgedPart
    stopped: bool
    found_classes: frozenset[str]
    found: int
    frames: int
    counts: Mapping[str, Counts]
    regions: RegionOverlaps
    defects: tuple[DefectRecord, ...]

    @property
    def annotated(self) -> list[DefectRecord]:
        """The annotated defects."""
        return [record for record in self.defects if record.fate is not Fate.FALSE_ALARM]

    @property
    def false_alarms(self) -> list[DefectRecord]:
        """The defects that were falsely found."""
        return [record for record in self.defects if record.fate is Fate.FALSE_ALARM]


@dataclass(frozen=True, eq=False)
class Assessment:
    """What was noted down of all parts.

    Attributes:
        pixels: The pixels of each frame, in the order of the rows.
        parts: Sorted by their serial numbers.
    """

    pixels: Evaluation
    parts: tuple[PartRecord, ...]

    @property
    def sweep(self) -> PartSweep:
        """The verdicts at the thresholds of ``FEW_LEVELS``."""
        return sweep_of((part.judged for part in self.parts), FEW_LEVELS)


def assess_parts(
    catalogue: Catalogue,
    rows: Sequence[Row],
    runtime: Runtime,
    tiling: Tiling,
    threshold: float,
    recipe: Recipe,
    progress: Progress | None = None,
) -> Assessment:
    """Inspect whole parts, and note down pixels, defects and verdicts; each frame is scored once.

    Args:
        catalogue: Holds the frames and their masks.
        rows: The frames of the parts, in any order; those of one part are in memory together.
        runtime: Runs the network.
        tiling: How frames are divided, into tiles as the network was trained on.
        threshold: Defect score from which a pixel is defective.
        recipe: Says what a defect is, and what a part may have.
        progress: Called with 1 after each frame.

    Raises:
        CatalogueError: There are no rows.
        CheckpointError: The network gives scores that are no numbers.
        RecipeError: A rule of the recipe cannot be judged by.
    """
    terms = Terms(recipe, catalogue.classes)
    counted: dict[str, FrameCounts] = {}
    parts = []
    scored = scored_frames(catalogue, sorted(rows, key=part_of), runtime, tiling, progress)
    for part, group in groupby(scored, lambda each: part_of(each[0])):
        frames = list(group)
        pixels = [count_frame(each, threshold, catalogue.classes, terms.found(threshold).thresholds) for each in frames]
        counted |= {each.frame: each for each in pixels}
        parts.append(_record(part, frames, pixels, threshold, terms))
    ordered = tuple(counted[row.frame] for row in rows)
    return Assessment(Evaluation(catalogue.classes, ordered, threshold), tuple(parts))


def _record(
    part: str, frames: Sequence[Scored], pixels: Sequence[FrameCounts], threshold: float, terms: Terms
) -> PartRecord:
    views: list[Seen] = []
    defects: list[DefectRecord] = []
    regions = NOTHING
    for row, truth, scores in frames:
        there = annotated_defects(row, truth, terms)
        here = found_defects(scores, threshold, there, terms)
        matching = match(there.defects, here)
        views.append(seen(row, [each.defect for each in here]))
        defects += _defects(row.frame, there.defects, views[-1].defects, matching)
        regions += region_overlaps(truth, scores.full(scores.score))
    found = [defect for view in views for defect in view.defects]
    return PartRecord(
        judged=judge_part(part, frames, terms, FEW_LEVELS),
        stopped=is_stopped(views, terms),
        found_classes=frozenset(defect.label for defect in found),
        found=len(found),
        frames=len(frames),
        counts=add_counts([each.counts for each in pixels], terms.classes),
        regions=regions,
        defects=tuple(defects),
    )


def _defects(
    frame: str, annotated: Sequence[Defect], found: Sequence[Defect], matching: Matching
) -> Iterator[DefectRecord]:
    for defect, finder, overlap in zip(annotated, matching.finders, matching.overlaps, strict=True):
        if finder is None:
            yield DefectRecord(frame, Fate.MISSED, defect, None, None, overlap)
        else:
            yield DefectRecord(frame, Fate.FOUND, defect, found[finder].label, found[finder].score, overlap)
    for defect, alarm in zip(found, matching.false_alarms, strict=True):
        if alarm:
            yield DefectRecord(frame, Fate.FALSE_ALARM, defect, defect.label, defect.score, None)
