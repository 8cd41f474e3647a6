"""Kernels run on blocks of rows, one block per thread; they release the interpreter's lock."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from scuff.core.errors import BoothError

THREADS_VARIABLE = "SCUFF_BOOTH_THREADS"
ROWS = 32


def threads() -> int:
    """How many threads to use: what SCUFF_BOOTH_THREADS says, else every core this process may run on.

    Raises:
        BoothError: It says no number of threads.
    """
    said = os.environ.get(THREADS_VARIABLE) or "0"
    if not said.isdecimal():
        raise BoothError(f"{THREADS_VARIABLE}={said}: must be a number of threads, or 0 for one on every core")
    if int(said):
        return int(said)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_rows(kernel: Callable[[int, int], None], height: int) -> None:
    """Call a kernel for blocks of rows, first row and the one after the last; results do not depend on the blocks.

    Args:
        kernel: What to do for these rows.
        height: Number of rows.
    """
    blocks = [(first, min(first + ROWS, height)) for first in range(0, height, ROWS)]
    with ThreadPoolExecutor(threads()) as pool:
        for done in [pool.submit(kernel, *block) for block in blocks]:
            done.result()
