"""Parts come in: begun, with frames, and finished; each in a transaction that is given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from scuff.core.errors import FinishedError, StoreError
from scuff.core.verdict import Verdict
from scuff.store.records import Begun, DefectRecord, FrameRecord, RecipeVersion
from scuff.store.tables import Bundle, Defect, Frame, Joined, Part, Picture, Recipe, Table
from scuff.store.tables import Verdict as VerdictRow


def begin(session: Session, part: Part, recipe: RecipeVersion) -> Begun:
    """Take a part on, unless its trigger is there already; without a serial number it gets one."""
    known = _triggered(session, part)
    if known is not None:
        return Begun(known.id, known.serial, is_new=False)
    at = part.triggered_at
    keep_first(session, Recipe, sha256=recipe.sha256, name=recipe.name, text=recipe.text, first_used_at=at)
    if part.bundle_sha256 is not None:
        keep_first(session, Bundle, sha256=part.bundle_sha256, first_used_at=at)
    columns = ("station", "trigger", "serial", "source", "recipe_sha256", "bundle_sha256", "triggered_at")
    is_new = keep_first(session, Part, **{column: getattr(part, column) for column in columns})
    stored = _triggered(session, part)
    assert stored is not None  # this transaction or one that it waited for has made it
    if not stored.serial:
        stored.serial = f"N{stored.id:06d}"
    return Begun(stored.id, stored.serial, is_new)


def keep_frames(session: Session, station: str, part_id: int, frames: Sequence[FrameRecord]) -> None:
    """Make these the frames of a part that has no verdict yet; a repetition changes nothing."""
    require_unfinished(session, part_id)
    session.execute(delete(Frame).where(Frame.part_id == part_id))
    for sha256 in sorted({frame.picture_sha256 for frame in frames} - {""}):
        keep_first(session, Picture, station=station, sha256=sha256)
        picture = session.get_one(Picture, (station, sha256), with_for_update=True)
        picture.removed_at = None
    session.add_all(_frame_row(part_id, frame) for frame in frames)


def finish(session: Session, part_id: int, verdict: VerdictRow, defects: Sequence[DefectRecord]) -> None:
    """Give a part its verdict and its defects."""
    require_unfinished(session, part_id)
    session.add(verdict)
    session.add_all(_defect_row(part_id, defect) for defect in defects)


def join(session: Session, station: str, port: str) -> int:
    """Note the newest part when a port of a station is there for the first time, and tell which that was."""
    newest = session.scalar(select(func.max(Part.id)).where(Part.station == station)) or 0
    keep_first(session, Joined, station=station, port=port, after_id=newest)
    return session.get_one(Joined, (station, port)).after_id


def verdict_row(part_id: int, verdict: Verdict, error: str, report: str, at: datetime) -> VerdictRow:
    """A verdict as it is stored."""
    return VerdictRow(
        part_id=part_id,
        outcome=verdict.outcome.value,
        verdict=verdict.model_dump_json(),
        error=error,
        report=report,
        finished_at=at,
    )


def require_part(session: Session, part_id: int) -> None:
    """Make sure that a part is there, and keep others from changing it until this transaction ends."""
    if session.scalar(select(Part.id).where(Part.id == part_id).with_for_update()) is None:
        raise StoreError(f"part {part_id}: is not in the store; begin() gives the numbers of those that are")


def require_unfinished(session: Session, part_id: int) -> None:
    """As ``require_part``; the part has no verdict yet."""
    require_part(session, part_id)
    outcome = session.scalar(select(VerdictRow.outcome).where(VerdictRow.part_id == part_id))
    if outcome is not None:
        raise FinishedError(f"part {part_id}: has its verdict already ({outcome}), which is not changed any more")


def keep_first(session: Session, table: type[Table], **values: Any) -> bool:
    """Insert a row unless one with its key is there already, and tell whether it was inserted.

    Two stations that insert the same row wait for each other instead of failing.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    inserted = insert(table).values(**values).on_conflict_do_nothing().returning(literal(1))
    return session.scalar(inserted) is not None


def _triggered(session: Session, part: Part) -> Part | None:
    return session.scalar(select(Part).where(Part.station == part.station, Part.trigger == part.trigger))


def _frame_row(part_id: int, frame: FrameRecord) -> Frame:
    return Frame(
        part_id=part_id,
        camera=frame.camera,
        lighting=frame.lighting,
        device_serial=frame.serial,
        frame_id=frame.frame_id,
        picture_sha256=frame.picture_sha256,
        pixel_format=frame.pixel_format,
        width_px=frame.width_px,
        height_px=frame.height_px,
        exposure_us=frame.exposure_us,
        gain_db=frame.gain_db,
        device_time_ns=frame.device_time_ns,
        host_time_ns=frame.host_time_ns,
        simulated=frame.simulated,
    )


def _defect_row(part_id: int, defect: DefectRecord) -> Defect:
    left, top, right, bottom = defect.box_xyxy
    return Defect(
        part_id=part_id,
        number=defect.number,
        label=defect.label,
        score=defect.score,
        camera=defect.camera,
        length_mm=defect.length_mm,
        area_mm2=defect.area_mm2,
        length_px=defect.length_px,
        area_px=defect.area_px,
        left_px=left,
        top_px=top,
        right_px=right,
        bottom_px=bottom,
        ignored=defect.ignored,
    )
