"""The database: SQLite or PostgreSQL, and transactions that fail soon and are told in words."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from scuff.core.errors import StoreError
from scuff.store import answering, same_file
from scuff.store.failures import told

LOCK_S = 2
"""How long to wait for another program, or for an answer of a server that connects."""

STATEMENT_S = 10
"""The longest that a server may work on one statement."""

CONNECTIONS = 32
"""The most at once, those for a short time included."""

WRITES = "scuff_writes"
"""Option of a transaction that writes."""

FOR_POSTGRESQL = {
    "connect_timeout": str(LOCK_S),
    "tcp_user_timeout": str(2 * LOCK_S * 1000),
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "2",
    "application_name": "scuff",
    # A server may be set up to lose the last commits; what scuff has stored is stored.
    "options": f"-c synchronous_commit=on -c lock_timeout={LOCK_S}s -c statement_timeout={STATEMENT_S}s "
    "-c idle_in_transaction_session_timeout=30s",
}
"""Parameters of a connection, where the URL does not give its own."""


class Database:
    """Gives transactions; a connection that is lost is replaced at the next one."""

    def __init__(self, url: str) -> None:
        """Prepare connections to a database; opens none.

        Raises:
            StoreError: The URL is none of SQLite or PostgreSQL.
        """
        parsed = _parsed(url)
        self.where = parsed.set(drivername=parsed.get_backend_name()).render_as_string(hide_password=True)
        self.file: Path | None = None
        pool = {"pool_size": 4, "max_overflow": CONNECTIONS - 4, "pool_timeout": LOCK_S}
        if parsed.get_backend_name() == "sqlite":
            self.file = Path(str(parsed.database)).absolute()
            self.where = str(self.file)
            self.engine = create_engine(
                f"sqlite:///file:{_quoted(self.file)}?mode=rw&uri=true",
                connect_args={"timeout": LOCK_S, "isolation_level": None},
                **pool,
            )
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            same_file.watch(self.engine, self.file)
        else:
            given = {key: value for key, value in FOR_POSTGRESQL.items() if key not in parsed.query}
            self.engine = create_engine(parsed, connect_args=given, **pool)
            answering.watch(self.engine)
        self._writer = self.engine.execution_options(**{WRITES: True})
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a transaction that only reads.

        Raises:
            StoreError: The database fails.
        """
        with told(self.where), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a transaction; when the block ends, all that it wrote is durable, and if it raises, nothing is.

        Raises:
            StoreError: The database fails.
        """
        with (
            told(self.where),
            self._queue(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that changes tables, which may take long.

        Raises:
            StoreError: The database fails.
        """
        with told(self.where), self._queue(), self._writer.begin() as connection:
            answering.allow_long_work(connection)
            yield connection

    def lasting(self) -> Connection:
        """Give a connection of a server that is no transaction, and that the caller keeps and closes.

        Raises:
            StoreError: The database fails.
        """
        with told(self.where):
            connection = self.engine.connect()
            answering.allow_long_life(connection)
            return connection

    def free_bytes(self) -> dict[Path, int]:
        """Room on the disk of a file, by its folder; empty: a server looks after its own."""
        return {} if self.file is None else {self.file.parent: shutil.disk_usage(self.file.parent).free}

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    @contextmanager
    def _queue(self) -> Iterator[None]:
        """One writer at a time, as SQLite has it anyway: threads that wait here wait in order and are not starved."""
        if self.file is None:
            yield
            return
        if not self._turn.acquire(timeout=LOCK_S):
            raise StoreError(f"{self.where}: other threads have been writing for {LOCK_S} s; try again")
        try:
            yield
        finally:
            self._turn.release()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        shown = url.rpartition("@")[2]  # without a password
        raise StoreError(
            f"store.url = {shown!r}: is no address of a database; give sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/DATABASE"
        ) from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StoreError(f"store.url: {backend!r} is no database that scuff knows; give sqlite:/// or postgresql://")
    if not parsed.database or parsed.database == ":memory:":
        raise StoreError("store.url: this database would be kept nowhere; give a file, as in sqlite:///scuff.db")
    return parsed


def _quoted(file: Path) -> str:
    """A path within a URI of SQLite within a URL of SQLAlchemy."""
    return str(file).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _set_up_sqlite(connection: Any, _: Any) -> None:
    """Every commit is on the disk before it returns; readers and the writer do not wait for each other."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that will write takes the lock at once: one that read first could not wait for it any more."""
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
