"""A run over many pictures: each is inspected once, and the table and the report are made of what is on disk."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from scuff.core.bundle import Bundle
from scuff.core.errors import PictureError, ScuffError
from scuff.core.mask import SOUND
from scuff.core.picture import read_values
from scuff.core.recipe import Recipe
from scuff.core.verdict import Outcome, Verdict
from scuff.core.whole_file import whole_text
from scuff.inspection.capture_set import Taken
from scuff.inspection.entry import Entry, report_entry
from scuff.inspection.lanes import map_lanes
from scuff.inspection.outputs import Pictures, write_picture
from scuff.inspection.part_result import PartResult
from scuff.inspection.pipeline import Inspected, Inspector
from scuff.inspection.ranking import Worst
from scuff.inspection.reading import checksum_of_contents, read_frame
from scuff.inspection.records import REPORT, TABLE, Terms, find_record, is_done
from scuff.inspection.report import Facts, write_report
from scuff.inspection.result import BundleReference, Result, TableRow, table_row
from scuff.inspection.sources import Source
from scuff.inspection.verdicts import judge_parts, write_verdicts
from scuff.inspection.view import View


@dataclass(frozen=True, slots=True)
class Job:
    """What a run does with each picture; small enough to be sent to another machine.

    Attributes:
        bundle: What inspects; an absolute path.
        recipe: How.
        out: The folder for the outputs; an absolute path.
        terms: What a record must have been written under.
    """

    bundle: Bundle
    recipe: Recipe
    out: Path
    terms: Terms

    @property
    def classes(self) -> tuple[str, ...]:
        """Those that defects may have."""
        return self.bundle.manifest.classes

    @classmethod
    def of(cls, inspector: Inspector, out: Path, pictures: Pictures) -> "Job":
        """The job of a run with an inspector."""
        bundle = Bundle(inspector.bundle.folder.absolute(), inspector.bundle.manifest)
        return cls(bundle, inspector.recipe, out.absolute(), Terms.of(inspector, pictures))


def inspect_frame(inspector: Inspector, job: Job, source: Source) -> bool:
    """Inspect one picture and write its files, unless that is done already.

    Args:
        inspector: Of this job.
        job: Of this run; its folder for the outputs exists.
        source: The picture.

    Returns:
        Whether it was inspected now.
    """
    if is_done(job.out, source, job.terms):
        return False
    write_picture(job.out, _inspected(inspector, source), job.terms.pictures)
    return True


def _inspected(inspector: Inspector, source: Source) -> Inspected:
    if source.problem:
        return inspector.refuse(source.path, source.file, source.frame, source.problem)
    return inspector.inspect(source.path, source.file, source.frame, source.also)


def finish_run(job: Job, sources: Sequence[Source]) -> Counter[Outcome]:
    """Judge the parts of a run, and write the tables and the report, from the records of its pictures.

    The table of pictures appears last: where it is, the run is complete.

    Args:
        job: Of the run.
        sources: All its pictures; each has been inspected.

    Returns:
        The parts by outcome.

    Raises:
        RecipeError: A rule cannot be applied to this bundle's defects.
        ScuffError: A record is missing.
    """
    verdicts: dict[str, Verdict] = {}
    by_frame = {source.frame: source for source in sources}

    def judged() -> Iterator[PartResult]:
        taken = [Taken.of(_record(job, source)) for source in sources]
        for part in judge_parts(taken, lambda frame: _record(job, by_frame[frame]), job.recipe, job.classes):
            verdicts.update(dict.fromkeys(part.frames, part.verdict))
            yield part

    parts = write_verdicts(job.out, judged())
    _write_tables(job, sources, verdicts)
    return parts


def _write_tables(job: Job, sources: Sequence[Source], verdicts: Mapping[str, Verdict]) -> None:
    """Write the report, and then the table of the pictures."""
    worst, counts = Worst(), Counter[Outcome]()
    with whole_text(job.out / TABLE) as file:
        table = csv.DictWriter(file, list(TableRow.model_fields), lineterminator="\n")
        table.writeheader()
        for source in sources:
            result, verdict = _record(job, source), verdicts[source.frame]
            table.writerow(table_row(result, verdict).model_dump())
            counts[verdict.outcome] += 1
            worst.add(result, verdict.outcome)
        shown = [(sources[place], verdicts[sources[place].frame]) for place in worst.ranked()]
        _write_report(job, shown, counts)


def _write_report(job: Job, shown: Sequence[tuple[Source, Verdict]], counts: Counter[Outcome]) -> None:
    manifest = job.bundle.manifest
    reference = BundleReference(product=manifest.product, id=job.terms.bundle_id, classes=manifest.classes)
    shown_counts = Counter(verdict.outcome for _, verdict in shown)
    facts = Facts(manifest, reference, job.terms.settings, job.recipe, counts, shown_counts)
    with whole_text(job.out / REPORT) as file:
        write_report(file, map_lanes(partial(_entry, job), shown, job.recipe.inspection.lanes), facts)


def _record(job: Job, source: Source) -> Result:
    result = find_record(job.out, source, job.terms)
    if result is None:
        raise ScuffError(
            f"{job.out}: has no record of {source.file} any more; the same command inspects what is missing"
        )
    return result


def _entry(job: Job, shown: tuple[Source, Verdict]) -> Entry:
    """Prepare one picture for the report; one that went or changed meanwhile is listed without its picture."""
    source, verdict = shown
    result = _record(job, source)
    if result.error is not None:
        return report_entry(result, verdict, None, "not inspected")
    try:
        return report_entry(result, verdict, _view(job, source, result))
    except (PictureError, OSError):
        return report_entry(result, verdict, None, "gone, or changed since it was inspected")


def _view(job: Job, source: Source, result: Result) -> View:
    """Read a picture and its mask again.

    Raises:
        PictureError: The picture is no longer the one that was inspected, or the mask is damaged.
        OSError: One of them cannot be read.
    """
    contents = [path.read_bytes() for path in source.paths]
    if checksum_of_contents(contents) != result.sha256:
        raise PictureError(f"{source.path}: has changed since it was inspected")
    pixels = read_frame(source.paths, job.recipe.frames, contents)
    mask = read_values(job.out / result.mask) if result.mask else np.full(pixels.shape[:2], SOUND, np.uint8)
    return View(pixels, mask, result.defects, result.bundle.classes)
