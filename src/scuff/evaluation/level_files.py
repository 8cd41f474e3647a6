"""The figures of the three levels as JSON, and the single defects and parts as CSV; see ``docs/metrics.md``."""

from pathlib import Path

from scuff.core.table import write_table
from scuff.evaluation.bootstrap import CONFIDENCE, DRAWS, Estimate
from scuff.evaluation.defect_figures import DefectFigures, Recall
from scuff.evaluation.part_figures import PartFigures, Rate
from scuff.evaluation.records import Assessment, DefectRecord
from scuff.evaluation.three_levels import ThreeLevels

DEFECT_COLUMNS = (
    *("part", "frame", "outcome", "class", "found_as", "score", "overlap"),
    *("left_px", "top_px", "right_px", "bottom_px", "area_px", "length_px", "area_mm2", "length_mm"),
)
PART_COLUMNS = ("part", "frames", "defective", "stopped", "classes", "found_classes", "annotated", "found")


def levels_json(assessment: Assessment, figures: ThreeLevels) -> dict[str, object]:
    """Give the figures as values that JSON has; undefined ones are ``None``."""
    return {
        "intervals": {"confidence": CONFIDENCE, "draws": DRAWS, "seed": 0, "parts": len(assessment.parts)},
        "pixels": {
            row: {name: _estimate(each) for name, each in of_row.items()} for row, of_row in figures.pixels.items()
        },
        "defects": _defects(figures.defects),
        "parts": _parts(figures.parts),
    }


def write_defects(path: Path, assessment: Assessment) -> None:
    """Write a line for each annotated defect and each false alarm."""
    lines = ([part.judged.part, *_cells(each)] for part in assessment.parts for each in part.defects)
    write_table(path, DEFECT_COLUMNS, lines)


def write_parts(path: Path, assessment: Assessment) -> None:
    """Write a line for each part."""
    lines = (
        (
            *(part.judged.part, part.frames, int(part.judged.defective), int(part.stopped)),
            *(";".join(sorted(part.judged.classes)), ";".join(sorted(part.found_classes))),
            *(part.judged.annotated, part.found),
        )
        for part in assessment.parts
    )
    write_table(path, PART_COLUMNS, lines)


def _estimate(figure: Estimate) -> dict[str, float | None]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _defects(figures: DefectFigures) -> dict[str, object]:
    return {
        "recall": _recall(figures.recall),
        "recall_by_class": {name: _recall(each) for name, each in figures.by_class.items()},
        "recall_by_length": {name: _recall(each) for name, each in figures.by_size.items()},
        "precision": _estimate(figures.precision),
        "found": figures.found,
        "false_alarms": figures.false_alarms,
        "false_alarms_per_part": _estimate(figures.alarms_per_part),
        "false_alarms_per_frame": _estimate(figures.alarms_per_frame),
        "recall_at_false_alarms_per_part": {f"{at:g}": _estimate(each) for at, each in figures.recall_at.items()},
        "aupro": _estimate(figures.aupro),
        "confusion": figures.confusion,
    }


def _parts(figures: PartFigures) -> dict[str, object]:
    return {
        "escape_rate": _rate(figures.escape),
        "false_reject_rate": _rate(figures.false_reject),
        "auc": _estimate(figures.auc),
        "confusion": figures.confusion,
    }


def _recall(recall: Recall) -> dict[str, float | None]:
    return {"found": recall.found, "annotated": recall.annotated, **_estimate(recall.share)}


def _rate(rate: Rate) -> dict[str, float | None]:
    return {"hits": rate.hits, "parts": rate.parts, **_estimate(rate.share)}


def _cells(record: DefectRecord) -> list[object]:
    defect = record.defect
    overlap = None if record.overlap is None else round(record.overlap, 4)
    sizes = (defect.area_px, defect.length_px, defect.area_mm2, defect.length_mm)
    found = (record.frame, record.fate.value, defect.label, record.found_as, record.score, overlap)
    return [*found, *defect.box_xyxy, *sizes]
