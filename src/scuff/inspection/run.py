"""A run over many pictures: each is inspected once, and the table and the report are made of what is on disk."""

import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from scuff.core.bundle import Bundle
from scuff.core.errors import PictureError, ScuffError
from scuff.core.mask import SOUND
from scuff.core.picture import read_picture, read_values
from scuff.core.recipe import Recipe
from scuff.core.verdict import Outcome
from scuff.inspection.entry import Entry, report_entry
from scuff.inspection.lanes import map_lanes
from scuff.inspection.outputs import write_picture
from scuff.inspection.pipeline import Inspector
from scuff.inspection.ranking import Worst
from scuff.inspection.records import REPORT, TABLE, Terms, find_record, is_done
from scuff.inspection.report import Facts, write_report
from scuff.inspection.result import BundleReference, Result, TableRow, table_row
from scuff.inspection.sources import Source
from scuff.inspection.view import View
from scuff.inspection.whole_file import whole_text


def inspect_frame(inspector: Inspector, out: Path, terms: Terms, source: Source) -> bool:
    """Inspect one picture and write its files, unless that is done already.

    Args:
        inspector: Of this run.
        out: The folder for the outputs; it exists.
        terms: Of this run.
        source: The picture.

    Returns:
        Whether it was inspected now.
    """
    if is_done(out, source, terms):
        return False
    write_picture(out, inspector.inspect(source.path, source.file, source.frame), terms.pictures)
    return True


def finish_run(out: Path, sources: Sequence[Source], terms: Terms, bundle: Bundle, recipe: Recipe) -> Counter[Outcome]:
    """Write the table and the report of a run from the records of its pictures.

    Args:
        out: The folder with the outputs.
        sources: All pictures of the run; each has been inspected.
        terms: Of the run.
        bundle: The one that inspected them.
        recipe: The one they were inspected by.

    Returns:
        The pictures by outcome.

    Raises:
        ScuffError: A record is missing.
    """
    worst, counts = Worst(), Counter[Outcome]()
    with whole_text(out / TABLE) as file:
        table = csv.DictWriter(file, list(TableRow.model_fields), lineterminator="\n")
        table.writeheader()
        for source in sources:
            result = _record(out, terms, source)
            table.writerow(table_row(result).model_dump())
            counts[result.outcome] += 1
            worst.add(result)
    ranked = worst.ranked()
    manifest = bundle.manifest
    reference = BundleReference(product=manifest.product, id=terms.bundle_id, classes=manifest.classes)
    facts = Facts(manifest, reference, terms.settings, counts, Counter(outcome for _, outcome in ranked))
    shown = (sources[place] for place, _ in ranked)
    with whole_text(out / REPORT) as file:
        entries = map_lanes(partial(_entry, out, terms, recipe), shown, recipe.inspection.lanes)
        write_report(file, entries, facts)
    return counts


def _record(out: Path, terms: Terms, source: Source) -> Result:
    result = find_record(out, source, terms)
    if result is None:
        raise ScuffError(f"{out}: has no record of {source.file} any more; the same command inspects what is missing")
    return result


def _entry(out: Path, terms: Terms, recipe: Recipe, source: Source) -> Entry:
    """Prepare one picture for the report; one that went or changed meanwhile is listed without its picture."""
    result = _record(out, terms, source)
    if result.error is not None:
        return report_entry(result, None, "not inspected")
    try:
        return report_entry(result, _view(out, recipe, source, result))
    except (PictureError, OSError):
        return report_entry(result, None, "gone, or changed since it was inspected")


def _view(out: Path, recipe: Recipe, source: Source, result: Result) -> View:
    """Read a picture and its mask again.

    Raises:
        PictureError: The picture is no longer the one that was inspected, or the mask is damaged.
        OSError: One of them cannot be read.
    """
    content = source.path.read_bytes()
    if hashlib.sha256(content).hexdigest() != result.sha256:
        raise PictureError(f"{source.path}: has changed since it was inspected")
    pixels = read_picture(source.path, recipe.frames, content)
    mask = read_values(out / result.mask) if result.mask else np.full(pixels.shape[:2], SOUND, np.uint8)
    return View(pixels, mask, result.defects, result.bundle.classes)
