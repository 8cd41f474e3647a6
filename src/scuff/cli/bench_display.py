"""What a person sees while many trainings run: a table that changes in place, or lines in a log about what changed."""

import shutil
from collections.abc import Sequence
from typing import TextIO

from scuff.bench.plan import Trial
from scuff.bench.states import Stage, State, states_table, summary


class Display:
    """Shows how far trainings are."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        self._stream, self._terminal = stream, stream.isatty()
        self._lines: list[str] = []

    def show(self, trials: Sequence[Trial], states: Sequence[State]) -> None:
        """Show states, if anything has changed."""
        lines = self._fitting(trials, states) if self._terminal else states_table(trials, states)
        if lines == self._lines:
            return
        if self._terminal:
            back = f"\033[{len(self._lines)}F\033[J" if self._lines else ""
            self._stream.write(back + "".join(f"{line}\n" for line in lines))
        elif self._lines:
            before = set(self._lines)
            self._stream.write("".join(f"{line}\n" for line in lines if line not in before))
        self._stream.flush()
        self._lines = lines

    def say(self, line: str) -> None:
        """Write a line that stays; the table goes on below it."""
        self._stream.write(f"{line}\n")
        if self._terminal:
            self._lines = []

    def finish(self, trials: Sequence[Trial], states: Sequence[State]) -> None:
        """Show the last states, and how many trainings are where."""
        self.show(trials, states)
        self._stream.write(f"{summary(states)}\n")

    def _fitting(self, trials: Sequence[Trial], states: Sequence[State]) -> list[str]:
        """As many lines as the terminal has, none longer than it is wide: what trains or failed comes first."""
        width, height = shutil.get_terminal_size()
        lines, room = states_table(trials, states), height - 2
        if len(lines) > room:
            busy = [
                line for line, state in zip(lines, states, strict=True) if state.stage in (Stage.TRAINING, Stage.FAILED)
            ]
            lines = [*busy[: room - 1], summary(states)]
        return [line[: width - 1] for line in lines]
