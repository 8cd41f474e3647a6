"""How far the trainings of a plan are, as their folders tell."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from scuff.bench.plan import Trial
from scuff.bench.task import FAILED, is_done
from scuff.training.history import HISTORY
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


def state_of(folder: Path) -> State:
    """Read the state of the training in a folder; one that is not there waits."""
    if not (folder / RECORD).is_file() and not (folder / FAILED).is_file():
        return State(Stage.WAITING)
    last = _last_line(folder / HISTORY)
    problem = _first_line(folder / FAILED)
    stage = Stage.DONE if is_done(folder) else Stage.FAILED if problem else Stage.TRAINING
    if not last:
        return State(stage, problem=problem)
    return State(stage, int(last["epoch"]), float(last[VAL_F1]), float(last["minutes"]), problem)


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


def _last_line(table: Path) -> dict[str, str]:
    lines = list(csv.DictReader(_text(table).splitlines()))
    return lines[-1] if lines else {}


def _first_line(file: Path) -> str:
    return _text(file).partition("\n")[0]


def _text(file: Path) -> str:
    """Read a file that a training may write or remove just now; empty where there is none."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
