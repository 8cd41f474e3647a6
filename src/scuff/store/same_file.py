"""A connection to a file of SQLite that was moved away or replaced would write where nobody ever looks."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

OPENED = "scuff_opened"
"""Under what a connection remembers its file."""

Identity = tuple[int, int]
"""Device and number of a file."""


def watch(engine: Engine, file: Path) -> None:
    """Give up every connection whose file is no longer the one with the name."""

    def remember(_: Any, record: Any) -> None:
        record.info[OPENED] = identity(file)

    def compare(_: Any, record: Any, __: Any) -> None:
        if record.info.get(OPENED) != identity(file):
            raise DisconnectionError(f"{file} is another file now")

    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", compare)


def identity(file: Path) -> Identity | None:
    """What tells a file from another one of the same name; ``None``: it is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
