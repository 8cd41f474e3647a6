"""The catalogue: the table of frames and their annotations.

A catalogue is a folder: ``catalogue.csv``, one row per frame, opens in any spreadsheet; ``masks/`` holds one
palette PNG of class values per annotated frame; ``import.json`` says how it was made.
"""

import csv
import hashlib
import io
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from scuff.core.errors import CatalogueError, PictureError
from scuff.core.frame import Frame
from scuff.core.frozen import Frozen
from scuff.core.mask import class_palette
from scuff.core.picture import read_picture, read_values, sha256, write_png, write_whole
from scuff.core.pixel_format import PixelFormat

TABLE = "catalogue.csv"
RECORD = "import.json"
MASKS = "masks"
IMAGES = "images"
"""Pictures that the catalogue keeps itself, because they had no file of their own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One frame of a catalogue.

    Attributes:
        frame: Name of the frame, unique within the catalogue.
        part: Serial number of the part it shows.
        camera: The camera; empty where nobody said.
        image: The picture file, relative to the catalogue's folder where they share a disk tree.
        width_px: Width of the picture.
        height_px: Height of the picture.
        mask: The mask file, relative to the catalogue's folder; empty for a frame without annotation.
        annotations: Defective pixels per class, as ``scratch:1532;dent:40``; empty for a sound frame.
        sha256: Checksum of the picture file.
    """

    frame: str
    part: str
    camera: str
    image: str
    width_px: int
    height_px: int
    mask: str
    annotations: str
    sha256: str

    @property
    def defect_px(self) -> dict[str, int]:
        """Defective pixels by class."""
        pairs = (entry.rpartition(":") for entry in self.annotations.split(";") if entry)
        return {label: int(count) for label, _, count in pairs}

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width, in pixels."""
        return self.height_px, self.width_px


COLUMNS = tuple(field.name for field in fields(Row))


class Problem(Frozen):
    """An item that was not imported, and why."""

    file: str
    reason: str


class Record(PixelFormat):
    """How a catalogue was made; the file ``import.json``."""

    source: str
    annotation_format: str
    classes: tuple[str, ...]
    parts_from: str
    """``pattern``, ``csv``, ``each-image`` or ``unknown``; an unknown origin cannot be split."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """A table of frames; see the module's text for its form on disk."""

    folder: Path
    record: Record
    rows: tuple[Row, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the mask values 1, 2, …."""
        return self.record.classes

    @property
    def parts(self) -> list[str]:
        """Serial numbers, sorted."""
        return sorted({row.part for row in self.rows})

    def image(self, row: Row) -> Path:
        """Path of a row's picture."""
        return self.folder / row.image

    def frame(self, row: Row) -> Frame:
        """Read a row's picture, the same bytes that were imported.

        Raises:
            CatalogueError: The file has changed since the import.
            PictureError: It cannot be read.
        """
        path = self.image(row)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise PictureError(f"{path}: cannot be read ({error.strerror}); restore it, or import again") from error
        if hashlib.sha256(content).hexdigest() != row.sha256:
            raise CatalogueError(f"{path}: has changed since it was imported; import again")
        return Frame(row.frame, read_picture(path, self.record, content), row.part, row.camera)

    def mask(self, row: Row) -> NDArray[np.uint8]:
        """Read a row's mask: H×W, uint8, class values; all 0 for a frame without annotation.

        Raises:
            CatalogueError: It is not the mask that was imported.
            PictureError: It cannot be read.
        """
        if not row.mask:
            return np.zeros(row.hw, np.uint8)
        mask = read_values(self.folder / row.mask)
        fits = mask.shape == row.hw and mask.max(initial=0) <= len(self.classes)
        if not fits or annotations_text(mask, self.classes) != row.annotations:
            raise CatalogueError(f"{self.folder / row.mask}: not the mask that was imported; import again")
        return np.asarray(mask, dtype=np.uint8)

    def checksum(self) -> str:
        """Checksum of the table and the record: another one when a row, a class or a picture's checksum is another."""
        both = sha256(self.folder / TABLE) + sha256(self.folder / RECORD)
        return hashlib.sha256(both.encode()).hexdigest()


def load_catalogue(path: Path) -> Catalogue:
    """Load a catalogue from its folder or its table.

    Raises:
        CatalogueError: It is missing or damaged; says the line.
    """
    folder = path.parent if path.name == TABLE else path
    table = folder / TABLE
    if not table.is_file():
        raise CatalogueError(f"{folder}: no catalogue there (no {TABLE}); `scuff import` makes one")
    try:
        record = Record.model_validate_json((folder / RECORD).read_bytes())
    except (OSError, ValidationError) as error:
        raise CatalogueError(f"{folder / RECORD}: missing or damaged ({error}); import again") from error
    rows = _read_table(table)
    doubled = [name for name, count in Counter(row.frame for row in rows).items() if count > 1]
    if doubled:
        raise CatalogueError(f"{table}: frame {doubled[0]!r} is listed twice; frame names must be unique")
    return Catalogue(folder, record, rows)


def save_catalogue(folder: Path, record: Record, rows: Iterable[Row]) -> Catalogue:
    """Write the record and then the table, so that a table is never without its record."""
    ordered = tuple(sorted(rows, key=lambda row: row.frame))
    write_whole(folder / RECORD, record.model_dump_json(indent=2) + "\n")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(row, column) for column in COLUMNS] for row in ordered)
    write_whole(folder / TABLE, text.getvalue())
    return Catalogue(folder, record, ordered)


def add_mask(folder: Path, frame: str, mask: NDArray[np.uint8]) -> str:
    """Write a frame's mask into a catalogue folder; return its path relative to the folder."""
    relative = f"{MASKS}/{frame}.png"
    write_png(folder / relative, mask, palette=class_palette())
    return relative


def annotations_text(mask: NDArray[np.uint8], classes: Sequence[str]) -> str:
    """Write down the defective pixels per class, as ``Row.annotations`` holds them."""
    counts = np.bincount(mask.ravel(), minlength=len(classes) + 1)
    return ";".join(f"{name}:{counts[value]}" for value, name in enumerate(classes, 1) if counts[value])


def relative_to(folder: Path, file: Path) -> str:
    """Path of a file as a catalogue in ``folder`` names it, with forward slashes."""
    return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()


def _read_table(table: Path) -> tuple[Row, ...]:
    with table.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, restval="", strict=True)
        try:
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise CatalogueError(f"{table}: its columns must be {', '.join(COLUMNS)}; import again")
            return tuple(_row(entry, table, reader.line_num) for entry in reader)
        except (csv.Error, UnicodeDecodeError) as error:
            raise CatalogueError(f"{table}, after line {reader.line_num}: {error}; import again") from error


def _row(entry: dict[str, str], table: Path, line: int) -> Row:
    try:
        if len(entry) != len(COLUMNS):
            raise ValueError(f"more than {len(COLUMNS)} columns")
        row = Row(
            frame=entry["frame"],
            part=entry["part"],
            camera=entry["camera"],
            image=entry["image"],
            width_px=int(entry["width_px"]),
            height_px=int(entry["height_px"]),
            mask=entry["mask"],
            annotations=entry["annotations"],
            sha256=entry["sha256"],
        )
        if min(*row.hw, *row.defect_px.values()) < 1:
            raise ValueError("a size or a count below 1")
        return row
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"{table}, line {line}: cannot be read ({error}); import again") from error
