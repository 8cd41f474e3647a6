"""Which part, and which camera, a picture belongs to."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from scuff.core.errors import AnnotationError
from scuff.core.recipe import Frames
from scuff.dataset.formats.folder import written_path
from scuff.dataset.formats.region import Item


class Parts:
    """Names the part and the camera of each picture.

    The part comes from the first that is given: a table, ``each_image`` (the frame's own name), the recipe's
    ``part_pattern``. Without any it is unknown, and empty. The camera comes from the table, else from the recipe's
    ``camera_pattern``, else it is empty.

    Attributes:
        origin: ``csv``, ``each-image``, ``pattern`` or ``unknown``.
    """

    def __init__(
        self, frames: Frames, items: Mapping[str, Item], table: Path | None = None, each_image: bool = False
    ) -> None:
        """Prepare to name parts.

        Args:
            frames: The patterns.
            items: All pictures by the names of their frames.
            table: A CSV with the columns ``image`` and ``part``, and ``camera`` if known.
            each_image: Every picture shows a part of its own.

        Raises:
            AnnotationError: The table cannot be used; says the line.
        """
        self._part = re.compile(frames.part_pattern) if frames.part_pattern else None
        self._camera = re.compile(frames.camera_pattern) if frames.camera_pattern else None
        self._table = Table(table, items) if table else None
        self._each_image = each_image
        self.origin = "csv" if table else "each-image" if each_image else "pattern" if self._part else "unknown"

    def identify(self, frame: str, item: Item) -> tuple[str, str]:
        """Name the part and the camera of a picture.

        Raises:
            AnnotationError: The table or a pattern does not cover it.
        """
        part = camera = ""
        if self._table:
            part, camera = self._table.look_up(frame, item)
        elif self._each_image:
            part = frame
        elif self._part:
            part = _matched(self._part, "part", item)
        if self._camera and not camera:
            camera = _matched(self._camera, "camera", item)
        return part, camera

    @property
    def unused(self) -> int:
        """Number of rows of the table that named no picture so far."""
        return self._table.unused if self._table else 0


class Table:
    """A CSV that names the part of each picture, by its path relative to the source, file name or stem."""

    def __init__(self, path: Path, items: Mapping[str, Item]) -> None:
        self._path = path
        self._rows = _read_table(path)
        self._used: set[str] = set()
        names = [name for item in items.values() for name in _bare_names(item)]
        self._shared = {name for name, count in Counter(names).items() if count > 1}

    @property
    def unused(self) -> int:
        """Number of rows that named no picture so far."""
        return len(self._rows.keys() - self._used)

    def look_up(self, frame: str, item: Item) -> tuple[str, str]:
        """Find the part and the camera of a picture.

        Raises:
            AnnotationError: No row names it, rows contradict each other, or a row could also mean another picture.
        """
        bare = _bare_names(item)
        # A LabelMe file is named by its own path, and its picture lies beside it.
        paths = {item.name.as_posix(), item.name.with_name(PurePosixPath(item.file_name).name).as_posix()}
        named = [name for name in {*paths, item.name.with_suffix("").as_posix(), frame, *bare} if name in self._rows]
        own = sorted(name for name in named if name in paths or name not in bare & self._shared)
        if named and not own:
            raise AnnotationError(f"several pictures are named {min(named)!r}; {self._path} must give their paths")
        if len({self._rows[name] for name in own}) > 1:
            rows = ", ".join(f"{name} = {' '.join(self._rows[name])}".rstrip() for name in own)
            raise AnnotationError(f"{self._path} says different things of it: {rows}; keep one of these rows")
        if not own:
            raise AnnotationError(f"{self._path} does not name its part; add a row for {item.name}")
        self._used.update(own)
        return self._rows[own[0]]


def _read_table(path: Path) -> dict[str, tuple[str, str]]:
    lines = _lines(path)
    _, header = next(lines, (1, []))
    columns = [name.casefold() for name in header]
    missing = {"image", "part"} - set(columns)
    if missing:
        raise AnnotationError(
            f"{path}: has no column {' and '.join(sorted(missing))}; its columns are {', '.join(header)}"
        )
    rows: dict[str, tuple[str, str]] = {}
    for line, cells in lines:
        entry = dict(zip(columns, cells, strict=False))
        image, part, camera = (entry.get(key, "") for key in ("image", "part", "camera"))
        if not image or not part:
            raise AnnotationError(f"{path}, line {line}: names no {'part' if image else 'image'}")
        key = written_path(image).as_posix()
        if rows.setdefault(key, (part, camera)) != (part, camera):
            raise AnnotationError(f"{path}, line {line}: {image} has another part or camera above")
    return rows


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Read the cells of each line that has any, without the blanks around them, and the line's number."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path}: is not in UTF-8; save it as “CSV UTF-8” in the spreadsheet") from error
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read ({error})") from error
    header = content.partition("\n")[0]
    reader = csv.reader(io.StringIO(content), delimiter=max(",;\t", key=header.count), strict=True)
    try:
        yield from ((reader.line_num, [cell.strip() for cell in cells]) for cells in reader if cells)
    except csv.Error as error:
        raise AnnotationError(f"{path}, line {reader.line_num}: {error}; look for a quotation mark too many") from error


def _bare_names(item: Item) -> set[str]:
    return {item.file_name, PurePosixPath(item.file_name).stem}


def _matched(pattern: re.Pattern[str], group: str, item: Item) -> str:
    stem = PurePosixPath(item.file_name).stem
    match = pattern.search(stem)
    found = match.group(group) if match else None
    if not found:
        raise AnnotationError(f"its name {stem!r} tells no {group}: frames.{group}_pattern is {pattern.pattern!r}")
    return found
