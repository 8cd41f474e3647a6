"""One line at a time works with the parts of a station: another one would give them up as left behind."""

import contextlib
import hashlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import psycopg
from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from scuff.core.errors import StoreError
from scuff.store import answering
from scuff.store.database import LOCK_S, Database
from scuff.store.failures import told
from scuff.store.same_file import Identity, identity

PICTURES = ".line.lock"
"""File in the folder of pictures that a running line holds."""

NOTICED = ("tcp_keepalives_idle = 5", "tcp_keepalives_interval = 2", "tcp_keepalives_count = 3")
"""How soon a server lets go of what a machine held that is gone: by itself it would wait for two hours."""

UNNOTICED = "; or the server has not noticed yet that the connection to it broke, and does so within 15 s"
"""What may also be the matter where a lock that was held is not had again."""


class Hold(Protocol):
    """Something that one process at a time holds."""

    def take(self) -> None:
        """Take it, or make sure that it is still held; raises a ``StoreError`` where it is not."""
        ...

    def release(self) -> None:
        """Let go of it; never raises."""
        ...


def holds_of(database: Database, pictures: Path, station: str) -> Sequence[Hold]:
    """What a line holds, not taken yet: the station in its database, and the folder of pictures.

    The folder, too: the retention of one database deletes what another one says is there.

    Args:
        database: Of the store.
        pictures: Folder of its pictures.
        station: Name of the station.
    """
    held = "{where}: another `scuff station run` works {how}; stop it, or give this one {what} of its own"
    if database.file is None:
        refusal = held.format(where=database.where, how=f"as station {station!r} there", what="a line.station")
        of_station: Hold = ServerHold(database, _key(station), refusal)
    else:
        file = database.file.resolve()  # by whatever name it is called
        refusal = held.format(where=file, how=f"as station {station!r} with it", what="a line.station or a store.url")
        of_station = FileHold(file.with_name(f".{file.name}.line-{_key(station) % 2**64:016x}"), refusal)
    refusal = held.format(where=pictures, how="with these pictures", what="a store.pictures")
    return of_station, FileHold(pictures / PICTURES, refusal)


class FileHold:
    """A lock on a file; the system lets go of it when the process ends, in whatever way."""

    def __init__(self, path: Path, refusal: str) -> None:
        """Prepare it.

        Args:
            path: The file; made where it is not there.
            refusal: What to say where another process holds it.
        """
        self._path, self._refusal, self._turn = path, refusal, threading.Lock()
        self._lock = FileLock(path, timeout=0, thread_local=False)
        self._taken: Identity | None = None

    def take(self) -> None:
        """Take it; again where the file was deleted or replaced meanwhile, as others would lock another one."""
        with self._turn:
            if self._lock.is_locked and self._taken == identity(self._path):
                return
            self._lock.release(force=True)
            try:
                self._lock.acquire()
            except Timeout as error:
                raise StoreError(self._refusal) from error
            except OSError as error:
                raise StoreError(
                    f"{self._path}: {error.strerror}; give scuff's user the right to write there"
                ) from error
            self._taken = identity(self._path)

    def release(self) -> None:
        """Let go of it."""
        with self._turn, contextlib.suppress(OSError):
            self._lock.release(force=True)


class ServerHold:
    """A lock of PostgreSQL on a connection of its own, which ends with that connection."""

    def __init__(self, database: Database, key: int, refusal: str) -> None:
        """Prepare it.

        Args:
            database: Where.
            key: Number of the lock, of 64 bits with a sign.
            refusal: What to say where another connection holds it.
        """
        self._database, self._key, self._refusal = database, key, refusal
        self._turn = threading.Lock()
        self._connection: Connection | None = None
        self._was_held = False

    def take(self) -> None:
        """Take it; again where the connection is gone, and with it what was held."""
        with self._alone():
            if self._connection is not None and not self._answers(self._connection):
                self._drop()
            if self._connection is None:
                self._connection = self._connected()

    def release(self) -> None:
        """Let go of it."""
        with self._turn:
            self._drop()

    def _connected(self) -> Connection:
        """Give a new connection that holds the lock."""
        connection = self._database.lasting()
        try:
            with told(self._database.where):
                for setting in NOTICED:
                    connection.execute(text(f"SET {setting}"))
                if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}):
                    raise StoreError(self._refusal + (UNNOTICED if self._was_held else ""))
        except StoreError:
            connection.close()
            raise
        self._was_held = True
        return connection

    def _answers(self, connection: Connection) -> bool:
        try:
            answering.ping(connection)
        except (SQLAlchemyError, psycopg.Error):
            return False
        return True

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._connection.close()
        self._connection = None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One thread at a time; while a server keeps silent, the others do not queue up behind it for long."""
        if not self._turn.acquire(timeout=LOCK_S):
            raise StoreError(f"{self._database.where}: does not answer; scuff goes on by itself when it does")
        try:
            yield
        finally:
            self._turn.release()


def _key(station: str) -> int:
    """Number of a station's lock, of 64 bits with a sign; PostgreSQL keeps locks of each database apart."""
    return int.from_bytes(hashlib.sha256(f"scuff line {station}".encode()).digest()[:8], "big", signed=True)
