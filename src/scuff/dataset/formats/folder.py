"""Finding files: what lies in a folder, and where the picture of an annotation is."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from scuff.core.errors import AnnotationError
from scuff.core.picture import SUFFIXES, is_picture
from scuff.dataset.catalogue import RECORD, TABLE
from scuff.dataset.formats.region import Broken, Item

UNREAD_SUFFIXES = frozenset({".avif", ".dng", ".gif", ".heic", ".jp2", ".jxl", ".nef", ".pgm", ".ppm", ".raw", ".webp"})
"""Suffixes of pictures that scuff does not read; other files in a folder are nobody's business."""


def files_under(folder: Path) -> list[Path]:
    """List the files in and below a folder, sorted by path.

    Hidden files and folders (their names begin with a dot) and catalogues of scuff are passed over.
    """
    found = []
    for parent, folders, names in os.walk(folder):
        if {TABLE, RECORD} <= set(names):
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(parent, name) for name in names if not name.startswith(".")]
    return sorted(found, key=lambda path: path.as_posix())


def unread_pictures(files: Iterable[Path]) -> list[Broken]:
    """List the files that are pictures, but of a kind that scuff does not read."""
    return [Broken(path, unread(path.suffix.lower())) for path in files if path.suffix.lower() in UNREAD_SUFFIXES]


def relative_name(path: Path, source: Path) -> PurePosixPath:
    """Name a file relative to the source it was found in; by its bare name where it lies elsewhere."""
    folder = source if source.is_dir() else source.parent
    if path.is_relative_to(folder):
        return PurePosixPath(path.relative_to(folder).as_posix())
    return PurePosixPath(path.name)


def written_path(text: str) -> PurePosixPath:
    """Read a path as an annotation has it, from whatever system it was written on."""
    return PurePosixPath(PureWindowsPath(text).as_posix())


def locate(text: str, folders: Iterable[Path]) -> Path | None:
    """Find a picture in one of some folders, by the path that an annotation gives.

    Where the path leads out of the folder, as an absolute one from another computer does, its bare name will do.

    Raises:
        AnnotationError: It is no picture of a kind that scuff reads.
    """
    path = written_path(text)
    if path.suffix.lower() not in SUFFIXES:
        raise AnnotationError(f"its picture {text!r}: {unread(path.suffix)}")
    leads_out = PureWindowsPath(text).anchor or ".." in path.parts
    names = [path, PurePosixPath(path.name)] if leads_out else [path]
    candidates = [folder / name for name in names for folder in folders]
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def pictures_among(files: Iterable[Path]) -> list[Path]:
    """Pick the pictures that scuff reads."""
    return [path for path in files if is_picture(path)]


def unlisted(items: Sequence[Item]) -> tuple[str, ...]:
    """Say how many pictures lie beside the listed ones without being listed themselves."""
    listed = {item.image.resolve() for item in items if item.image}
    folders = {path.parent for path in listed}
    count = sum(path not in listed for folder in folders for path in _pictures_in(folder))
    return (f"pictures beside the listed ones that no file lists, left alone: {count}",) if count else ()


def _pictures_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if is_picture(path) and not path.name.startswith(".")]


def unread(suffix: str) -> str:
    """Say that files of a suffix are not read."""
    return f"a {suffix or 'suffixless'} file is no picture that scuff reads; convert it to PNG"
