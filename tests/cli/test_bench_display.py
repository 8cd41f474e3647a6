import io
import os
import shutil

import pytest

from scuff.bench.plan import Plan, Trial, trials_of
from scuff.bench.states import Stage, State
from scuff.cli.bench_display import Display


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def trials(count: int) -> list[Trial]:
    return trials_of(Plan.model_validate({"name": "tiny", "networks": ["net"], "seeds": list(range(count))}))


def test_a_log_gets_the_lines_that_change() -> None:
    stream = io.StringIO()
    display, two = Display(stream), trials(2)
    display.show(two, [State(Stage.WAITING), State(Stage.WAITING)])
    display.show(two, [State(Stage.TRAINING, 1, 0.5, 2.0), State(Stage.WAITING)])
    display.finish(two, [State(Stage.TRAINING, 1, 0.5, 2.0), State(Stage.FAILED, problem="no memory")])
    assert stream.getvalue().splitlines() == [
        "net_wbd_seed-0  training  epoch   1 of 50  validation F1 0.500     2.0 min",
        "net_wbd_seed-1  failed    no memory",
        "1 training, 1 failed",
    ]


def test_a_terminal_shows_the_table_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_, **__: os.terminal_size((40, 24)))
    stream = Terminal()
    display, two = Display(stream), trials(2)
    display.show(two, [State(Stage.WAITING), State(Stage.WAITING)])
    display.show(two, [State(Stage.WAITING), State(Stage.FAILED, problem="a long problem " * 9)])
    first, second = stream.getvalue().split("\033[2F\033[J")
    assert first.splitlines() == ["net_wbd_seed-0  waiting", "net_wbd_seed-1  waiting"]
    assert [len(line) for line in second.splitlines()] == [23, 39]


def test_a_small_terminal_shows_what_is_going_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_, **__: os.terminal_size((80, 6)))
    stream = Terminal()
    states = [State(Stage.DONE)] * 5 + [State(Stage.TRAINING, 1, 0.5, 2.0)] + [State(Stage.WAITING)] * 4
    Display(stream).show(trials(10), states)
    assert stream.getvalue().splitlines() == [
        "net_wbd_seed-5  training  epoch   1 of 50  validation F1 0.500     2.0 min",
        "4 waiting, 1 training, 5 done",
    ]
