"""The course of a training as a picture: loss and F1 against epochs."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from scuff.core.errors import CheckpointError
from scuff.core.picture import write_whole
from scuff.evaluation.sheet import DPI, encode_png

TRAIN_LOSS, VAL_LOSS, VAL_F1 = "train/loss", "val/loss", "val/f1"

# Blue and vermilion of Okabe and Ito's palette, which colour-blind people tell apart.
TRAIN_COLOUR, VAL_COLOUR = "#0072b2", "#d55e00"


@dataclass(frozen=True)
class Course:
    """One quantity by epoch, counted from 0 as in the table and in the names of checkpoints."""

    epochs: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def best(self) -> int:
        """Where in the lists the lowest value is, the first of equals."""
        return min(range(len(self.values)), key=lambda index: (self.values[index], index))


def draw_curves(metrics_csv: Path, out: Path) -> None:
    """Draw the losses and the F1 on validation of a training run, the epoch of lowest validation loss marked.

    Args:
        metrics_csv: As ``History`` writes it, a line per epoch.
        out: PNG to write.

    Raises:
        CheckpointError: The table is missing or damaged, or holds no finished epoch.
    """
    courses = read_courses(metrics_csv)
    figure = Figure(figsize=(9, 3.6), dpi=DPI, layout="constrained")
    axes_loss, axes_f1 = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    _draw_loss(axes_loss, courses)
    _draw_f1(axes_f1, courses)
    for axes in (axes_loss, axes_f1):
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    write_whole(out, encode_png(figure))


def read_courses(metrics_csv: Path) -> dict[str, Course]:
    """Read the losses and the F1, as far as the table has them.

    Of an epoch logged twice, as after a resume, the later value counts.

    Raises:
        CheckpointError: As ``draw_curves``.
    """
    if not metrics_csv.is_file():
        raise CheckpointError(f"{metrics_csv}: there is no such file; `scuff train` writes one as it trains")
    found: dict[str, dict[int, float]] = defaultdict(dict)
    with metrics_csv.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        for row in reader:
            for name in (TRAIN_LOSS, VAL_LOSS, VAL_F1):
                if row.get(name):
                    epoch, value = _numbers(row, name, f"{metrics_csv}, line {reader.line_num}")
                    found[name][epoch] = value
    if not found:
        raise CheckpointError(
            f"{metrics_csv}: no epoch was finished (it has no {TRAIN_LOSS}, {VAL_LOSS} or {VAL_F1}); train longer"
        )
    return {name: Course(*zip(*sorted(values.items()), strict=True)) for name, values in found.items()}


def _numbers(row: Mapping[str, str], name: str, where: str) -> tuple[int, float]:
    try:
        return int(row["epoch"]), float(row[name])
    except (KeyError, TypeError, ValueError):
        raise CheckpointError(
            f"{where}: epoch {row.get('epoch')!r} and {name} {row[name]!r} are not numbers; "
            "the table is damaged, train again or resume"
        ) from None


def _draw_loss(axes: Axes, courses: Mapping[str, Course]) -> None:
    axes.set_title("loss")
    for name, label, colour in [(TRAIN_LOSS, "training", TRAIN_COLOUR), (VAL_LOSS, "validation", VAL_COLOUR)]:
        if name in courses:
            course = courses[name]
            axes.plot(course.epochs, course.values, color=colour, label=label, marker=".")
    if VAL_LOSS in courses:
        epoch, value = _best(courses[VAL_LOSS])
        axes.axvline(epoch, color="grey", linestyle=":", label=f"best: {value:.3f} in epoch {epoch}")
        axes.plot([epoch], [value], color=VAL_COLOUR, marker="o", markersize=9, fillstyle="none")
    if axes.lines:
        axes.legend(framealpha=1, edgecolor="none")


def _draw_f1(axes: Axes, courses: Mapping[str, Course]) -> None:
    axes.set_title("pixel F1 on validation, at score 0.5")
    axes.set_ylim(0, 1)
    if VAL_F1 not in courses:
        return
    course = courses[VAL_F1]
    axes.plot(course.epochs, course.values, color=VAL_COLOUR, marker=".")
    if VAL_LOSS in courses:
        axes.axvline(_best(courses[VAL_LOSS])[0], color="grey", linestyle=":")


def _best(course: Course) -> tuple[int, float]:
    return course.epochs[course.best], course.values[course.best]
