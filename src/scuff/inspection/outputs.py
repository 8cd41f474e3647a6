"""The files of a run: three for each picture, one table for all."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from scuff.core.errors import ScuffError
from scuff.core.mask import class_palette
from scuff.core.picture import write_png, write_whole
from scuff.inspection.overlay import draw
from scuff.inspection.pipeline import Inspected
from scuff.inspection.result import Result, TableRow, table_row

TABLE = "results.csv"
REPORT = "report.html"


def begin_run(out: Path) -> None:
    """Make the folder, and remove what an earlier run summed up: a run that is cut short shows no old summary.

    Raises:
        ScuffError: The folder cannot be made or written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in (TABLE, REPORT):
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise ScuffError(f"--out {out}: cannot be written to ({error.strerror}); name another folder") from error


def write_picture(out: Path, inspected: Inspected) -> Result:
    """Write a picture's overlay, mask and result, in place of older ones.

    Args:
        out: The folder for the outputs.
        inspected: One picture.

    Returns:
        The result as written, with the names of the files.
    """
    result, view = inspected.result, inspected.view
    overlay, mask = f"{result.frame}.overlay.png", f"{result.frame}.mask.png"
    if view is None:
        for name in (overlay, mask):
            (out / name).unlink(missing_ok=True)
    else:
        write_png(out / overlay, draw(view))
        write_png(out / mask, view.mask, palette=class_palette())
        result = result.model_copy(update={"overlay": overlay, "mask": mask})
    write_whole(out / f"{result.frame}.json", result.model_dump_json(indent=2) + "\n")
    return result


def write_table(out: Path, results: Iterable[Result]) -> None:
    """Write the run's table: one row for each picture."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(TableRow.model_fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table_row(result).model_dump() for result in results)
    write_whole(out / TABLE, text.getvalue())
