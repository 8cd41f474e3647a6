"""From which part on a port gets results, so that a new one does not get those of years.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "ports",
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("port", sa.Text, nullable=False),
        sa.Column("after_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("station", "port", name="pk_ports"),
    )
