"""The course of a training as a picture: loss and F1 against epochs."""

import csv
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from scuff.core.errors import CheckpointError
from scuff.core.picture import write_whole
from scuff.evaluation.sheet import DPI, encode_png
from scuff.training.module import MONITOR, VAL_F1

TRAIN_LOSS = "train/loss"

# Blue and vermilion of Okabe and Ito's palette, which colour-blind people tell apart.
TRAIN_COLOUR, VAL_COLOUR = "#0072b2", "#d55e00"


@dataclass(frozen=True)
class Course:
    """A training by epoch, counted from 1."""

    epochs: tuple[int, ...]
    train_loss: tuple[float, ...]
    val_loss: tuple[float, ...]
    val_f1: tuple[float, ...]

    @property
    def best(self) -> int:
        """Where in the lists the validation loss is lowest, the first of equals."""
        return self.val_loss.index(min(self.val_loss))


def draw_curves(metrics_csv: Path, out: Path) -> None:
    """Draw the losses and the F1 on validation of a training run, the epoch of lowest validation loss marked.

    Args:
        metrics_csv: As ``history.History`` writes it, a line per epoch.
        out: PNG to write.

    Raises:
        CheckpointError: The table is missing or damaged, or holds no finished epoch.
    """
    course = read_course(metrics_csv)
    figure = Figure(figsize=(9, 3.6), dpi=DPI, layout="constrained")
    axes_loss, axes_f1 = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    _draw_loss(axes_loss, course)
    _draw_f1(axes_f1, course)
    for axes in (axes_loss, axes_f1):
        axes.axvline(course.epochs[course.best], color="grey", linestyle=":")
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    write_whole(out, encode_png(figure))


def read_course(metrics_csv: Path) -> Course:
    """Read the table of a run.

    Raises:
        CheckpointError: As ``draw_curves``.
    """
    if not metrics_csv.is_file():
        raise CheckpointError(f"{metrics_csv}: there is no such file; `scuff train` writes one as it trains")
    with metrics_csv.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    if not lines:
        raise CheckpointError(f"{metrics_csv}: no epoch was finished; train longer")
    try:
        epochs = tuple(int(line["epoch"]) for line in lines)
        figures = [tuple(float(line[name]) for line in lines) for name in (TRAIN_LOSS, MONITOR, VAL_F1)]
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{metrics_csv}: damaged ({error}); train again, or resume") from error
    return Course(epochs, *figures)


def _draw_loss(axes: Axes, course: Course) -> None:
    axes.set_title("loss")
    axes.plot(course.epochs, course.train_loss, color=TRAIN_COLOUR, label="training", marker=".")
    axes.plot(course.epochs, course.val_loss, color=VAL_COLOUR, label="validation", marker=".")
    epoch, value = course.epochs[course.best], course.val_loss[course.best]
    label = f"best: {value:.3f} in epoch {epoch}"
    axes.plot([epoch], [value], color=VAL_COLOUR, marker="o", markersize=9, fillstyle="none", linestyle="", label=label)
    axes.legend(framealpha=1, edgecolor="none")


def _draw_f1(axes: Axes, course: Course) -> None:
    axes.set_title("pixel F1 on validation, at score 0.5")
    axes.set_ylim(0, 1)
    axes.plot(course.epochs, course.val_f1, color=VAL_COLOUR, marker=".")
