"""The results of a plan as a picture: F1 against the time that scoring takes, bubbles as large as the networks."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from scuff.bench.results import Group
from scuff.evaluation.sheet import DPI, encode_png

# Okabe and Ito's palette, which colour-blind people tell apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
AREA_OF_A_MILLION = 40.0
"""Square points of a bubble for a million weights."""


def draw_results(groups: Sequence[Group]) -> bytes:
    """Draw the groups whose speed was measured; a PNG. Colours tell losses apart, and lines the spread over seeds."""
    figure = Figure(figsize=(8, 5), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    losses = list(dict.fromkeys(group.loss for group in groups))
    for group in groups:
        if group.ms_per_mp is not None:
            _bubble(axes, group, group.ms_per_mp, COLOURS[losses.index(group.loss) % len(COLOURS)])
    _name_networks(axes, groups)
    axes.set_xscale("log")
    axes.margins(0.2)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("scoring, ms per megapixel (OpenVINO, fp32, this CPU)")
    axes.set_ylabel("pixel F1 on unseen parts")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    handles = [
        axes.scatter([], [], color=COLOURS[number % len(COLOURS)], alpha=0.6, label=loss)
        for number, loss in enumerate(losses)
    ]
    axes.legend(handles=handles, title="loss; bubble: number of weights", frameon=False)
    return encode_png(figure)


def _bubble(axes: Axes, group: Group, ms_per_mp: float, colour: str) -> None:
    axes.scatter([ms_per_mp], [group.f1], s=_area(group), color=colour, alpha=0.45, edgecolors=colour)
    spread = group.spread("f1")
    if spread is not None and spread.deviation is not None:
        axes.errorbar([ms_per_mp], [spread.mean], yerr=[spread.deviation], color=colour, capsize=3)


def _area(group: Group) -> float:
    """Of a group's bubble, in square points."""
    return AREA_OF_A_MILLION * group.parameters / 1e6


def _name_networks(axes: Axes, groups: Sequence[Group]) -> None:
    """Write each network's name once, above its best bubble."""
    best: dict[str, Group] = {}
    for group in groups:
        if group.ms_per_mp is not None:
            first = best.setdefault(group.title, group)
            best[group.title] = max(first, group, key=lambda each: each.f1)
    for title, group in best.items():
        place = (group.ms_per_mp or 0.0, group.f1)
        above = 4 + math.sqrt(_area(group) / math.pi)
        axes.annotate(title, place, xytext=(0, above), textcoords="offset points", ha="center")
