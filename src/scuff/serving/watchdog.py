"""Notices from outside that the event loop, or a thread that it waits for, hangs; and ends the process then."""

import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scuff.serving.logs import LOGGER, JsonLines
from scuff.serving.systemd import ALIVE, notify, period_s

HUNG = 75
"""Exit code of a station that hung: sysexits.h gives it to failures after which another try may succeed."""

LOOP_S = 30.0
"""A loop that has not run for so long hangs; compiling a kernel may hold it up for seconds."""

LOOK_S = 0.5
"""Time between two looks, at most."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a thread is doing.

    Attributes:
        stage: What kind of work.
        about: The part or port that it is for.
        began: When, by the watchdog's clock.
        limit_s: When it is taken to hang.
    """

    stage: str
    about: str
    began: float
    limit_s: float


class Watchdog:
    """A thread of its own that looks at the loop and at the other threads, and tells systemd that all is well."""

    def __init__(
        self,
        loop_s: float = LOOP_S,
        hung: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare it.

        Args:
            loop_s: The loop must call ``beat`` more often than that.
            hung: Called with what hangs; if not given, that is logged with all stacks, and the process ends.
            clock: Gives seconds.
        """
        self._loop_s, self._hung, self._clock = loop_s, hung or end_process, clock
        self._beaten, self._works = clock(), dict[int, Work]()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self.beat()
        self._thread.start()

    def stop(self) -> None:
        """End; whatever hangs from now on is nobody's business."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def beat(self) -> None:
        """Say that the loop runs."""
        self._beaten = self._clock()

    @contextmanager
    def watching(self, stage: str, about: str, limit_s: float) -> Iterator[None]:
        """Watch what the calling thread does within."""
        thread = threading.get_ident()
        self._works[thread] = Work(stage, about, self._clock(), limit_s)
        try:
            yield
        finally:
            del self._works[thread]

    def problem(self) -> str:
        """Say what hangs; empty: nothing."""
        now = self._clock()
        if (still := now - self._beaten) > self._loop_s:
            return f"the event loop has not run for {still:.0f} s"
        for work in list(self._works.values()):
            if (lasted := now - work.began) > work.limit_s:
                return f"{work.stage} of {work.about} has not come back for {lasted:.0f} s"
        return ""

    def _run(self) -> None:
        period = period_s()
        told = self._clock() if period else None
        while not self._stop.wait(min(LOOK_S, period or LOOK_S)):
            if problem := self.problem():
                self._hung(problem)
                return
            if period and told is not None and self._clock() - told >= period - LOOK_S:
                notify(ALIVE)
                told = self._clock()


def end_process(problem: str) -> None:
    """Log what hangs, with the stack of every thread, and end the process without waiting for anything.

    A thread that hangs may hold the lock of the log, so the line is written past it.
    """
    record = LOGGER.makeRecord(
        LOGGER.name,
        logging.CRITICAL,
        __file__,
        0,
        f"{problem}; the process ends, to be started again",
        (),
        None,
        extra={"event": "hung", "facts": {"reason": problem, "stacks": stacks()}},
    )
    os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, JsonLines().format(record).encode() + b"\n")
    os._exit(HUNG)


def stacks() -> dict[str, str]:
    """What every thread is doing, by its name."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return {
        f"{names.get(thread, 'unknown')} ({thread})": "".join(traceback.format_stack(frame))
        for thread, frame in sys._current_frames().items()
    }
