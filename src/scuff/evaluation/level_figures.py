"""FROC and the ROC of parts as pictures."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scuff.evaluation.bootstrap import CONFIDENCE, Estimate
from scuff.evaluation.froc import Froc
from scuff.evaluation.level_text import show_interval
from scuff.evaluation.records import Assessment
from scuff.evaluation.roc import part_scores, roc
from scuff.evaluation.sheet import DPI
from scuff.evaluation.tables import show
from scuff.evaluation.three_levels import ThreeLevels

# Blue and vermilion of Okabe and Ito's palette, which colour-blind people tell apart.
CURVE, POINT = "#0072b2", "#d55e00"


def froc_figure(assessment: Assessment, figures: ThreeLevels) -> Figure:
    """Draw the share of defects found against false alarms per part, and where the threshold stands."""
    froc = Froc.of([part.judged for part in assessment.parts])
    recall, alarms = froc.curve(np.ones((1, len(assessment.parts))))
    figure, axes = _axes("false alarms per part", "share of defects found", "FROC of defects")
    axes.plot(alarms[0], recall[0], color=CURVE, marker=".", markersize=3, label="as the threshold falls")
    defects = figures.defects
    _mark(axes, assessment, defects.alarms_per_part, defects.recall.share)
    axes.set_xscale("symlog", linthresh=0.1)
    axes.set_xlim(left=0)
    axes.legend(loc="upper left", framealpha=1, edgecolor="none")
    return figure


def roc_figure(assessment: Assessment, figures: ThreeLevels) -> Figure:
    """Draw the share of defective parts stopped against that of sound ones, and where the threshold stands."""
    sweep = assessment.sweep
    figure, axes = _axes("share of sound parts stopped", "share of defective parts stopped", "ROC of parts")
    axes.set_xlim(-0.02, 1.02)
    area = figures.parts.auc
    if area.value is not None:
        label = f"area {show(area.value)} ({show_interval(area)})"
        axes.plot(*roc(sweep.defective, part_scores(sweep)), color=CURVE, marker=".", markersize=3, label=label)
        _mark(axes, assessment, figures.parts.false_reject.share, _other(figures.parts.escape.share))
        axes.legend(loc="lower right", framealpha=1, edgecolor="none")
    else:
        axes.text(0.5, 0.5, "needs defective parts and sound ones", ha="center")
    return figure


def _axes(x: str, y: str, title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5.5, 4.5), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=x, ylabel=y, title=title, ylim=(-0.02, 1.02))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _mark(axes: Axes, assessment: Assessment, x: Estimate, y: Estimate) -> None:
    """Mark where the threshold stands, with both intervals."""
    if x.value is None or y.value is None:
        return
    label = f"threshold {show(assessment.pixels.threshold)}, {CONFIDENCE:.0%} intervals"
    axes.errorbar([x.value], [y.value], xerr=_bars(x), yerr=_bars(y), color=POINT, marker="o", capsize=3, label=label)


def _bars(figure: Estimate) -> list[list[float]] | None:
    if figure.value is None or figure.low is None or figure.high is None:
        return None
    return [[max(0.0, figure.value - figure.low)], [max(0.0, figure.high - figure.value)]]


def _other(share: Estimate) -> Estimate:
    """The share of those that did not escape."""
    ends = (None if end is None else 1 - end for end in (share.value, share.high, share.low))
    return Estimate(*ends)
