"""An operating point as a picture: escapes against false rejects, and why it is where it is."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from scuff.evaluation.choosing import costs
from scuff.evaluation.decision import Decision
from scuff.evaluation.rates import interval
from scuff.evaluation.sheet import DPI, encode_png
from scuff.evaluation.tables import percent

# Okabe and Ito's palette, which colour-blind people tell apart.
ESCAPES, REJECTS, CHOSEN, REFUSED = "#0072b2", "#e69f00", "#d55e00", "#cc79a7"

LEAST_SHOWN, LEEWAY = 0.05, 3
"""The axes end at this rate at least, or at so many times what matters."""


def draw_decision(decision: Decision) -> bytes:
    """Draw the rates of all thresholds with their exact limits, and the chosen one; a PNG.

    On the left escapes against false rejects, on the right both, or the cost, against the threshold. The band has the
    decision's confidence on each side, at each threshold by itself.
    """
    figure = Figure(figsize=(10, 4.4), dpi=DPI, layout="constrained")
    trade_off, by_threshold = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    seen = _Rates(decision)
    _draw_trade_off(trade_off, decision, seen)
    if decision.prices is None:
        _draw_rates(by_threshold, decision, seen)
    else:
        _draw_costs(by_threshold, decision)
    for axes in (trade_off, by_threshold):
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    return encode_png(figure)


class _Rates:
    """The rates at all thresholds with their limits, and how much of them to show."""

    def __init__(self, decision: Decision) -> None:
        trial, place = decision.trial, decision.chosen
        one_sided = 2 * decision.confidence - 1
        defective, sound = len(trial.passed), len(trial.rejected)
        self.escape, self.reject = trial.escapes / defective, trial.false_rejects / sound
        self.chosen = float(self.reject[place]), float(self.escape[place])
        _, bound = interval(int(trial.escapes[place]), defective, one_sided)
        _, most = interval(int(trial.false_rejects[place]), sound, one_sided)
        self.shown_escape = min(1.0, max(LEAST_SHOWN, LEEWAY * max(decision.max_escape or 0, bound)))
        self.shown_reject = min(1.0, max(LEAST_SHOWN, LEEWAY * most))
        self.escape_low, self.escape_high = _limits(trial.escapes, defective, one_sided, self.shown_escape)
        self.reject_low, self.reject_high = _limits(trial.false_rejects, sound, one_sided, self.shown_reject)
        self.bars = (
            (self.chosen[0] - self.reject_low[place], self.reject_high[place] - self.chosen[0]),
            (self.chosen[1] - self.escape_low[place], self.escape_high[place] - self.chosen[1]),
        )


def _limits(
    hits: NDArray[np.int64], count: int, confidence: float, shown: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Exact limits of rates; no numbers where the rate lies far outside of what is shown."""

    @cache
    def limits(number: int) -> tuple[float, float]:
        return interval(number, count, confidence) if number <= 2 * shown * count else (np.nan, np.nan)

    low, high = zip(*(limits(int(number)) for number in hits), strict=True)
    return np.array(low), np.array(high)


def _draw_trade_off(axes: Axes, decision: Decision, seen: _Rates) -> None:
    axes.set_title("escapes against false rejects")
    axes.set_xlabel("sound parts that are rejected")
    axes.set_ylabel("defective parts that escape")
    axes.fill_between(
        seen.reject,
        seen.escape_low,
        seen.escape_high,
        color=ESCAPES,
        alpha=0.2,
        linewidth=0,
        label=f"{percent(decision.confidence)} confidence, on each side",
    )
    axes.plot(seen.reject, seen.escape, color=ESCAPES, marker=".", label="a threshold each")
    (left, right), (below, above) = seen.bars
    axes.errorbar(
        seen.chosen[0],
        seen.chosen[1],
        xerr=[[left], [right]],
        yerr=[[below], [above]],
        color=CHOSEN,
        marker="o",
        capsize=4,
        label=f"chosen: {decision.threshold:.3f}",
        zorder=3,
    )
    if decision.max_escape is not None:
        axes.axhspan(decision.max_escape, 1, color=REFUSED, alpha=0.15, linewidth=0, label=_claimed(decision))
    axes.set_xlim(0, seen.shown_reject)
    axes.set_ylim(0, seen.shown_escape)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1))
    axes.legend(loc="upper right", framealpha=1, edgecolor="none", fontsize="small")


def _claimed(decision: Decision) -> str:
    return f"refused: the band must end below {percent(decision.max_escape or 0)}"


def _draw_rates(axes: Axes, decision: Decision, seen: _Rates) -> None:
    thresholds = decision.trial.thresholds
    axes.set_title("both against the threshold")
    axes.fill_between(thresholds, seen.escape_low, seen.escape_high, color=ESCAPES, alpha=0.2, linewidth=0)
    axes.fill_between(thresholds, seen.reject_low, seen.reject_high, color=REJECTS, alpha=0.2, linewidth=0)
    axes.plot(thresholds, seen.escape, color=ESCAPES, label="escapes")
    axes.plot(thresholds, seen.reject, color=REJECTS, linestyle="--", label="false rejects")
    _mark(axes, decision)
    refused = thresholds[~decision.may_be]
    if len(refused):
        axes.axvspan(float(refused[0]), 1, color=REFUSED, alpha=0.15, linewidth=0, label="refused: carries no claim")
    axes.set_ylim(0, max(seen.shown_escape, seen.shown_reject))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.legend(loc="upper right", framealpha=1, edgecolor="none", fontsize="small")


def _draw_costs(axes: Axes, decision: Decision) -> None:
    if decision.prices is None or decision.costs is None:
        return
    thresholds, per_part = decision.trial.thresholds, costs(decision.trial, decision.prices)
    axes.set_title("expected cost per part")
    axes.plot(thresholds, per_part, color=ESCAPES)
    low, high = decision.costs.threshold_interval
    label = f"{percent(decision.confidence)} of the choices of resampled parts"
    axes.axvspan(low, high, color=CHOSEN, alpha=0.15, linewidth=0, label=label)
    _mark(axes, decision)
    least, most = decision.costs.per_part_interval
    axes.plot([decision.threshold] * 2, [least, most], color=CHOSEN, marker="_", markersize=10)
    axes.set_ylim(0, max(LEEWAY * float(per_part.min()), 1.2 * most))
    axes.legend(loc="upper right", framealpha=1, edgecolor="none", fontsize="small")


def _mark(axes: Axes, decision: Decision) -> None:
    axes.axvline(decision.threshold, color=CHOSEN, label=f"chosen: {decision.threshold:.3f}")
    axes.set_xlabel("threshold")
    axes.set_xlim(0, 1)
