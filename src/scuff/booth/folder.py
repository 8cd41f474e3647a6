"""The folder of a run: what is written, in which order, and what is there already.

A frame has four files, its record last: where the record is and its checksums agree, all of them are whole.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scuff.booth.labelme import labelme_text
from scuff.booth.record import RunRecord, read_record
from scuff.booth.truth import Truth
from scuff.core.errors import BoothError
from scuff.core.frame import Frame
from scuff.core.mask import class_palette
from scuff.core.picture import sha256, write_png, write_whole

FRAMES, MASKS, METADATA = "frames", "masks", "metadata"
RUN, PARTS = "booth.json", "parts.csv"


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a run."""

    root: Path

    def check(self) -> None:
        """Refuse a folder that something else than the booth has filled.

        Raises:
            BoothError: It is a file, or holds something and no run.
        """
        if self.root.exists() and not self.root.is_dir():
            raise BoothError(f"{self.root}: is a file; name a folder")
        if self.root.exists() and not (self.root / RUN).exists():
            foreign = sorted(entry.name for entry in self.root.iterdir() if not entry.name.startswith("."))
            if foreign:
                raise BoothError(f"{self.root}: holds {foreign[0]!r}, and no run of the booth; name an empty folder")

    def read_run(self) -> RunRecord | None:
        """Read the record of the run that was begun here; None where there is none.

        Raises:
            BoothError: It is damaged.
        """
        path = self.root / RUN
        return read_record(path, _read_json(path) or {}) if path.exists() else None

    def write_run(self, record: RunRecord, rows: Iterable[tuple[str, str, str]]) -> None:
        """Write the record of a run, and the table of its frames: picture, part and camera of each."""
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(("image", "part", "camera"))
        writer.writerows(rows)
        write_whole(self.root / RUN, _json(record.as_json()))
        write_whole(self.root / PARTS, table.getvalue())

    def has(self, frame: str) -> bool:
        """Tell whether all files of a frame are there, and whole."""
        record = _read_json(self._record(frame))
        files = record.get("sha256") if record else None
        if not isinstance(files, dict):
            return False
        return all((self.root / name).is_file() and sha256(self.root / name) == sum_ for name, sum_ in files.items())

    def write_frame(self, frame: Frame, truth: Truth, record: Mapping[str, object]) -> None:
        """Write a frame: picture, LabelMe file, mask, and at last its record, with the checksums of these."""
        picture = self.root / FRAMES / f"{frame.name}.png"
        annotation = picture.with_name(f"{frame.name}.json")
        mask = self.root / MASKS / picture.name
        write_png(picture, frame.pixels)
        write_whole(annotation, labelme_text(picture.name, frame.hw, truth.painted))
        write_png(mask, truth.mask, palette=class_palette())
        sums = {path.relative_to(self.root).as_posix(): sha256(path) for path in (picture, annotation, mask)}
        write_whole(self._record(frame.name), _json({**record, "sha256": sums}))

    def _record(self, frame: str) -> Path:
        return self.root / METADATA / f"{frame}.json"


def _read_json(path: Path) -> dict[str, object] | None:
    """Read an object; None where there is no file, or no such thing in it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _json(record: Mapping[str, object]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"
