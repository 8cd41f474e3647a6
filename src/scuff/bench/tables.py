"""The results of a plan as a table: Markdown to read, CSV to calculate with, LaTeX to print."""

import csv
import io
from collections.abc import Sequence

from scuff.bench.advice import advice, p_text
from scuff.bench.results import Group, Result, Spread
from scuff.bench.standing import Place, Standing, rank
from scuff.evaluation.metrics import FIGURES
from scuff.evaluation.tables import UNDEFINED

HEADINGS = ("network", "loss", "precision", "recall", "F1", "IoU", "p", "seeds", "parameters", "ms / MP", "minutes")
LEFT = 2
"""Columns that are words."""

CSV_COLUMNS = (
    *("run", "network", "loss", "settings", "seed", *FIGURES),
    *("epochs", "minutes", "parameters", "ms_per_mp", "commit"),
)


def markdown(groups: Sequence[Group]) -> str:
    """A table with a line for each group, and below it which one to take."""
    ranking = rank(groups)
    lines = [HEADINGS, ["---"] * LEFT + ["---:"] * (len(HEADINGS) - LEFT)]
    lines += [_bold(_entries(place, "±"), place.standing == Standing.BEST) for place in ranking.places]
    return "\n".join(["| " + " | ".join(line) + " |" for line in lines] + ["", advice(ranking)])


def latex(groups: Sequence[Group]) -> str:
    """The same as a ``tabular`` environment, with the rules of the package booktabs."""
    heading, *rows = [
        " & ".join(_escaped(entry) for entry in row) + r" \\"
        for row in (HEADINGS, *(_entries(place, r"$\pm$") for place in rank(groups).places))
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


def _entries(place: Place, between: str) -> list[str]:
    group = place.group
    figures = [_spread(group.spread(name), len(group.results), between) for name in FIGURES]
    speed = UNDEFINED if group.ms_per_mp is None else f"{group.ms_per_mp:.0f}"
    return [
        group.title,
        group.loss,
        *figures,
        UNDEFINED if place.p_value is None else p_text(place.p_value),
        str(len(group.results)),
        f"{group.parameters / 1e6:.1f} M",
        speed,
        f"{group.minutes:.1f}",
    ]


def _spread(spread: Spread | None, trainings: int, between: str) -> str:
    """A mean and its deviation; of how many, where a training does not have the figure."""
    if spread is None:
        return UNDEFINED
    deviation = "" if spread.deviation is None else f" {between} {spread.deviation:.3f}"
    return f"{spread.mean:.3f}{deviation}" + (f" ({spread.count} of {trainings})" if spread.count < trainings else "")


def _bold(entries: list[str], best: bool) -> list[str]:
    return [f"**{entry}**" for entry in entries] if best else entries


def _escaped(entry: str) -> str:
    return entry.replace("_", r"\_").replace("%", r"\%").replace("<", "$<$").replace(UNDEFINED, "--")


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
        "commit": result.commit,
    }
