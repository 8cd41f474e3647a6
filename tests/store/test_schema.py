from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from tests.fixtures.stores import NOW, Open, begin, finish

from scuff.core.errors import StoreError
from scuff.store import answering, schema
from scuff.store.database import Database
from scuff.store.schema import migrate
from scuff.store.tables import Table

FIRST = "0001"

ROWS = [
    "INSERT INTO recipes VALUES ('a1', 'sink', '', '2026-05-04 12:00:00')",
    "INSERT INTO parts (station, trigger, serial, source, recipe_sha256, triggered_at) "
    "VALUES ('station', 'T1', 'SN7', 'http', 'a1', '2026-05-04 12:00:00')",
    "INSERT INTO actions (station, operator, action, note, at) "
    "VALUES ('station', 'Ada', 'log-in', '', '2026-05-04 12:00:00')",
]

LATER = f"""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "{ScriptDirectory(str(schema.MIGRATIONS)).get_current_head()}"
def upgrade():
    op.add_column("parts", sa.Column("colour", sa.Text))
"""


def raw(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements past the store, and give the rows of the last one."""
    with closing(Database(url)) as database:
        if database.file:
            database.file.touch()
        with database.changing() as connection:
            for statement in statements:
                result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []


def migrate_to(url: str, revision: str) -> None:
    with closing(Database(url)) as database:
        if database.file:
            database.file.touch()
        migrate(database, revision)


def test_the_migrations_make_the_tables_that_the_code_knows(url: str, open_at: Open) -> None:
    open_at(url)
    with closing(Database(url)) as database, database.changing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_a_first_database_is_brought_to_the_newest_tables_and_keeps_its_rows(url: str, open_at: Open) -> None:
    migrate_to(url, FIRST)
    raw(url, *ROWS)
    store = open_at(url)
    (part,) = store.unfinished()
    assert (part.trigger, part.part, part.triggered_at.hour) == ("T1", "SN7", 12)
    assert raw(url, "SELECT operator FROM actions") == [("Ada",)]
    finish(store, part.id)
    with pytest.raises(StoreError, match="append-only"):
        raw(url, "DELETE FROM actions")


def test_a_migration_may_take_long(url: str) -> None:
    """It is neither cut like a transaction of a line nor cancelled like one of its statements."""
    with closing(Database(url)) as database:
        if database.file:
            database.file.touch()
        with database.changing() as connection:
            assert answering.TIMER not in connection.info
            if database.file is None:
                assert connection.scalar(text("SHOW statement_timeout")) == "0"


def test_a_newer_database_is_refused_and_left_alone(
    url: str, open_at: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = tmp_path / "newer"
    (newer / "versions").mkdir(parents=True)
    (newer / "env.py").write_text((schema.MIGRATIONS / "env.py").read_text())
    for migration in (schema.MIGRATIONS / "versions").glob("*.py"):
        (newer / "versions" / migration.name).write_text(migration.read_text())
    (newer / "versions" / "v9999_later.py").write_text(LATER)
    number = begin(open_at(url))
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", newer)
        assert [part.id for part in open_at(url).unfinished()] == [number]
    with pytest.raises(StoreError, match=r"a newer scuff has changed its tables \(to 9999\).* install that version"):
        open_at(url)
    assert raw(url, "SELECT serial, colour FROM parts") == [("SN7", None)]


REPLACE = (
    "INSERT OR REPLACE INTO actions (id, station, operator, action, note, at) "
    "SELECT id, station, 'Eve', action, note, at FROM actions"
)


@pytest.mark.parametrize(
    "change", ["UPDATE actions SET note = 'other'", "DELETE FROM actions", "TRUNCATE actions", REPLACE]
)
def test_the_database_itself_refuses_to_change_what_an_operator_did(url: str, open_at: Open, change: str) -> None:
    if change.startswith("TRUNCATE") and url.startswith("sqlite"):
        change = "DELETE FROM actions WHERE 1"  # SQLite has no TRUNCATE
    if change == REPLACE and not url.startswith("sqlite"):
        change = "INSERT INTO actions SELECT * FROM actions ON CONFLICT (id) DO UPDATE SET operator = 'Eve'"
    open_at(url).act("Ada", "confirm", None, "water", NOW)
    with pytest.raises(StoreError, match="actions are append-only: what an operator did is neither changed nor"):
        raw(url, change)
    assert raw(url, "SELECT operator, note FROM actions") == [("Ada", "water")]


def test_a_migration_that_fails_changes_nothing(
    url: str, open_at: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_to(url, FIRST)
    raw(url, *ROWS, "CREATE TABLE verdict_colours (id INTEGER)")
    broken = tmp_path / "broken"
    (broken / "versions").mkdir(parents=True)
    (broken / "env.py").write_text((schema.MIGRATIONS / "env.py").read_text())
    for migration in (schema.MIGRATIONS / "versions").glob("*.py"):
        (broken / "versions" / migration.name).write_text(migration.read_text())
    collides = 'op.create_table("verdict_colours", sa.Column("id", sa.Integer))'
    (broken / "versions" / "v9999_later.py").write_text(f"{LATER}    {collides}\n")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(StoreError, match="already exists"):
            open_at(url)
    assert raw(url, "SELECT version_num FROM alembic_version") == [(FIRST,)]
    raw(url, "DELETE FROM actions")  # the triggers of the migration before are not there either
    assert len(open_at(url).unfinished()) == 1
