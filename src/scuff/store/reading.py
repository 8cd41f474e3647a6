"""What the store knows: parts with all that hangs on them, parts without a verdict, reports to deliver, counts."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from scuff.core.verdict import Outcome, Verdict
from scuff.store.records import (
    Act,
    Counts,
    DefectRecord,
    Delivery,
    FrameRecord,
    RecipeVersion,
    StoredPart,
    Unfinished,
)
from scuff.store.tables import Action, Defect, Delivered, Frame, Part, Picture
from scuff.store.tables import Verdict as VerdictRow


def parts(session: Session, *where: ColumnElement[bool], limit: int | None = None) -> list[StoredPart]:
    """Parts that something is true of, the newest first."""
    everything = [selectinload(each) for each in (Part.frames, Part.defects, Part.verdict, Part.actions)]
    wanted = select(Part).where(*where).order_by(Part.id.desc()).limit(limit)
    found = session.scalars(wanted.options(joinedload(Part.recipe), *everything)).all()
    removed = _removed(session, found)
    return [_part(part, removed) for part in found]


def unfinished(session: Session, station: str) -> list[Unfinished]:
    """Parts of a station that have no verdict, in the order of their triggers."""
    wanted = select(Part).outerjoin(VerdictRow).where(Part.station == station, VerdictRow.part_id.is_(None))
    found = session.scalars(wanted.order_by(Part.id).options(joinedload(Part.recipe)))
    return [
        Unfinished(
            id=part.id,
            trigger=part.trigger,
            part=part.serial,
            source=part.source,
            recipe=RecipeVersion(part.recipe.name, part.recipe.sha256, part.recipe.text),
            bundle=part.bundle_sha256 or "",
            triggered_at=part.triggered_at,
        )
        for part in found
    ]


def undelivered(session: Session, station: str, port: str, after: int, limit: int) -> list[Delivery]:
    """Reports of a station's finished parts that a port has not handed over, in the order of their numbers."""
    is_delivered = select(Delivered.part_id).where(Delivered.port == port, Delivered.part_id == Part.id).exists()
    wanted = (
        select(Part.id, VerdictRow.report)
        .join(VerdictRow)
        .where(Part.station == station, Part.id > after, ~is_delivered)
        .order_by(Part.id)
        .limit(limit)
    )
    return [Delivery(number, report) for number, report in session.execute(wanted)]


def counts(session: Session, station: str) -> Counts:
    """How many parts of a station there are, by outcome."""
    wanted = (
        select(VerdictRow.outcome, func.count(Part.id))
        .select_from(Part)
        .outerjoin(VerdictRow)
        .where(Part.station == station)
        .group_by(VerdictRow.outcome)
    )
    found: dict[str | None, int] = dict(session.execute(wanted).all())
    return Counts(found.get(None, 0), {outcome: found.get(outcome.value, 0) for outcome in Outcome})


def acts(session: Session, station: str, limit: int) -> list[Act]:
    """What was done at a station, the newest first."""
    wanted = select(Action).where(Action.station == station).order_by(Action.id.desc()).limit(limit)
    return [_act(row) for row in session.scalars(wanted)]


def _removed(session: Session, found: Sequence[Part]) -> set[tuple[str, str]]:
    """Stations and checksums of those pictures that are gone."""
    stations = {part.station for part in found}
    shown = {frame.picture_sha256 for part in found for frame in part.frames}
    wanted = select(Picture.station, Picture.sha256).where(
        Picture.station.in_(stations), Picture.sha256.in_(shown), Picture.removed_at.is_not(None)
    )
    return {(station, sha256) for station, sha256 in session.execute(wanted)}


def _part(part: Part, removed: set[tuple[str, str]]) -> StoredPart:
    row = part.verdict
    return StoredPart(
        id=part.id,
        station=part.station,
        trigger=part.trigger,
        part=part.serial,
        source=part.source,
        recipe=part.recipe.name,
        recipe_sha256=part.recipe_sha256,
        bundle=part.bundle_sha256 or "",
        triggered_at=part.triggered_at,
        verdict=None if row is None else Verdict.model_validate_json(row.verdict),
        error="" if row is None else row.error,
        report="" if row is None else row.report,
        finished_at=None if row is None else row.finished_at,
        frames=tuple(map(_frame, part.frames)),
        defects=tuple(map(_defect, part.defects)),
        removed=frozenset(
            frame.picture_sha256 for frame in part.frames if (part.station, frame.picture_sha256) in removed
        ),
        acts=tuple(map(_act, part.actions)),
    )


def _frame(row: Frame) -> FrameRecord:
    return FrameRecord(
        camera=row.camera,
        lighting=row.lighting,
        serial=row.device_serial,
        frame_id=row.frame_id,
        picture_sha256=row.picture_sha256,
        pixel_format=row.pixel_format,
        width_px=row.width_px,
        height_px=row.height_px,
        exposure_us=row.exposure_us,
        gain_db=row.gain_db,
        device_time_ns=row.device_time_ns,
        host_time_ns=row.host_time_ns,
        simulated=row.simulated,
    )


def _defect(row: Defect) -> DefectRecord:
    return DefectRecord(
        number=row.number,
        label=row.label,
        score=row.score,
        camera=row.camera,
        length_mm=row.length_mm,
        area_mm2=row.area_mm2,
        length_px=row.length_px,
        area_px=row.area_px,
        box_xyxy=(row.left_px, row.top_px, row.right_px, row.bottom_px),
        ignored=row.ignored,
    )


def _act(row: Action) -> Act:
    return Act(operator=row.operator, action=row.action, note=row.note, at=row.at)
