"""One training of a plan, from patches to its figures on unseen parts; on whichever machine it is told to."""

import contextlib
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch

from scuff.bench.plan import Trial
from scuff.core.errors import ScuffError
from scuff.core.picture import write_whole
from scuff.dataset.patches import load_patches
from scuff.dataset.split import Side
from scuff.training.assess import METRICS, assess, figures_folder
from scuff.training.curves import draw_curves
from scuff.training.finish import finish, frames_of
from scuff.training.fit import fit
from scuff.training.history import HISTORY
from scuff.training.hold import hold
from scuff.training.precision import choose_device
from scuff.training.run import begin_run

FAILED: Final = "failed.txt"
"""Why a training ended without figures."""

LOG: Final = "log.txt"
"""What it printed."""


@dataclass(frozen=True, slots=True)
class Task:
    """One training, small enough to be sent to another machine.

    Attributes:
        trial: What to train.
        patches: On which patches; an absolute path, the same on every machine.
        folder: Where to; an absolute path, the same on every machine.
    """

    trial: Trial
    patches: Path
    folder: Path


def is_done(folder: Path) -> bool:
    """Whether a training has its figures; they are written last. A file that a power cut left empty holds none."""
    try:
        return (figures_folder(folder) / METRICS).stat().st_size > 0
    except OSError:
        return False


def run_task(task: Task, cores: int | None = None) -> str:
    """Train, choose the threshold, and count once on the test parts; go on where an earlier attempt stood.

    What goes wrong in one training is written into its folder, and harms no other.

    Args:
        task: The training.
        cores: How many it may use on a CPU; ``None``: as many as this process does.

    Returns:
        What went wrong, in a line; empty where nothing did.
    """
    problem = ""
    try:
        task.folder.mkdir(parents=True, exist_ok=True)
        (task.folder / FAILED).unlink(missing_ok=True)
        with (
            (task.folder / LOG).open("a", encoding="utf-8", buffering=1) as log,
            contextlib.redirect_stdout(log),
            contextlib.redirect_stderr(log),
        ):
            if cores is not None:
                torch.set_num_threads(cores)
            _train_and_count(task)
    except ScuffError as error:
        problem = note_failure(task.folder, str(error))
    except Exception as error:
        problem = note_failure(task.folder, f"{type(error).__name__}: {error}", traceback.format_exc())
    return problem


def note_failure(folder: Path, problem: str, details: str = "") -> str:
    """Write down why a training failed: the problem first. Gives the problem."""
    with contextlib.suppress(OSError):  # the disk may be what failed; the caller says it in any case
        write_whole(folder / FAILED, f"{problem}\n{details}")
    return problem


def _train_and_count(task: Task) -> None:
    device = choose_device("auto")
    patches = load_patches(task.patches)
    run = begin_run(task.folder, patches, task.trial.recipe)
    # What a command that was killed has left may live on for some seconds, and even finish.
    with hold(run, wait=print):
        if is_done(run.folder):
            return
        # Before training, which would else be for nothing: they may be gone, or changed.
        validation, test = (frames_of(run, side) for side in (Side.VALIDATION, Side.TEST))
        if not run.checkpoint.is_file():
            best = fit(run, patches, device)
            draw_curves(run.folder / HISTORY, run.folder / "curves.png")
            finish(run, best, *validation, device)
        assess(run, *test, figures_folder(run.folder), device)
