"""The folder of a catalogue while it is made: nothing of it is seen before it is whole."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scuff.core.errors import CatalogueError
from scuff.dataset.catalogue import MASKS, RECORD, TABLE, Catalogue, Record, Row, save_catalogue

DRAFT = ".importing"
IMAGES = "images"
"""Pictures that the catalogue keeps itself, because they had no file of their own."""


def check_out(out: Path, pictures: Iterable[Path], overwrite: bool) -> None:
    """Check that a catalogue may be written to a folder.

    Args:
        out: The folder; it may hold other things than a catalogue.
        pictures: The pictures that the catalogue will name.
        overwrite: Whether a catalogue that is there already may be replaced.

    Raises:
        CatalogueError: It may not.
    """
    if out.exists() and not out.is_dir():
        raise CatalogueError(f"{out}: is a file; name a folder for the catalogue")
    taken = [name for name in (TABLE, RECORD, MASKS, IMAGES) if (out / name).exists()]
    if taken and not {TABLE, RECORD} & set(taken):
        raise CatalogueError(f"{out}: holds {taken[0]!r} that no import made; name an empty folder")
    if taken and not overwrite:
        raise CatalogueError(f"{out}: holds a catalogue already; name another folder, or give --overwrite")
    lost = {(out / name).resolve() for name in taken}
    for picture in pictures:
        if lost.intersection(picture.resolve().parents):
            raise CatalogueError(f"{picture}: would be lost, it belongs to the catalogue there; name another folder")


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

    From the first step to the last there is no table, so that an interruption never leaves half a catalogue.
    """
    for name in (TABLE, RECORD):
        (out / name).unlink(missing_ok=True)
    for name in (MASKS, IMAGES):
        shutil.rmtree(out / name, ignore_errors=True)
        if (draft / name).exists():
            (draft / name).replace(out / name)
    return save_catalogue(out, record, rows)
