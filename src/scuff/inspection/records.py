"""The records of a run: which pictures are done, and what an earlier run left behind."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from scuff.core.bundle import CHECKSUMS
from scuff.core.errors import ScuffError
from scuff.core.picture import sha256
from scuff.core.whole_file import is_part
from scuff.inspection.outputs import ENDINGS, RECORD, Pictures, has_pictures, remove_picture
from scuff.inspection.pipeline import Inspector
from scuff.inspection.reading import checksum_of
from scuff.inspection.result import Result, Settings, TableRow
from scuff.inspection.sources import Source
from scuff.inspection.verdicts import VERDICTS, remove_verdicts

TABLE = "results.csv"
REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a record must have been written under to belong to a run.

    Attributes:
        bundle_id: As ``BundleReference.id``.
        settings: Of the inspector.
        pictures: Which pictures get an overlay and a mask.
    """

    bundle_id: str
    settings: Settings
    pictures: Pictures

    @classmethod
    def of(cls, inspector: Inspector, pictures: Pictures) -> "Terms":
        """The terms of a run with an inspector."""
        return cls(sha256(inspector.bundle.folder / CHECKSUMS), inspector.settings, pictures)


def begin_run(out: Path, frames: Collection[str]) -> None:
    """Make the folder, and remove what could be mistaken for this run's.

    The table and the report go first: they come back only when this run is complete. Then go the files of frames
    that are no longer among the pictures, where an earlier run's table or record names them, and the parts of files
    that a killed run left. Nothing else is touched; records of this run's frames are judged one by one, by ``is_done``.

    Args:
        out: The folder for the outputs.
        frames: The names of this run's frames.

    Raises:
        ScuffError: The folder cannot be made or written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        listed = [frame for frame in frames_of(out / TABLE) if frame not in frames]
        for name in (TABLE, REPORT):
            (out / name).unlink(missing_ok=True)
        remove_verdicts(out)
        for frame in listed:
            remove_picture(out, frame)
        for path in out.iterdir():
            if is_part(path.name, (*ENDINGS, TABLE, VERDICTS, REPORT)):
                path.unlink(missing_ok=True)
            elif path.name.endswith(RECORD) and _is_left_over(path, frames):
                remove_picture(out, path.name.removesuffix(RECORD))
    except OSError as error:
        raise ScuffError(f"--out {out}: cannot be written to ({error.strerror}); name another folder") from error


def is_done(out: Path, source: Source, terms: Terms) -> bool:
    """Tell whether a picture has been inspected already, under the same terms and with the same bytes.

    Args:
        out: The folder for the outputs.
        source: The picture.
        terms: Of the run.
    """
    record = find_record(out, source, terms)
    if record is None or record.sha256 is None:
        return False
    if (record.overlay is not None) != has_pictures(record, terms.pictures):
        return False
    if not all((out / name).is_file() for name in (record.overlay, record.mask) if name):
        return False
    try:
        return checksum_of(source.paths) == record.sha256
    except OSError:  # inspecting it tells the reason
        return False


def find_record(out: Path, source: Source, terms: Terms) -> Result | None:
    """Find the record of a picture, written by this bundle with these settings; ``None`` where there is none."""
    record = _read(out / f"{source.frame}{RECORD}")
    if record is None or (record.file, record.frame) != (source.file, source.frame):
        return None
    return record if (record.bundle.id, record.settings) == (terms.bundle_id, terms.settings) else None


def _read(path: Path) -> Result | None:
    """Read a record; ``None`` where there is none, or one of another version of scuff, or a file of somebody else."""
    try:
        return Result.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _is_left_over(path: Path, frames: Collection[str]) -> bool:
    """Tell whether a file is the record of a frame that is no longer among the pictures."""
    frame = path.name.removesuffix(RECORD)
    if frame in frames or not path.is_file():
        return False
    record = _read(path)
    return record is not None and record.frame == frame


def frames_of(table: Path) -> Iterator[str]:
    """Name the frames of an earlier run; none where there is no table that one wrote."""
    if not table.is_file():
        return
    with table.open(newline="", encoding="utf-8", errors="replace") as file:
        rows = csv.DictReader(file)
        if list(rows.fieldnames or ()) != list(TableRow.model_fields):
            return
        yield from (row["frame"] for row in rows if Path(row["frame"]).name == row["frame"])
