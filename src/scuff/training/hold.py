"""Into a run's folder one process trains at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from filelock import FileLock, Timeout

from scuff.core.errors import CheckpointError
from scuff.training.run import Run, is_first_process

LOCK: Final = "lock"
"""An empty file that the process that trains has locked; the system takes the lock back when that process dies."""


@contextmanager
def hold(run: Run, wait: Callable[[str], object] | None = None) -> Iterator[None]:
    """Keep other processes from training into a run's folder.

    Of several processes that train together, the first holds it for all.

    Args:
        run: Begun.
        wait: Told that another process trains there, which is then waited for; ``None``: that is refused.

    Raises:
        CheckpointError: Another process trains there, or the folder lies where no file can be locked.
    """
    if not is_first_process():
        yield
        return
    lock = FileLock(run.folder / LOCK, fallback_to_soft=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if wait is None:
            raise CheckpointError(f"{run.folder}: another process trains into it; wait for it, or stop it") from None
        wait(f"{run.folder}: waits for another process that trains into it")
        lock.acquire()
    except OSError as error:
        raise CheckpointError(
            f"{run.folder}: no file can be locked there ({error}); mount it with locks (flock), or train elsewhere"
        ) from error
    try:
        yield
    finally:
        lock.release()
