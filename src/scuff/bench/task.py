"""One training of a plan, from patches to its figures on unseen parts; on whichever machine it is told to."""

import contextlib
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch

from scuff.bench.plan import Cell
from scuff.core.errors import ScuffError
from scuff.core.picture import write_whole
from scuff.dataset.patches import load_patches
from scuff.dataset.split import Side
from scuff.training.assess import METRICS, assess, figures_folder
from scuff.training.curves import draw_curves
from scuff.training.finish import finish, frames_of
from scuff.training.fit import fit
from scuff.training.history import HISTORY
from scuff.training.precision import choose_device
from scuff.training.run import Run, begin_run

FAILED: Final = "failed.txt"
"""Why a training ended without figures."""

LOG: Final = "log.txt"
"""What it printed."""


@dataclass(frozen=True, slots=True)
class Task:
    """One training, small enough to be sent to another machine.

    Attributes:
        cell: What to train.
        patches: On which patches; an absolute path, the same on every machine.
        folder: Where to; an absolute path, the same on every machine.
    """

    cell: Cell
    patches: Path
    folder: Path


def is_done(folder: Path) -> bool:
    """Whether a training has its figures; they are written last."""
    return (folder / "evaluation" / Side.TEST / METRICS).is_file()


def run_task(task: Task, cores: int = 1) -> str:
    """Train, choose the threshold, and count once on the test parts; go on where an earlier attempt stood.

    What goes wrong in one training is written into its folder, and harms no other.

    Args:
        task: The training.
        cores: How many it may use on a CPU.

    Returns:
        What went wrong, in a line; empty where nothing did.
    """
    task.folder.mkdir(parents=True, exist_ok=True)
    (task.folder / FAILED).unlink(missing_ok=True)
    try:
        with (
            (task.folder / LOG).open("a", encoding="utf-8", buffering=1) as log,
            contextlib.redirect_stdout(log),
            contextlib.redirect_stderr(log),
        ):
            torch.set_num_threads(cores)
            _train_and_count(task)
    except ScuffError as error:
        write_whole(task.folder / FAILED, f"{error}\n")
        return str(error)
    except Exception as error:
        write_whole(task.folder / FAILED, traceback.format_exc())
        return f"{type(error).__name__}: {error}"
    return ""


def _train_and_count(task: Task) -> None:
    if is_done(task.folder):
        return
    device = choose_device("auto")
    patches = load_patches(task.patches)
    run: Run = begin_run(task.folder, patches, task.cell.recipe)
    if not run.checkpoint.is_file():
        best = fit(run, patches, device)
        draw_curves(run.folder / HISTORY, run.folder / "curves.png")
        finish(run, best, *frames_of(run, Side.VALIDATION), device)
    assess(run, *frames_of(run, Side.TEST), figures_folder(run), device)
