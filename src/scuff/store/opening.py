"""Opening a store: the database is made or brought to the newest tables, and the folder of pictures is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from scuff.core.errors import StoreError
from scuff.core.station_recipe import Line, StoreSettings
from scuff.store.database import Database
from scuff.store.pictures import Pictures
from scuff.store.schema import migrate
from scuff.store.store import Store

OPENING_S = 30
"""The longest that a process waits while another one makes or changes the tables."""

STATION = str(Line.model_fields["station"].default)


def open_store(settings: StoreSettings, station: str = STATION, make: bool = True) -> Store:
    """Open the store of a station.

    Args:
        settings: Where it is, and how long pictures stay.
        station: Name of the station; several may share a PostgreSQL database, each with its own name and folder.
        make: Make a database of SQLite that is not there.

    Raises:
        StoreError: Database or folder cannot be used, or a newer scuff has made the tables.
    """
    database = Database(settings.url)
    if database.file is not None and make:
        _make_file(database.file)
    if database.file is not None and not database.file.is_file():
        raise StoreError(f"{database.file}: is not there; name it in store.url, or let `scuff station run` make it")
    try:
        with _alone(database):
            migrate(database)
        return Store(database, Pictures(Path(settings.pictures)), settings, station)
    except StoreError:
        database.close()
        raise


def _make_file(file: Path) -> None:
    """Make an empty database of SQLite; only here, so that one that goes away later is missed and not replaced."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        raise StoreError(
            f"{file}: {error.strerror}; give scuff's user the right to write there, or name another file in store.url"
        ) from error


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Let one process at a time open a file of SQLite: while it learns to keep a journal, it lets nobody wait."""
    if database.file is None:  # of a server, the migration locks what it changes
        yield
        return
    lock = FileLock(database.file.with_name(f".{database.file.name}.opening"), timeout=OPENING_S)
    try:
        held = lock.acquire(poll_interval=0.01)
    except Timeout as error:
        raise StoreError(f"{database.file}: another process has been opening it for {OPENING_S} s; end that") from error
    except OSError as error:
        raise StoreError(f"{database.file}: {error.strerror}; give scuff's user the right to write there") from error
    with held:
        yield
