"""Longer and longer between one try and the next."""

import asyncio


class Backoff:
    """Waits that grow twofold.

    Args:
        first_s: The first wait.
        most_s: The longest.
    """

    def __init__(self, first_s: float = 0.2, most_s: float = 5.0) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self.next_s = first_s

    def reset(self) -> None:
        """A try has gone well: begin with short waits again."""
        self.next_s = self._first_s

    async def wait(self) -> None:
        """Wait before the next try."""
        await asyncio.sleep(self.next_s)
        self.next_s = min(self.next_s * 2, self._most_s)
