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
ENDINGS = (".json", ".overlay.png", ".mask.png")
"""Of the files of a picture, behind the name of its frame."""


def begin_run(out: Path) -> None:
    """Make the folder, and remove what an earlier run left there, its summary first.

    Only files that the earlier run's table names are removed: nothing of its results can be mistaken for this
    run's, and nothing else is touched.

    Raises:
        ScuffError: The folder cannot be made or written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        frames = _frames_of(out / TABLE)
        for name in (TABLE, REPORT, *(frame + ending for frame in frames for ending in ENDINGS)):
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
    record, overlay, mask = (result.frame + ending for ending in ENDINGS)
    if view is None:
        for name in (overlay, mask):
            (out / name).unlink(missing_ok=True)
    else:
        write_png(out / overlay, draw(view))
        write_png(out / mask, view.mask, palette=class_palette())
        result = result.model_copy(update={"overlay": overlay, "mask": mask})
    write_whole(out / record, result.model_dump_json(indent=2) + "\n")
    return result


def write_table(out: Path, results: Iterable[Result]) -> None:
    """Write the run's table: one row for each picture."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(TableRow.model_fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table_row(result).model_dump() for result in results)
    write_whole(out / TABLE, text.getvalue())


def _frames_of(table: Path) -> list[str]:
    """Name the frames of an earlier run; none where there is no table that one wrote."""
    if not table.is_file():
        return []
    with table.open(newline="", encoding="utf-8", errors="replace") as file:
        rows = csv.DictReader(file)
        if list(rows.fieldnames or ()) != list(TableRow.model_fields):
            return []
        return [row["frame"] for row in rows if Path(row["frame"]).name == row["frame"]]
