"""How far a run over many frames has come: a bar on a terminal, now and then a line in a log."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

BAR = 24
"""Letters of the bar."""

REDRAW_S, LOG_S = 0.2, 60.0
FIRST_LOG_S = 10.0
"""After the first frame, the first line in a log comes sooner: a person wants to know early how long it will take."""


class Progress:
    """Says how many frames are done, how many are done in a minute, and how long the rest will take."""

    def __init__(self, total: int, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin.

        Args:
            total: Number of frames.
            stream: Where to write; the standard error if not given.
            clock: Gives seconds.
        """
        self._total, self._stream, self._clock = total, stream or sys.stderr, clock
        self._terminal = self._stream.isatty()
        self._started = clock()
        self._due: float | None = None
        self.done = 0
        self.kept = 0

    def step(self, inspected: bool) -> None:
        """Count one frame.

        Args:
            inspected: It was inspected now; otherwise an earlier run had done it.
        """
        self.done += 1
        self.kept += not inspected
        now = self._clock()
        if self._due is None:
            self._due = now if self._terminal else now + FIRST_LOG_S
        if now >= self._due:
            self._due = now + (REDRAW_S if self._terminal else LOG_S)
            self._write(now)

    def finish(self) -> None:
        """Write the last state."""
        self._write(self._clock())
        if self._terminal:
            self._stream.write("\n")

    def _write(self, now: float) -> None:
        text = self._text(now - self._started)
        if self._terminal:
            filled = BAR * self.done // max(self._total, 1)
            self._stream.write(f"\r\033[KInspecting [{'#' * filled}{'-' * (BAR - filled)}] {text}")
        else:
            self._stream.write(f"Inspecting: {text}\n")
        self._stream.flush()

    def _text(self, passed_s: float) -> str:
        inspected = self.done - self.kept
        parts = [f"{self.done}/{self._total}"]
        if self.kept:
            parts.append(f"{self.kept} done before")
        if inspected and passed_s > 0:
            per_s = inspected / passed_s
            parts.append(f"{60 * per_s:.3g} frames/min" if per_s < 1.5 else f"{60 * per_s:.0f} frames/min")
            if self.done < self._total:
                parts.append(f"{duration((self._total - self.done) / per_s)} left")
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """Write a time as a person says it: ``50 s``, ``12 min``, ``3 h 05 min``."""
    minutes = round(seconds / 60)
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
