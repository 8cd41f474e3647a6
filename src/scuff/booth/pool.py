"""Independent tasks over processes, none of which outlives a Ctrl-C, and none of which dies unnoticed."""

import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, connection, get_context, parent_process
from threading import Thread
from typing import TypeVar

import cv2

from scuff.booth.rows import THREADS_VARIABLE, threads
from scuff.core.errors import BoothError, ScuffError

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_tasks(work: Callable[[Task], Result], tasks: Sequence[Task], workers: int) -> Generator[Result, None, None]:
    """Do independent tasks, and pass on what each gives as soon as it is done.

    However this ends, with an error, a Ctrl-C or a caller that wants no more, no process stays behind.

    Args:
        work: What to do: a function of a module, whose arguments and results can be pickled.
        tasks: What for; an error says which one failed, by its ``str``.
        workers: Number of processes; 1: this one.

    Raises:
        BoothError: The system or the memory gave out, or a process died.
    """
    workers = min(workers, len(tasks))
    if workers > 1:
        yield from _in_processes(work, tasks, workers)
        return
    for task in tasks:
        with _named(task):
            result = work(task)
        yield result


def _in_processes(work: Callable[[Task], Result], tasks: Sequence[Task], workers: int) -> Iterator[Result]:
    others = set(active_children())
    # Spawned, not forked: the threads of cv2 and numba do not survive a fork.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (max(1, threads() // workers),))
    try:
        with _ctrl_c_held():
            futures = {pool.submit(work, task): task for task in tasks}
        for future in as_completed(futures):
            with _named(futures[future]):
                result = future.result()
            yield result
    except BaseException:
        # Cut short what is under way: a large task takes half a minute.
        for process in set(active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """Put Ctrl-C off; the processes that are started meanwhile leave it to this one for good."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(threads_each: int) -> None:
    """Prepare a process: its share of the cores, and no life without the one that started it."""
    os.environ[THREADS_VARIABLE] = os.environ["NUMBA_NUM_THREADS"] = str(threads_each)
    cv2.setNumThreads(threads_each)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


@contextmanager
def _named(task: object) -> Iterator[None]:
    """Make an error say which task it happened at; what is no defect of scuff becomes a message."""
    try:
        yield
    except BrokenProcessPool as error:
        raise BoothError(
            f"{task}, or another at that time: its process died, as it does when there is too little memory; "
            "give fewer --workers, and the rest will follow"
        ) from error
    except MemoryError as error:
        raise BoothError(
            f"{task}: needs more memory than there is; give fewer --workers, or a smaller --size"
        ) from error
    except ScuffError as error:
        raise BoothError(f"{task}: {error}") from error
    except OSError as error:
        raise BoothError(f"{task}: {error.strerror or error}") from error
    except Exception as error:
        error.add_note(f"It happened at {task}.")
        raise
