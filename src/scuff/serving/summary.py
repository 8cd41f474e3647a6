"""A decision on a part as the store keeps it and as ports publish it."""

from datetime import datetime

from scuff.inspection.part_result import DefectOfPart
from scuff.serving.job import Decision, Job
from scuff.serving.report import FoundDefect, PartReport
from scuff.store.records import DefectRecord


def defect_records(decision: Decision) -> tuple[DefectRecord, ...]:
    """The defects of a part, by number; each as the frame shows it that shows most of it."""
    if decision.part is None:
        return ()
    ignored = set(decision.part.ignored)
    return tuple(_record(decision, defect, defect.number in ignored) for defect in decision.part.defects)


def part_report(job: Job, decision: Decision, station: str, at: datetime) -> PartReport:
    """What is published of a part.

    Args:
        job: The part.
        decision: On it.
        station: Name of the station.
        at: When it was decided, UTC.
    """
    counted = [each for each in defect_records(decision) if not each.ignored]
    return PartReport(
        schema_version=1,
        id=job.id,
        trigger=job.record.trigger,
        part=job.part,
        station=station,
        recipe=job.record.recipe.name,
        recipe_sha256=job.record.recipe.sha256,
        bundle=job.record.bundle,
        outcome=decision.verdict.outcome,
        rule=decision.verdict.rule,
        error=decision.error,
        defects=tuple(map(_found, sorted(counted, key=lambda each: -each.score))),
        simulated=job.simulated,
        triggered_at=job.record.triggered_at.isoformat(),
        finished_at=at.isoformat(),
        inspection_ms=decision.inspection_ms,
    )


def _record(decision: Decision, defect: DefectOfPart, ignored: bool) -> DefectRecord:
    picture = next(each for each in decision.pictures if each.frame == defect.seen.frame)
    return DefectRecord(
        number=defect.number,
        label=defect.label,
        score=defect.score,
        camera=picture.camera,
        length_mm=defect.length_mm,
        area_mm2=defect.area_mm2,
        length_px=defect.length_px,
        area_px=defect.area_px,
        box_xyxy=picture.defects[defect.seen.number - 1].box_xyxy,
        ignored=ignored,
    )


def _found(record: DefectRecord) -> FoundDefect:
    return FoundDefect(
        number=record.number,
        label=record.label,
        score=record.score,
        length_mm=record.length_mm,
        area_mm2=record.area_mm2,
        camera=record.camera,
        box_xyxy=record.box_xyxy,
    )
