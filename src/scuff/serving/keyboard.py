"""The keyboard as a way in, for trying a station out: Enter triggers a part, q stops."""

import asyncio
import logging
import os
from collections.abc import Callable
from typing import TextIO
from uuid import uuid4

from scuff.core.errors import ScuffError
from scuff.serving.logs import tell
from scuff.serving.port import LineControl, Trigger

STOP = "q"


class Keyboard:
    """Reads lines: an empty one triggers a part, another one triggers the part of that serial number, q stops."""

    name = "keyboard"

    def __init__(self, stream: TextIO, stop: Callable[[], object]) -> None:
        """Prepare it.

        Args:
            stream: What is typed.
            stop: Called for q.
        """
        self._stream, self._stop = stream, stop

    async def run(self, line: LineControl) -> None:
        """Read, until cancelled or until there is no more to read."""
        tell(logging.INFO, "keyboard", "Enter triggers a part, q and Enter stop")
        loop, came = asyncio.get_running_loop(), asyncio.Queue[bytes]()
        # Past the stream's own buffer, in which a second line that came with the first would not be noticed.
        loop.add_reader(self._stream, lambda: came.put_nowait(os.read(self._stream.fileno(), 4096)))
        try:
            rest = b""
            while more := await came.get():
                *lines, rest = (rest + more).split(b"\n")
                for typed in (each.decode(errors="replace").strip() for each in lines):
                    if typed == STOP:
                        self._stop()
                        return
                    await self._trigger(line, typed)
        finally:
            loop.remove_reader(self._stream)

    async def _trigger(self, line: LineControl, part: str) -> None:
        if not part.isprintable():  # such as the arrow keys
            tell(logging.ERROR, "keyboard", f"not triggered: {part!r} is no serial number", reason="not printable")
            return
        try:
            await line.trigger(Trigger(f"{self.name}-{uuid4().hex}", part, self.name))
        except ScuffError as error:
            tell(logging.ERROR, "keyboard", f"not triggered: {error}", reason=str(error))
