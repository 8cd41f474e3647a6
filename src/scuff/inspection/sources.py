"""Which pictures are inspected, and under which names: from what was typed to a list without doubles."""

import glob
import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scuff.core.errors import PictureError
from scuff.core.picture import SUFFIXES, is_picture
from scuff.core.recipe import Frames
from scuff.core.views import views

LONGEST_NAME_BYTES = 200
"""File systems allow 255; the suffixes need some."""


@dataclass(frozen=True, slots=True)
class Source:
    """One picture to inspect.

    Attributes:
        path: The picture file; of pictures to fuse, the first.
        file: The path relative to the folder that all inputs share, with forward slashes; of pictures to fuse, the
            paths of all, with `` + `` between them.
        frame: Its name in this run, unique; begins the names of its outputs.
        also: The files that are fused with it, in the order of ``frames.fused``.
        problem: Why it cannot be inspected; empty: it may be tried.
    """

    path: Path
    file: str
    frame: str
    also: tuple[Path, ...] = ()
    problem: str = ""

    @property
    def paths(self) -> tuple[Path, ...]:
        """All its files."""
        return self.path, *self.also


class _Links:
    """Follows links; quick for the many files of one folder, where only the last part of a path is new."""

    def __init__(self) -> None:
        self._folders: dict[Path, Path] = {}

    def followed(self, path: Path) -> Path:
        """The path that a file really has."""
        return path.resolve() if path.is_symlink() else self.folder(path.parent) / path.name

    def folder(self, path: Path) -> Path:
        """The path that a folder really has."""
        if path not in self._folders:
            self._folders[path] = path.resolve()
        return self._folders[path]


def find_sources(arguments: Sequence[str], out: Path) -> list[Source]:
    """Find the pictures that files, folders and patterns name.

    Folders are searched with all that is below them, except hidden files and folders; links to folders are
    not followed. What folders and patterns find in ``out`` is left out: an earlier run wrote it. A file that
    is named itself is taken whatever its suffix, so that one that is no picture is reported, not passed over.

    Args:
        arguments: Files, folders, and patterns with ``*``, ``?``, ``[…]`` or ``**``.
        out: The folder for the outputs.

    Returns:
        Each picture once, sorted by ``file``.

    Raises:
        PictureError: An argument names no picture, or only such as lie in ``out``.
    """
    pictures: dict[Path, Path] = {}
    roots, links = [], _Links()
    for argument in arguments:
        named = _matches(argument)
        roots += [path if path.is_dir() else path.parent for path in named]
        for path in _outside(out, argument, named, links):
            pictures.setdefault(links.followed(path), path)
    shared = os.path.commonpath(roots)
    files = {_text(path.relative_to(shared).as_posix()): path for path in pictures.values()}
    frames = unique_names(sorted(files))
    return [Source(files[file], file, frames[file]) for file in sorted(files)]


def fuse_sources(sources: Sequence[Source], frames: Frames) -> tuple[list[Source], int]:
    """Put pictures of one view together where ``frames.fused`` asks for it.

    Args:
        sources: As ``find_sources`` gives them.
        frames: How lightings are named, and which are fused.

    Returns:
        A source for each view, also for one that lacks a lighting, which cannot be inspected; and how many pictures
        under other lightings are passed over.

    Raises:
        RecipeError: ``frames`` does not say how names tell the lighting.
    """
    if not frames.fused:
        return list(sources), 0
    found = views([(PurePosixPath(source.file), source) for source in sources], frames)
    names = unique_names([view.path.as_posix() for view in found])
    fused = [
        Source(
            view.members[0].path,
            " + ".join(member.file for member in view.members),
            names[view.path.as_posix()],
            tuple(member.path for member in view.members[1:]),
            view.problem,
        )
        for view in found
    ]
    return fused, sum(view.others for view in found)


def unique_names(files: Sequence[str]) -> dict[str, str]:
    """Name the outputs of each file: by its stem; by more of its path where stems are the same.

    Names differ in more than upper and lower case, because some file systems do not tell these apart.

    Args:
        files: Relative paths with forward slashes, each once.

    Returns:
        A name for each file.
    """
    candidates = {file: _candidates(file) for file in files}
    names = {file: next(candidates[file]) for file in files}
    while True:
        counts = Counter(name.casefold() for name in names.values())
        clashing = [file for file in files if counts[names[file].casefold()] > 1]
        if not clashing:
            return names
        for file in clashing:
            names[file] = next(candidates[file])


def _candidates(file: str) -> Iterator[str]:
    """Suggest names for a file's outputs, each longer than the one before; the last ones are never shared."""
    path = Path(file)
    for name in (path.stem, "_".join(path.with_suffix("").parts), "_".join(path.parts)):
        if len(name.encode()) <= LONGEST_NAME_BYTES:
            yield name
    digest = hashlib.sha256(file.encode()).hexdigest()
    for length in (8, 64):
        yield f"{path.stem[:30]}~{digest[:length]}"


def _matches(argument: str) -> list[Path]:
    """Say which files and folders an argument names, as absolute paths."""
    path = Path(os.path.abspath(argument))  # noqa: PTH100 - drops ".." and keeps links; resolve() follows them
    if path.exists():
        return [path]
    if not glob.has_magic(argument):
        raise PictureError(f"{argument}: there is no such file or folder")
    matches = glob.glob(str(path), recursive=True)  # noqa: PTH207 - in Path.glob ** gives no files
    found = [match for match in map(Path, sorted(matches)) if match.is_dir() or is_picture(match)]
    if not found:
        raise PictureError(f"{argument}: no picture matches this pattern; {_suffixes()}")
    return found


def _outside(out: Path, argument: str, named: Sequence[Path], links: _Links) -> list[Path]:
    """Say which pictures an argument stands for, without those that lie in ``out``."""
    found = [picture for path in named for picture in (_below(path) if path.is_dir() else [path])]
    if not found:
        raise PictureError(f"{argument}: no picture in this folder or below it; {_suffixes()}")
    written = out.resolve()
    kept = [picture for picture in found if links.folder(picture.parent) != written]
    if not kept or Path(argument).resolve() == written:
        raise PictureError(
            f"{argument}: the outputs would go between the pictures to inspect, and would be inspected "
            f"themselves the next time; name another folder with --out than {out}"
        )
    return kept


def _below(folder: Path) -> list[Path]:
    """Say which pictures lie in a folder or below it, sorted."""
    found = []
    for parent, folders, names in os.walk(folder, onerror=_cannot_search):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(parent, name) for name in names if is_picture(Path(name)) and not name.startswith(".")]
    return sorted(found)


def _cannot_search(error: OSError) -> None:
    raise PictureError(f"{error.filename}: this folder cannot be searched ({error.strerror})")


def _suffixes() -> str:
    return f"scuff reads {', '.join(sorted(SUFFIXES))}"


def _text(path: str) -> str:
    """Write a path down; bytes of it that are no text become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
