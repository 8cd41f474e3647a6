import io

import pytest

from scuff.cli.progress import Progress, duration


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(stream: io.StringIO) -> list[str]:
    return stream.getvalue().splitlines()


def test_log_gets_a_line_now_and_then() -> None:
    log, clock = io.StringIO(), Clock()
    progress = Progress(1000, log, clock)
    for _ in range(100):
        clock.now += 1.0
        progress.step(inspected=True)
    assert lines(log) == [
        "Inspecting: 11/1000, 60 frames/min, 16 min left",
        "Inspecting: 71/1000, 60 frames/min, 15 min left",
    ]
    progress.finish()
    assert lines(log)[-1] == "Inspecting: 100/1000, 60 frames/min, 15 min left"


def test_terminal_gets_a_bar_that_is_drawn_over() -> None:
    terminal, clock = Terminal(), Clock()
    progress = Progress(4, terminal, clock)
    for _ in range(4):
        clock.now += 0.15
        progress.step(inspected=True)
    progress.finish()
    states = terminal.getvalue().split("\r\033[K")[1:]
    assert states == [
        "Inspecting [######------------------] 1/4, 400 frames/min, 0 s left",
        "Inspecting [##################------] 3/4, 400 frames/min, 0 s left",
        "Inspecting [########################] 4/4, 400 frames/min\n",
    ]


def test_frames_that_were_done_before_do_not_count_as_speed() -> None:
    log, clock = io.StringIO(), Clock()
    progress = Progress(40, log, clock)
    for number in range(30):
        clock.now += 1.0 if number >= 20 else 0.0
        progress.step(inspected=number >= 20)
    progress.finish()
    assert lines(log)[-1] == "Inspecting: 30/40, 20 done before, 60 frames/min, 10 s left"


def test_slow_frames_are_counted_by_the_fraction() -> None:
    log, clock = io.StringIO(), Clock()
    progress = Progress(2, log, clock)
    clock.now += 40.0
    progress.step(inspected=True)
    progress.finish()
    assert lines(log) == ["Inspecting: 1/2, 1.5 frames/min, 40 s left"]


def test_run_without_a_frame_says_no_speed() -> None:
    log = io.StringIO()
    Progress(3, log, Clock()).finish()
    assert lines(log) == ["Inspecting: 0/3"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (99, "99 s"), (99.6, "2 min"), (3540, "59 min"), (3600, "1 h 00 min"), (11_100, "3 h 05 min")],
)
def test_times_are_said_as_people_do(seconds: float, text: str) -> None:
    assert duration(seconds) == text
