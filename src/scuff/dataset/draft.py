"""The folder of a catalogue while it is made: nothing of it is seen before it is whole."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scuff.core.errors import CatalogueError
from scuff.core.picture import write_whole
from scuff.dataset.catalogue import IMAGES, MASKS, RECORD, TABLE, Catalogue, Record, Row, load_catalogue, save_catalogue

DRAFT = ".importing"
UNFINISHED = ".publishing"
"""Lists the files of the old and the new catalogue while one takes the place of the other."""


def check_out(out: Path, needed: Iterable[Path], overwrite: bool) -> None:
    """Check that a catalogue may be written to a folder.

    Args:
        out: The folder; it may hold other things than a catalogue.
        needed: Files that must not be lost: the pictures that the catalogue will name, and their annotations.
        overwrite: Whether a catalogue that is there already may be replaced.

    Raises:
        CatalogueError: It may not.
    """
    if out.exists() and not out.is_dir():
        raise CatalogueError(f"{out}: is a file; name a folder for the catalogue")
    unfinished = (out / UNFINISHED).exists() and not (out / TABLE).exists()
    taken = [name for name in (TABLE, RECORD, MASKS, IMAGES) if (out / name).exists()]
    if taken and not unfinished and not {TABLE, RECORD} & set(taken):
        raise CatalogueError(f"{out}: holds {taken[0]!r} that no import made; name an empty folder")
    if taken and not unfinished and not overwrite:
        raise CatalogueError(f"{out}: holds a catalogue already; name another folder, or give --overwrite")
    lost = {(out / name).resolve() for name in taken}
    for file in needed:
        path = file.resolve()
        if lost.intersection((path, *path.parents)):
            raise CatalogueError(f"{file}: would be lost, it belongs to the catalogue there; name another folder")
    _replaceable(out)


@contextmanager
def draft_in(out: Path) -> Iterator[Path]:
    """Make a hidden folder to work in, within the catalogue's; it goes away however the work ends."""
    is_new = not out.exists()
    draft = out / DRAFT
    shutil.rmtree(draft, ignore_errors=True)  # left behind by a process that was killed
    draft.mkdir(parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft)
        if is_new and not any(out.iterdir()):
            out.rmdir()


def publish(draft: Path, out: Path, record: Record, rows: Iterable[Row]) -> Catalogue:
    """Put the masks and pictures of a draft in their place, then write the record and the table.

    From the first step to the last there is no table, so that an interruption never leaves half a catalogue. What
    it does leave is listed, so that the next import may replace it.

    Raises:
        CatalogueError: A file that no catalogue made lies among the old masks and pictures.
    """
    old, new = _replaceable(out), _inside(draft)
    write_whole(out / UNFINISHED, "".join(f"{name}\n" for name in sorted(old | new)))
    for name in (TABLE, RECORD):
        (out / name).unlink(missing_ok=True)
    for name in old:
        (out / name).unlink()
    for name in (MASKS, IMAGES):
        if (out / name).exists():
            (out / name).rmdir()
        if (draft / name).exists():
            (draft / name).replace(out / name)
    catalogue = save_catalogue(out, record, rows)
    (out / UNFINISHED).unlink()
    return catalogue


def _replaceable(out: Path) -> set[str]:
    """List the masks and pictures of the catalogue in a folder, finished or not.

    Raises:
        CatalogueError: There is something among them that no catalogue made.
    """
    there = _inside(out)
    foreign = there - _named_by_table(out) - _named_by_unfinished(out)
    if foreign:
        raise CatalogueError(
            f"{out / min(foreign)}: is not named by the catalogue there, and would be lost; move it elsewhere, or "
            "name another folder"
        )
    return there


def _inside(folder: Path) -> set[str]:
    """List what masks/ and images/ hold, relative to the folder; a catalogue makes no folders within them."""
    entries = (entry for name in (MASKS, IMAGES) if (folder / name).exists() for entry in (folder / name).iterdir())
    return {entry.relative_to(folder).as_posix() for entry in entries}


def _named_by_table(out: Path) -> set[str]:
    try:
        rows = load_catalogue(out).rows
    except CatalogueError:  # damaged: it names nothing, and nothing may be lost for it
        return set()
    return {name for row in rows for name in (row.mask, row.image) if name}


def _named_by_unfinished(out: Path) -> set[str]:
    path = out / UNFINISHED
    return set(path.read_text(encoding="utf-8").splitlines()) if path.exists() else set()
