"""Threads in which the line does what blocks: one for each stage, and the watchdog looks at all of them."""

import asyncio
import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from scuff.serving.watchdog import Watchdog

P = ParamSpec("P")
T = TypeVar("T")

CAPTURE, PICTURES, INSPECTION, STORE, HEALTH = "capture", "pictures", "inspection", "store", "health"
OPENING, RETENTION = "opening", "retention"

THREADS: Mapping[str, int] = {OPENING: 1, CAPTURE: 1, PICTURES: 1, INSPECTION: 1, STORE: 4, HEALTH: 1, RETENTION: 1}
"""Threads of each stage. Several ports may wait for the store at once; a trigger does not wait for them."""

LIMITS_S: Mapping[str, float] = {OPENING: 120.0, RETENTION: math.inf}
"""After how long the work of a stage hangs that no part waits for; cameras may take tens of seconds to open."""


class Workers:
    """Runs functions in threads."""

    def __init__(self, watchdog: Watchdog, limit_s: float) -> None:
        """Make the threads.

        Args:
            watchdog: Ends the process when a function does not come back.
            limit_s: After so long; but for stages that have a limit of their own.
        """
        self._watchdog, self._limit_s = watchdog, limit_s
        self._pools = {stage: ThreadPoolExecutor(threads, stage) for stage, threads in THREADS.items()}

    async def call(self, stage: str, about: str, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Run a function in a thread of a stage; it goes on there even if nobody waits for it any more.

        Args:
            stage: Whose thread.
            about: The part or port that it is for, for the log.
            function: What to do.
            args: Its arguments.
            named: Its arguments.
        """

        def work() -> T:
            with self._watchdog.watching(stage, about, LIMITS_S.get(stage, self._limit_s)):
                return function(*args, **named)

        return await asyncio.get_running_loop().run_in_executor(self._pools[stage], work)

    def close(self) -> None:
        """Wait for what is being done; the watchdog sees to it that this ends."""
        for pool in self._pools.values():
            pool.shutdown(cancel_futures=True)
