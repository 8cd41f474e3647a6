"""The tables of the database; ``migrations`` makes them, and a test keeps both the same."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from scuff.core.errors import StoreError

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""How constraints are named, so that a later migration can name them."""


class Utc(TypeDecorator[datetime]):
    """A time with its zone; SQLite knows no zones and gets UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the database UTC."""
        if value is not None and value.tzinfo is None:
            raise StoreError(f"{value}: is a time without a zone; give it in UTC")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give Python UTC."""
        if value is None:
            return None
        assert isinstance(value, datetime)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BIG = BigInteger().with_variant(Integer, "sqlite")
"""Of keys that count up: SQLite counts only an INTEGER."""


class Table(DeclarativeBase):
    """What all tables have in common."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {str: Text, datetime: Utc, int: BigInteger, float: Double}


class Recipe(Table):
    """A version of a recipe."""

    __tablename__ = "recipes"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    text: Mapped[str]
    first_used_at: Mapped[datetime]


class Bundle(Table):
    """A version of a bundle, by its checksum."""

    __tablename__ = "bundles"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    first_used_at: Mapped[datetime]


class Part(Table):
    """A part that was triggered; all else hangs on it."""

    __tablename__ = "parts"
    __table_args__ = (UniqueConstraint("station", "trigger"), Index(None, "station", "id"))

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    station: Mapped[str]
    trigger: Mapped[str]
    serial: Mapped[str] = mapped_column(index=True)
    source: Mapped[str]
    recipe_sha256: Mapped[str] = mapped_column(ForeignKey(Recipe.sha256))
    bundle_sha256: Mapped[str | None] = mapped_column(ForeignKey(Bundle.sha256))
    triggered_at: Mapped[datetime]

    recipe: Mapped[Recipe] = relationship()
    frames: Mapped[list["Frame"]] = relationship(order_by="Frame.id")
    defects: Mapped[list["Defect"]] = relationship(order_by="Defect.number")
    verdict: Mapped["Verdict | None"] = relationship()
    actions: Mapped[list["Action"]] = relationship(order_by="Action.id")


class Picture(Table):
    """A picture in a station's folder of pictures; several frames may show the same."""

    __tablename__ = "pictures"
    __table_args__ = (Index(None, "station", "removed_at", "sha256"),)

    station: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    removed_at: Mapped[datetime | None]


class Frame(Table):
    """A frame of a part."""

    __tablename__ = "frames"
    __table_args__ = (UniqueConstraint("part_id", "camera", "lighting"),)

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    part_id: Mapped[int] = mapped_column(ForeignKey(Part.id))
    camera: Mapped[str]
    lighting: Mapped[str]
    device_serial: Mapped[str]
    frame_id: Mapped[int]
    picture_sha256: Mapped[str] = mapped_column(index=True)
    pixel_format: Mapped[str]
    width_px: Mapped[int]
    height_px: Mapped[int]
    exposure_us: Mapped[float]
    gain_db: Mapped[float]
    device_time_ns: Mapped[int]
    host_time_ns: Mapped[int]
    simulated: Mapped[bool]


class Verdict(Table):
    """The verdict of a part: one, and for good."""

    __tablename__ = "verdicts"

    part_id: Mapped[int] = mapped_column(ForeignKey(Part.id), primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(index=True)
    verdict: Mapped[str]
    error: Mapped[str]
    report: Mapped[str]
    finished_at: Mapped[datetime]


class Defect(Table):
    """A defect of a part."""

    __tablename__ = "defects"

    part_id: Mapped[int] = mapped_column(ForeignKey(Part.id), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    label: Mapped[str] = mapped_column(index=True)
    score: Mapped[float]
    camera: Mapped[str]
    length_mm: Mapped[float | None]
    area_mm2: Mapped[float | None]
    length_px: Mapped[float]
    area_px: Mapped[float]
    left_px: Mapped[int]
    top_px: Mapped[int]
    right_px: Mapped[int]
    bottom_px: Mapped[int]
    ignored: Mapped[bool]


class Delivered(Table):
    """A port has handed the report of a part over."""

    __tablename__ = "deliveries"

    port: Mapped[str] = mapped_column(primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey(Part.id), primary_key=True, autoincrement=False)
    delivered_at: Mapped[datetime]


class Joined(Table):
    """A port of a station gets the results of the parts with larger numbers than this."""

    __tablename__ = "ports"

    station: Mapped[str] = mapped_column(primary_key=True)
    port: Mapped[str] = mapped_column(primary_key=True)
    after_id: Mapped[int]


class Action(Table):
    """What an operator did; the database itself lets nobody change or delete a row."""

    __tablename__ = "actions"

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    station: Mapped[str]
    part_id: Mapped[int | None] = mapped_column(ForeignKey(Part.id), index=True)
    operator: Mapped[str]
    action: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]
