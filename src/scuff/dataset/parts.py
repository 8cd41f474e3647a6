"""Which part, and which camera, a picture belongs to."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from scuff.core.errors import AnnotationError, RecipeError
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
            RecipeError: A pattern is no regular expression, or lacks its group.
            AnnotationError: The table cannot be used; says the line.
        """
        self._part = _compiled(frames.part_pattern, "part_pattern", "part")
        self._camera = _compiled(frames.camera_pattern, "camera_pattern", "camera")
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
            AnnotationError: No row names it, or a row could also mean another picture.
        """
        bare = _bare_names(item)
        names = [item.name.as_posix(), item.name.with_suffix("").as_posix(), frame, *sorted(bare)]
        for name in names:
            if name not in self._rows:
                continue
            if name in bare & self._shared and name != item.name.as_posix():
                raise AnnotationError(f"several pictures are named {name!r}; {self._path} must give their paths")
            self._used.add(name)
            return self._rows[name]
        raise AnnotationError(f"{self._path} does not name its part; add a row for {item.name}")


def _read_table(path: Path) -> dict[str, tuple[str, str]]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise AnnotationError(f"{path}: cannot be read ({error})") from error
    header = content.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(content), delimiter=max(",;\t", key=header.count))
    missing = {"image", "part"} - set(reader.fieldnames or ())
    if missing:
        raise AnnotationError(
            f"{path}: has no column {' and '.join(sorted(missing))}; its columns are {header.strip()}"
        )
    rows: dict[str, tuple[str, str]] = {}
    for entry in reader:
        image, part, camera = ((entry.get(key) or "").strip() for key in ("image", "part", "camera"))
        if not image or not part:
            raise AnnotationError(f"{path}, line {reader.line_num}: names no {'part' if image else 'image'}")
        key = written_path(image).as_posix()
        if rows.setdefault(key, (part, camera)) != (part, camera):
            raise AnnotationError(f"{path}, line {reader.line_num}: {image} has another part or camera above")
    return rows


def _bare_names(item: Item) -> set[str]:
    return {item.file_name, PurePosixPath(item.file_name).stem}


def _compiled(pattern: str, key: str, group: str) -> re.Pattern[str] | None:
    if not pattern:
        return None
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise RecipeError(f"frames.{key}: {pattern!r} is no regular expression ({error})") from error
    if group not in compiled.groupindex:
        raise RecipeError(f"frames.{key}: {pattern!r} has no group {group!r}; write it as (?P<{group}>…)")
    return compiled


def _matched(pattern: re.Pattern[str], group: str, item: Item) -> str:
    stem = PurePosixPath(item.file_name).stem
    match = pattern.search(stem)
    found = match.group(group) if match else None
    if not found:
        raise AnnotationError(f"its name {stem!r} tells no {group}: frames.{group}_pattern is {pattern.pattern!r}")
    return found
