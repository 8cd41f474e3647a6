import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import text
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.stores import Open, begin, finish

from scuff.core.errors import StoreError
from scuff.store import answering
from scuff.store import database as module
from scuff.store.database import Database

AT_ONCE_S = 5


def shown(database: Database, *settings: str) -> list[str]:
    command = "PRAGMA" if database.file else "SHOW"
    with database.reading() as session:
        return [str(session.scalar(text(f"{command} {setting}"))) for setting in settings]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("scuff.db", "store.url = 'scuff.db': is no address of a database; give sqlite:///FILE or postgresql://"),
        ("postgresql://ada:secret@host:port/scuff", "^store.url = 'host:port/scuff': is no address of a database"),
        ("mysql://host/scuff", "store.url: 'mysql' is no database that scuff knows"),
        ("sqlite://", "would be kept nowhere; give a file, as in sqlite:///scuff.db"),
        ("sqlite:///:memory:", "would be kept nowhere"),
    ],
)
def test_another_database_is_refused(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        Database(url)


def test_sqlite_is_durable_and_checks_references(open_at: Open, tmp_path: Path) -> None:
    open_at(f"sqlite:///{tmp_path}/scuff.db")
    settings = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with closing(Database(f"sqlite:///{tmp_path}/scuff.db")) as database:
        assert shown(database, *settings) == ["wal", "2", "1", "2000"]


def test_postgresql_is_durable_and_does_not_wait_long(postgres: PostgresServer) -> None:
    url = postgres.make_database()
    with closing(Database(url)) as database:
        assert shown(database, "synchronous_commit", "lock_timeout", "statement_timeout") == ["on", "2s", "10s"]
    with closing(Database(f"{url}?options=-c%20lock_timeout%3D7s")) as database:
        assert shown(database, "lock_timeout") == ["7s"]


def test_a_name_with_odd_characters(open_at: Open, tmp_path: Path) -> None:
    store = open_at(f"sqlite:///{tmp_path}/a #1 100%/scuff é.db")
    finish(store, begin(store))
    assert (tmp_path / "a #1 100%" / "scuff é.db").is_file()


def test_a_password_is_not_told() -> None:
    message = r"^postgresql://ada:\*\*\*@127.0.0.1:1/scuff: .*refused.*; start the database"
    database = Database("postgresql://ada:secret@127.0.0.1:1/scuff")
    with closing(database), pytest.raises(StoreError, match=message) as caught:
        shown(database, "lock_timeout")
    assert "secret" not in str(caught.value)


def test_a_database_that_is_not_there_is_told(postgres: PostgresServer) -> None:
    database = Database(f"{postgres.make_database()}_not")
    with closing(database), pytest.raises(StoreError, match=r"does not exist; make the database, or correct store"):
        shown(database, "lock_timeout")


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_file_that_another_program_holds_is_told_soon(open_at: Open, tmp_path: Path) -> None:
    store = open_at(f"sqlite:///{tmp_path}/scuff.db")
    command = [sys.executable, "-c", HOLD, str(tmp_path / "scuff.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        start = monotonic()
        with pytest.raises(StoreError, match=r"scuff\.db: database is locked; another program holds it"):
            begin(store)
        assert monotonic() - start < AT_ONCE_S
        assert store.latest(9) == []
        holder.communicate()
    finish(store, begin(store))


def test_a_row_that_another_program_holds_is_told_soon(open_at: Open, postgres: PostgresServer) -> None:
    url = postgres.make_database()
    store = open_at(url)
    number = begin(store)
    with closing(Database(url)) as other, other.writing() as session:
        session.execute(text("SELECT id FROM parts FOR UPDATE"))
        start = monotonic()
        with pytest.raises(StoreError, match="lock timeout; another program holds what is needed"):
            finish(store, number)
        assert monotonic() - start < AT_ONCE_S
    finish(store, number)


def test_threads_that_wait_for_long_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, open_at: Open) -> None:
    monkeypatch.setattr(module, "LOCK_S", 0.01)
    open_at(f"sqlite:///{tmp_path}/scuff.db")
    with closing(Database(f"sqlite:///{tmp_path}/scuff.db")) as database:
        with database.writing(), pytest.raises(StoreError, match="other threads have been writing for"):
            database.writing().__enter__()
        with database.writing():
            assert shown(database, "foreign_keys") == ["1"]


def test_a_file_that_is_moved_away_is_told_and_used_when_it_is_back(open_at: Open, tmp_path: Path) -> None:
    """Nothing is written into a file that nobody would find again, and no empty one takes its place."""
    store = open_at(f"sqlite:///{tmp_path}/scuff.db")
    number = begin(store)
    (tmp_path / "away").mkdir()
    names = [path.name for path in tmp_path.glob("scuff.db*")]
    for name in names:
        (tmp_path / name).rename(tmp_path / "away" / name)
    for _ in range(2):
        with pytest.raises(StoreError, match="unable to open database file; is the file there"):
            finish(store, number)
    assert not (tmp_path / "scuff.db").exists()
    for name in names:
        (tmp_path / "away" / name).rename(tmp_path / name)
    finish(store, number)
    assert store.unfinished() == []


def test_a_file_that_is_no_database_is_told(open_at: Open, tmp_path: Path) -> None:
    (tmp_path / "scuff.db").write_bytes(b"text" * 1000)
    with pytest.raises(StoreError, match="file is not a database; name another file"):
        open_at(f"sqlite:///{tmp_path}/scuff.db")


def test_a_server_that_stops_is_told_at_once_and_used_when_it_is_back(open_at: Open, postgres: PostgresServer) -> None:
    store = open_at(postgres.make_database())
    number = begin(store)
    for mode in ("fast", "immediate"):
        postgres.stop(mode)
        try:
            for work in (lambda: begin(store, "T2"), lambda: store.unfinished(), store.check):
                start = monotonic()
                with pytest.raises(StoreError, match="start the database or correct"):
                    work()
                assert monotonic() - start < AT_ONCE_S
        finally:
            postgres.start()
        assert [part.id for part in store.unfinished()] == [number]
    finish(store, number)
    assert store.unfinished() == []


def test_a_server_that_hangs_is_told_soon_and_used_when_it_goes_on(open_at: Open, postgres: PostgresServer) -> None:
    store = open_at(postgres.make_database())
    number = begin(store)
    with postgres.frozen():
        start = monotonic()
        with pytest.raises(StoreError, match="start the database or correct"):
            finish(store, number)
        assert monotonic() - start < AT_ONCE_S
    finish(store, number)
    assert store.unfinished() == []


def test_a_server_that_hangs_within_a_transaction_is_given_up(
    open_at: Open, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.make_database()
    store = open_at(url)
    number = begin(store)
    monkeypatch.setattr(answering, "TRANSACTION_S", 0.5)
    with closing(Database(url)) as database:
        with pytest.raises(StoreError, match="start the database or correct"):
            rename_on(database, postgres)
        monkeypatch.undo()
        assert store.part(number).part == "SN7"
        assert shown(database, "lock_timeout") == ["2s"]


def rename_on(database: Database, server: PostgresServer) -> None:
    """Begin to change something on a server that then hangs."""
    with database.writing() as session:
        session.execute(text("UPDATE parts SET serial = 'other'"))
        with server.frozen():
            session.execute(text("SELECT 1"))
