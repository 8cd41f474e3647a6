"""How far an audit is: one line that is written over on a terminal, a line for each stage in a log."""

import sys
from typing import TextIO


class AuditProgress:
    """Called with what is being done and how far it is, in [0, 1]."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._doing, self._percent = "", -1

    def __call__(self, doing: str, share: float) -> None:
        """Show it, if there is something new."""
        percent = round(100 * share)
        if self._stream.isatty():
            if (doing, percent) != (self._doing, self._percent):
                end = "\n" if percent == 100 else ""
                self._stream.write(f"\r\033[K{doing}: {percent} %{end}")
        elif doing != self._doing:
            self._stream.write(f"{doing}\n")
        self._stream.flush()
        self._doing, self._percent = doing, percent
