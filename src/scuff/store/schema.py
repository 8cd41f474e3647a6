"""The database's tables are made, or brought to the state that this scuff knows."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from scuff import __version__
from scuff.core.errors import StoreError
from scuff.store.database import Database

MIGRATIONS = Path(__file__).with_name("migrations")
HEAD = "head"

TURN = 0x5C0FF
"""Number of the lock under which a station changes tables of PostgreSQL."""


def migrate(database: Database, revision: str = HEAD) -> None:
    """Make the tables, or change them to those of this scuff, in one transaction; rows stay.

    Args:
        database: Which.
        revision: How far; for tests.

    Raises:
        StoreError: A newer scuff made the tables, or the database fails.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with database.changing() as connection:
        if connection.dialect.name == "postgresql":  # SQLite has locked its file already
            connection.execute(text(f"SELECT pg_advisory_xact_lock({TURN})"))
        known = ScriptDirectory.from_config(config)
        if _is_at(connection, known, database.where):
            return
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _is_at(connection: Connection, known: ScriptDirectory, where: str) -> bool:
    """Tell whether nothing is to be done."""
    found = set(MigrationContext.configure(connection).get_current_heads())
    if unknown := found - {script.revision for script in known.walk_revisions()}:
        raise StoreError(
            f"{where}: a newer scuff has changed its tables (to {', '.join(sorted(unknown))}), which scuff "
            f"{__version__} does not know; install that version, or name another database in store.url"
        )
    return found == set(known.get_heads())
