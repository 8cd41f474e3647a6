"""When to try again what has failed: soon at first, then ever more seldom."""

import time
from collections.abc import Callable


class Backoff:
    """Waits twice as long after each failure, up to a limit."""

    def __init__(self, first_s: float = 0.5, most_s: float = 8.0, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing failed.

        Args:
            first_s: Wait after the first failure.
            most_s: Longest wait.
            clock: Gives seconds.
        """
        self._first_s, self._most_s, self._clock = first_s, most_s, clock
        self._wait_s, self._due_s = first_s, clock()

    @property
    def is_due(self) -> bool:
        """Whether it is time to try."""
        return self._clock() >= self._due_s

    def failed(self) -> None:
        """Wait before the next attempt."""
        self._due_s = self._clock() + self._wait_s
        self._wait_s = min(2 * self._wait_s, self._most_s)

    def succeeded(self) -> None:
        """Begin anew: the next failure is the first one."""
        self._wait_s, self._due_s = self._first_s, self._clock()
