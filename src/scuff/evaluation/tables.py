"""An evaluation as a table to read, as JSON and as CSV; the words are explained in ``docs/metrics.md``."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from scuff.core.picture import write_whole
from scuff.core.table import write_table
from scuff.evaluation.counts import DEFECT, row_names
from scuff.evaluation.frames import Evaluation
from scuff.evaluation.metrics import FIGURES

UNDEFINED = "–"
HEADINGS = ("", "precision", "recall", "F1", "IoU", "TP px", "FP px", "FN px", "frames")
CSV_COLUMNS = ("frame", "part", "class", "tp_px", "fp_px", "fn_px", "tn_px")


def text_table(evaluation: Evaluation) -> str:
    """Lay an evaluation out as aligned plain text, without a line break at its end.

    One line for all classes together, one per class; "frames" are those whose truth has the class. Below, the
    false alarms on sound frames and the threshold.
    """
    lines = [HEADINGS, *(_table_line(evaluation, name) for name in row_names(evaluation.classes))]
    return "\n".join([*align(lines), "", _false_alarms_text(evaluation), f"threshold {evaluation.threshold:.3f}"])


def write_json(
    path: Path, evaluation: Evaluation, provenance: Mapping[str, object], more: Mapping[str, object] | None = None
) -> None:
    """Write the pooled counts and figures, undefined figures as ``null``.

    Args:
        path: Where to.
        evaluation: What was counted.
        provenance: What was evaluated on what, in values that JSON has; goes in as it is.
        more: Further figures (``level_files.levels_json``), in values that JSON has.
    """
    content = {
        "provenance": dict(provenance),
        "threshold": evaluation.threshold,
        "frames": len(evaluation.frames),
        "rows": {name: _json_row(evaluation, name) for name in row_names(evaluation.classes)},
        "sound_frames": {
            "frames": len(evaluation.sound_frames),
            "with_false_alarm": len(evaluation.false_alarms),
            "false_alarm_px": _false_alarm_px(evaluation),
        },
        **(more or {}),
    }
    write_whole(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_csv(path: Path, evaluation: Evaluation) -> None:
    """Write the counts, one line per frame and row of the table."""
    write_table(
        path,
        CSV_COLUMNS,
        (
            (frame.frame, frame.part, name, counts.tp, counts.fp, counts.fn, counts.tn)
            for frame in evaluation.frames
            for name, counts in frame.counts.items()
        ),
    )


def show(figure: float | None, digits: int = 3) -> str:
    """Write a figure down; "–" where it is undefined."""
    return UNDEFINED if figure is None else f"{figure:.{digits}f}"


def percent(share: float | None, digits: int = 3) -> str:
    """Write a share in percent, to some digits of its distance from 0 or 100; nothing else is 0 %, or 100 %."""
    if share is None:
        return UNDEFINED
    rest = 100 * min(share, 1 - share)
    decimals = 0 if rest <= 0 else max(0, digits - 1 - math.floor(math.log10(rest)))
    text = f"{100 * share:.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if decimals else text} %"


def _table_line(evaluation: Evaluation, name: str) -> tuple[str, ...]:
    counts = evaluation.pooled[name]
    figures = (show(figure(counts)) for figure in FIGURES.values())
    pixels = (f"{number:,}" for number in (counts.tp, counts.fp, counts.fn))
    return (name, *figures, *pixels, str(evaluation.frames_with(name)))


def align(lines: Sequence[Sequence[str]]) -> list[str]:
    """Align the first column left and the others right, each as wide as its widest entry."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            entry.rjust(width) if number else entry.ljust(width)
            for number, (entry, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]


def _false_alarms_text(evaluation: Evaluation) -> str:
    sound = len(evaluation.sound_frames)
    if not sound:
        return "false alarms on sound frames: – (there are no sound frames)"
    text = f"false alarms on sound frames: {len(evaluation.false_alarms)} of {sound}"
    return f"{text} ({_false_alarm_px(evaluation):,} px)" if evaluation.false_alarms else text


def _false_alarm_px(evaluation: Evaluation) -> int:
    return sum(frame.counts[DEFECT].fp for frame in evaluation.false_alarms)


def _json_row(evaluation: Evaluation, name: str) -> dict[str, float | int | None]:
    counts = evaluation.pooled[name]
    return {
        **{title: figure(counts) for title, figure in FIGURES.items()},
        "tp_px": counts.tp,
        "fp_px": counts.fp,
        "fn_px": counts.fn,
        "tn_px": counts.tn,
        "frames_with": evaluation.frames_with(name),
    }
