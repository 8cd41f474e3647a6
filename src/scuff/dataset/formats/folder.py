"""Finding files: what lies in a folder, and where the picture of an annotation is."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from scuff.core.errors import AnnotationError, ScuffError
from scuff.core.picture import SUFFIXES, is_picture
from scuff.dataset.catalogue import IMAGES, MASKS, RECORD, TABLE
from scuff.dataset.formats.region import Broken, Item

UNREAD_SUFFIXES = frozenset({".avif", ".dng", ".gif", ".heic", ".jp2", ".jxl", ".nef", ".pgm", ".ppm", ".webp"})
"""Suffixes of pictures that scuff does not read; other files in a folder are nobody's business."""


def files_under(folder: Path) -> tuple[list[Path], list[Broken]]:
    """List the files in and below a folder, sorted by path, and the folders that cannot be read.

    Links are followed, but no folder is entered twice. Hidden files and folders (their names begin with a dot) are
    passed over, and of a catalogue of scuff its two files, its masks and its copies of pictures.
    """
    found: list[Path] = []
    unreadable: list[OSError] = []
    entered = {folder.resolve()}
    for parent, folders, names in os.walk(folder, onerror=unreadable.append, followlinks=True):
        if {TABLE, RECORD} <= set(names):
            folders[:] = [name for name in folders if name not in {MASKS, IMAGES}]
            names = [name for name in names if name not in {TABLE, RECORD}]
        # Links last: where a folder is met by its own name and by a link, its own name is the one to use.
        ordered = sorted(folders, key=lambda name: (Path(parent, name).is_symlink(), name))
        folders[:] = [name for name in ordered if not name.startswith(".") and _enter(Path(parent, name), entered)]
        found += [Path(parent, name) for name in names if not name.startswith(".")]
    broken = [Broken(Path(error.filename), f"a folder that cannot be read ({error.strerror})") for error in unreadable]
    return sorted(found, key=lambda path: path.as_posix()), broken


def _enter(folder: Path, entered: set[Path]) -> bool:
    """Tell whether a folder was not entered before, and note that it is now."""
    place = folder.resolve()
    is_new = place not in entered
    entered.add(place)
    return is_new


def annotation_files(source: Path, suffix: str) -> tuple[list[Path], list[Broken]]:
    """List the files with a suffix, in capitals or not, below a folder; a source that is a file is listed itself.

    Raises:
        ScuffError: There is none.
    """
    if not source.is_dir():
        return [source], []
    files, broken = files_under(source)
    written = [path for path in files if path.suffix.lower() == suffix]
    if not written:
        raise ScuffError(f"{source}: holds no {suffix} file, and so no annotations of this format")
    return written, broken


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


def locate(text: str, folders: Sequence[Path], by_name: Sequence[Path] | None = None) -> Path | None:
    """Find a picture in one of some folders, by the path that an annotation gives.

    Args:
        text: The path.
        folders: Where to look.
        by_name: Where the bare name will do, if the path leads out of the folder as an absolute one from another
            computer does; ``None``: in all of the folders.

    Raises:
        AnnotationError: It is no picture of a kind that scuff reads.
    """
    path = written_path(text)
    if path.suffix.lower() not in SUFFIXES:
        raise AnnotationError(f"its picture {text!r}: {unread(path.suffix)}")
    leads_out = is_absolute(text) or ".." in path.parts
    by_name = folders if by_name is None else by_name
    candidates = [folder / path for folder in folders]
    candidates += [folder / path.name for folder in by_name if leads_out]
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def is_absolute(text: str) -> bool:
    """Tell whether a path as an annotation has it begins at the root of some system."""
    return bool(PureWindowsPath(text).anchor)


def may_belong(annotation_stem: str, picture_stem: str) -> bool:
    """Tell whether an annotation may be that of a picture: ``b_labels`` and ``GT-b`` of ``b``, ``12`` not of ``1``."""
    longer, shorter = annotation_stem.casefold(), picture_stem.casefold()
    rests = []
    if longer.startswith(shorter):
        rests.append((shorter[-1:], longer[len(shorter) :][:1]))
    if longer.endswith(shorter):
        rests.append((longer[: len(longer) - len(shorter)][-1:], shorter[:1]))
    return any(not (before.isdecimal() and after.isdecimal()) for before, after in rests)


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
