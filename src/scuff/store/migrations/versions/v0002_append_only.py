"""What operators did can be added to, and neither changed nor deleted: the database itself refuses it.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REFUSED = "actions are append-only: what an operator did is neither changed nor deleted"


def upgrade() -> None:
    """Add the triggers."""
    statements = _for_sqlite() if op.get_bind().dialect.name == "sqlite" else _for_postgresql()
    for statement in statements:
        op.execute(statement)


def _for_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER actions_no_{change.lower()} BEFORE {change} ON actions "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        for change in ("UPDATE", "DELETE")
    ] + [
        # What REPLACE does away with is not deleted, as SQLite sees it.
        "CREATE TRIGGER actions_no_replace BEFORE INSERT ON actions "
        "WHEN EXISTS (SELECT 1 FROM actions WHERE id = NEW.id) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    ]


def _for_postgresql() -> list[str]:
    return [
        "CREATE FUNCTION actions_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$",
        "CREATE TRIGGER actions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON actions "
        "FOR EACH STATEMENT EXECUTE FUNCTION actions_refuse()",
    ]
