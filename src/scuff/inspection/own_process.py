"""A function called in a process of its own, so that its memory and its threads are nobody else's."""

import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

from scuff.core.errors import ScuffError

P = ParamSpec("P")
Given = TypeVar("Given")


def call_alone(function: Callable[P, Given], *args: P.args, **kwargs: P.kwargs) -> Given:
    """Call a function in a new process, and wait for what it gives.

    Args:
        function: One that a new process can import.
        args: Its arguments; they and what it gives are pickled.
        kwargs: More arguments.

    Raises:
        ScuffError: The process ended before the function did.
        Exception: Whatever the function raised.
    """
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(there, function, args, kwargs), daemon=True)
    process.start()
    there.close()
    try:
        given, raised = here.recv()
    except EOFError:
        process.join()
        raise ScuffError(
            f"the process that measures ended by itself (exit code {process.exitcode}); often, memory has run out"
        ) from None
    finally:
        process.kill()  # has no effect on one that has ended; what Ctrl-C stops must not go on
        process.join()
        here.close()
    if raised is not None:
        raise raised
    result: Given = given
    return result


def _answer(
    there: Connection, function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all processes; the first one ends the others
    try:
        there.send((function(*args, **kwargs), None))
    except Exception as error:
        there.send((None, error))
