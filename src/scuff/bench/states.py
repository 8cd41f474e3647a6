"""How far the trainings of a plan are, as their folders tell."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from scuff.bench.plan import Trial
from scuff.bench.results import read_result
from scuff.bench.task import FAILED, is_done
from scuff.core.errors import ScuffError
from scuff.training.history import HISTORY
from scuff.training.hold import LOCK
from scuff.training.module import VAL_F1
from scuff.training.run import RECORD


class Stage(StrEnum):
    """Where a training stands."""

    WAITING = "waiting"
    TRAINING = "training"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class State:
    """How far one training is.

    Attributes:
        stage: Where it stands.
        epoch: Epochs that it has finished.
        val_f1: Pixel F1 on validation patches after the last of them; ``None`` before the first.
        minutes: Spent on training, those before an interruption included.
        problem: Why it failed, in a line.
    """

    stage: Stage
    epoch: int = 0
    val_f1: float | None = None
    minutes: float = 0.0
    problem: str = ""


def state_of(trial: Trial, folder: Path) -> State:
    """Read the state of a training from its folder; one that is not there waits.

    A damaged file raises nothing, for the others go on.
    """
    if not (folder / RECORD).is_file() and not (folder / FAILED).is_file():
        return State(Stage.WAITING)
    done = is_done(folder)
    problem = _damage(trial, folder) if done else _text(folder / FAILED).partition("\n")[0]
    if problem:
        stage = Stage.FAILED
    elif done:
        stage = Stage.DONE
    else:
        stage = Stage.TRAINING if _is_held(folder) else Stage.WAITING
    return State(stage, *_last_epoch(folder / HISTORY), problem)


def states_table(trials: Sequence[Trial], states: Sequence[State]) -> list[str]:
    """Lay states out, a line for each training."""
    width = max(len(trial.name) for trial in trials)
    return [
        f"{trial.name.ljust(width)}  {_in_words(state, trial.recipe.training.epochs)}"
        for trial, state in zip(trials, states, strict=True)
    ]


def summary(states: Sequence[State]) -> str:
    """Say how many trainings are where."""
    counts = {stage: sum(state.stage == stage for state in states) for stage in Stage}
    return ", ".join(f"{count} {stage}" for stage, count in counts.items() if count)


def _in_words(state: State, epochs: int) -> str:
    if state.stage == Stage.FAILED:
        return f"failed    {state.problem}"
    if state.val_f1 is None:
        return str(state.stage)
    return (
        f"{state.stage:<8}  epoch {state.epoch:>3} of {epochs}  validation F1 {state.val_f1:.3f}  "
        f"{state.minutes:>6.1f} min"
    )


def _damage(trial: Trial, folder: Path) -> str:
    try:
        read_result(trial, folder)
    except ScuffError as error:
        return str(error)
    return ""


def _is_held(folder: Path) -> bool:
    """Whether a process trains there now: the system takes the lock back from one that died, on any machine."""
    try:
        with FileLock(folder / LOCK, blocking=False, fallback_to_soft=False):
            return False
    except Timeout:
        return True
    except OSError:  # no file can be locked there, which the training says itself
        return False


def _last_epoch(table: Path) -> tuple[int, float | None, float]:
    """Epoch, F1 and minutes of the last line; none where it cannot be read: the next epoch writes the table anew."""
    try:
        last = list(csv.DictReader(_text(table).splitlines()))[-1]
        return int(last["epoch"]), float(last[VAL_F1]), float(last["minutes"])
    except (LookupError, ValueError, TypeError, csv.Error):
        return 0, None, 0.0


def _text(file: Path) -> str:
    """Read a file that a training may write or remove just now; empty where there is none."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
