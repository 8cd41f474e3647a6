"""The results of a plan as a table: Markdown to read, CSV to calculate with, LaTeX to print."""

import csv
import io
from collections.abc import Sequence

from scuff.bench.results import Group, Result, Spread, compare_best
from scuff.evaluation.metrics import FIGURES
from scuff.evaluation.paired import Comparison
from scuff.evaluation.tables import UNDEFINED

HEADINGS = ("network", "loss", "precision", "recall", "F1", "IoU", "seeds", "parameters", "ms / MP", "minutes")
LEFT = 2
"""Columns that are words."""

LEVEL = 0.05
"""The p-value below which chance is no explanation."""

FEWEST_PARTS = 6
"""With fewer, no p-value is below ``LEVEL``: the smallest is 2 / 2^parts."""

CSV_COLUMNS = ("run", "network", "loss", "settings", "seed", *FIGURES, "epochs", "minutes", "parameters", "ms_per_mp")


def markdown(groups: Sequence[Group]) -> str:
    """A table with a line for each group, and below it how the two best compare."""
    best = max(groups, key=lambda group: group.spread("f1").mean)
    lines = [HEADINGS, ["---"] * LEFT + ["---:"] * (len(HEADINGS) - LEFT)]
    lines += [_bold(_entries(group, "±")) if group is best else _entries(group, "±") for group in groups]
    return "\n".join(["| " + " | ".join(line) + " |" for line in lines] + ["", comparison_text(groups)]) + "\n"


def latex(groups: Sequence[Group]) -> str:
    """The same as a ``tabular`` environment, with the rules of the package booktabs."""
    heading, *rows = [
        " & ".join(_escaped(entry) for entry in row) + r" \\"
        for row in (HEADINGS, *(_entries(group, r"$\pm$") for group in groups))
    ]
    columns = "l" * LEFT + "r" * (len(HEADINGS) - LEFT)
    lines = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", heading, r"\midrule", *rows]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def csv_text(groups: Sequence[Group]) -> str:
    """A line for each training."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for group in groups:
        writer.writerows(_csv_row(group, result) for result in group.results)
    return text.getvalue()


def comparison_text(groups: Sequence[Group]) -> str:
    """Say how the two best compare, in a sentence or two."""
    compared = compare_best(groups)
    if compared is None:
        return "There are no two networks with the same seeds to compare."
    first, second, comparison = compared
    return (
        f"{first.title} with {first.loss} against {second.title} with {second.loss}: {comparison.difference:+.4f} in "
        f"F1 pooled over seeds and {comparison.parts} test parts, {_verdict(comparison)} "
        f"(p = {comparison.p_value:.3f}, counts exchanged by part)."
    )


def _verdict(comparison: Comparison) -> str:
    if comparison.parts < FEWEST_PARTS:
        return f"on too few parts to tell: it takes {FEWEST_PARTS}"
    return "more than chance gives" if comparison.p_value < LEVEL else "no more than chance may give"


def _entries(group: Group, between: str) -> list[str]:
    figures = [_spread(group.spread(name), between) for name in FIGURES]
    speed = UNDEFINED if group.ms_per_mp is None else f"{group.ms_per_mp:.0f}"
    return [
        group.title,
        group.loss,
        *figures,
        str(len(group.results)),
        f"{group.parameters / 1e6:.1f} M",
        speed,
        f"{group.minutes:.1f}",
    ]


def _spread(spread: Spread, between: str) -> str:
    return f"{spread.mean:.3f}" + ("" if spread.deviation is None else f" {between} {spread.deviation:.3f}")


def _bold(entries: Sequence[str]) -> list[str]:
    return [f"**{entry}**" for entry in entries]


def _escaped(entry: str) -> str:
    return entry.replace("_", r"\_").replace("%", r"\%").replace(UNDEFINED, "--")


def _csv_row(group: Group, result: Result) -> dict[str, object]:
    trial = result.trial
    return {
        "run": trial.name,
        "network": trial.network,
        "loss": trial.loss,
        "settings": " ".join(trial.settings),
        "seed": trial.seed,
        **result.figures,
        "epochs": result.epochs,
        "minutes": result.minutes,
        "parameters": group.parameters,
        "ms_per_mp": group.ms_per_mp,
    }
