"""The figures of the three levels in words and tables, for a person who has never heard of IoU."""

from collections.abc import Iterator, Mapping

from scuff.evaluation.bootstrap import CONFIDENCE, FEWEST, Estimate
from scuff.evaluation.confusion import Confusion
from scuff.evaluation.counts import DEFECT
from scuff.evaluation.defect_figures import DefectFigures, Recall
from scuff.evaluation.part_figures import PartFigures, Rate
from scuff.evaluation.records import Assessment
from scuff.evaluation.tables import align, show, text_table
from scuff.evaluation.three_levels import ThreeLevels

SURE = f"{CONFIDENCE:.0%} sure"
"""Heading of the intervals."""


def levels_text(assessment: Assessment, figures: ThreeLevels) -> str:
    """Lay an evaluation out as aligned plain text, without a line break at its end."""
    parts = len(assessment.parts)
    lines = [
        f"PARTS ({parts}, in {len(assessment.pixels.frames)} frames): which got out, and which were scrapped",
        *_parts(figures.parts),
        "",
        "DEFECTS: which were found",
        *_defects(figures.defects),
        "",
        "PIXELS: how exactly they are marked",
        text_table(assessment.pixels),
        "",
        *_pixels(figures.pixels),
    ]
    if parts < FEWEST:
        lines += ["", "There are no intervals of pixels and defects: one part does not tell how parts differ."]
    return "\n".join(lines)


def _parts(figures: PartFigures) -> Iterator[str]:
    yield from align(
        [
            ("", "parts", "share", SURE),
            ("escapes (defective, passed)", *_rate(figures.escape)),
            ("false rejects (sound, stopped)", *_rate(figures.false_reject)),
            ("area under the ROC", "", show(figures.auc.value), show_interval(figures.auc)),
        ]
    )
    yield from ("", *_confusion("part has \\ verdict", figures.confusion))


def _rate(rate: Rate) -> tuple[str, str, str]:
    return f"{rate.hits} of {rate.parts}", show(rate.share.value), show_interval(rate.share)


def _defects(figures: DefectFigures) -> Iterator[str]:
    recalls = {"all": figures.recall, **_told_apart(figures.by_class), **_told_apart(figures.by_size)}
    yield from align([("found", "defects", "share", SURE), *((name, *_recall(each)) for name, each in recalls.items())])
    yield ""
    right = figures.found - figures.false_alarms
    yield from align(
        [
            ("false alarms", "", "figure", SURE),
            ("found ones that are defects", f"{right} of {figures.found}", *_figure(figures.precision)),
            ("false alarms per part", str(figures.false_alarms), *_figure(figures.alarms_per_part)),
            ("false alarms per frame", str(figures.false_alarms), *_figure(figures.alarms_per_frame)),
            *(
                (f"share found at {rate:g} false alarms per part", "", *_figure(each))
                for rate, each in figures.recall_at.items()
            ),
            ("AUPRO (up to 0.3)", "", *_figure(figures.aupro)),
        ]
    )
    yield from ("", *_confusion("annotated \\ found as", figures.confusion))


def _told_apart(recalls: Mapping[str, Recall]) -> dict[str, Recall]:
    """Those with a defect; nothing where there is only one kind, which is all."""
    filled = {name: each for name, each in recalls.items() if each.annotated}
    return filled if len(recalls) > 1 else {}


def _recall(recall: Recall) -> tuple[str, str, str]:
    return f"{recall.found} of {recall.annotated}", *_figure(recall.share)


def _figure(figure: Estimate) -> tuple[str, str]:
    return show(figure.value), show_interval(figure)


def _pixels(rows: Mapping[str, Mapping[str, Estimate]]) -> Iterator[str]:
    names = list(rows[DEFECT])
    lines = [(name, *(show_interval(row[each]) for each in names)) for name, row in rows.items()]
    yield from align([(SURE, *("F1" if name == "f1" else "IoU" if name == "iou" else name for name in names)), *lines])


def _confusion(corner: str, confusion: Confusion) -> list[str]:
    across = list(next(iter(confusion.values())))
    return align([(corner, *across), *((name, *map(str, row.values())) for name, row in confusion.items())])


def show_interval(figure: Estimate) -> str:
    """Write an interval down; "–" where there is none."""
    return show(None) if figure.low is None else f"{show(figure.low)} to {show(figure.high)}"
