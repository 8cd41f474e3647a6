"""Parts and all that hangs on them.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _versions()
    _parts()
    _frames()
    _defects()
    _verdicts()
    _actions()


def _versions() -> None:
    op.create_table(
        "recipes",
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("first_used_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_recipes"),
    )
    op.create_table(
        "bundles",
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("first_used_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_bundles"),
    )


def _parts() -> None:
    op.create_table(
        "parts",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("trigger", sa.Text, nullable=False),
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("recipe_sha256", sa.Text, nullable=False),
        sa.Column("bundle_sha256", sa.Text),
        sa.Column("triggered_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_parts"),
        sa.ForeignKeyConstraint(["recipe_sha256"], ["recipes.sha256"], name="fk_parts_recipe_sha256"),
        sa.ForeignKeyConstraint(["bundle_sha256"], ["bundles.sha256"], name="fk_parts_bundle_sha256"),
        sa.UniqueConstraint("station", "trigger", name="uq_parts_station_trigger"),
    )
    op.create_index("ix_parts_serial", "parts", ["serial"])
    op.create_index("ix_parts_station_id", "parts", ["station", "id"])


def _frames() -> None:
    op.create_table(
        "pictures",
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("removed_at", TIME),
        sa.PrimaryKeyConstraint("station", "sha256", name="pk_pictures"),
    )
    op.create_index("ix_pictures_station_removed_at_sha256", "pictures", ["station", "removed_at", "sha256"])
    op.create_table(
        "frames",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("part_id", BIG, nullable=False),
        sa.Column("camera", sa.Text, nullable=False),
        sa.Column("lighting", sa.Text, nullable=False),
        sa.Column("device_serial", sa.Text, nullable=False),
        sa.Column("frame_id", sa.BigInteger, nullable=False),
        sa.Column("picture_sha256", sa.Text, nullable=False),
        sa.Column("pixel_format", sa.Text, nullable=False),
        sa.Column("width_px", sa.BigInteger, nullable=False),
        sa.Column("height_px", sa.BigInteger, nullable=False),
        sa.Column("exposure_us", sa.Double, nullable=False),
        sa.Column("gain_db", sa.Double, nullable=False),
        sa.Column("device_time_ns", sa.BigInteger, nullable=False),
        sa.Column("host_time_ns", sa.BigInteger, nullable=False),
        sa.Column("simulated", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_frames"),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name="fk_frames_part_id"),
        sa.UniqueConstraint("part_id", "camera", "lighting", name="uq_frames_part_id_camera_lighting"),
    )
    op.create_index("ix_frames_picture_sha256", "frames", ["picture_sha256"])


def _defects() -> None:
    op.create_table(
        "defects",
        sa.Column("part_id", BIG, autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("camera", sa.Text, nullable=False),
        sa.Column("length_mm", sa.Double),
        sa.Column("area_mm2", sa.Double),
        sa.Column("length_px", sa.Double, nullable=False),
        sa.Column("area_px", sa.Double, nullable=False),
        sa.Column("left_px", sa.BigInteger, nullable=False),
        sa.Column("top_px", sa.BigInteger, nullable=False),
        sa.Column("right_px", sa.BigInteger, nullable=False),
        sa.Column("bottom_px", sa.BigInteger, nullable=False),
        sa.Column("ignored", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("part_id", "number", name="pk_defects"),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name="fk_defects_part_id"),
    )
    op.create_index("ix_defects_label", "defects", ["label"])


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("part_id", BIG, autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("finished_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("part_id", name="pk_verdicts"),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name="fk_verdicts_part_id"),
    )
    op.create_index("ix_verdicts_outcome", "verdicts", ["outcome"])
    op.create_table(
        "deliveries",
        sa.Column("port", sa.Text, nullable=False),
        sa.Column("part_id", BIG, autoincrement=False, nullable=False),
        sa.Column("delivered_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("port", "part_id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name="fk_deliveries_part_id"),
    )


def _actions() -> None:
    op.create_table(
        "actions",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("part_id", BIG),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_actions"),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name="fk_actions_part_id"),
    )
    op.create_index("ix_actions_part_id", "actions", ["part_id"])
