"""A run's folder is written by one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from filelock import FileLock, Timeout

from scuff.core.errors import CheckpointError
from scuff.training.run import Run, is_first_process

LOCK: Final = "lock"
"""A file that is there while a process trains; the system takes the lock back when that process dies."""


@contextmanager
def hold(run: Run, wait: bool) -> Iterator[None]:
    """Keep other processes from training into a run's folder.

    Of several processes that train together, the first holds it for all.

    Args:
        run: Begun.
        wait: For another process that trains there to be done, or to die; else refuse.

    Raises:
        CheckpointError: Another process trains there.
    """
    if not is_first_process():
        yield
        return
    lock = FileLock(run.folder / LOCK)
    try:
        lock.acquire(blocking=wait)
    except Timeout:
        raise CheckpointError(f"{run.folder}: another process trains into it; wait for it, or stop it") from None
    try:
        yield
    finally:
        lock.release()
