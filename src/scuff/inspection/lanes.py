"""Work on many things side by side, a few at a time."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def run_lanes(work: Callable[[Item], Made], items: Iterable[Item], lanes: int, done: Callable[[Made], object]) -> None:
    """Work on items in so many threads; no more of them are in memory than there are lanes.

    What stops this function (an error in a lane, Ctrl-C, an error in ``done``) leaves it only when the items at hand
    are finished; no other one is begun.

    Args:
        work: Called for each item, in a thread.
        items: What to work on, taken one by one.
        lanes: Threads, at least 1.
        done: Called in this thread with what ``work`` gave, in the order in which items are finished.

    Raises:
        BaseException: Whatever ``work`` raised first.
    """
    coming = iter(items)
    with ThreadPoolExecutor(lanes) as pool:
        at_hand = {pool.submit(work, item) for item in islice(coming, lanes)}
        while at_hand:
            finished, at_hand = wait(at_hand, return_when=FIRST_COMPLETED)
            for future in finished:
                done(future.result())
                at_hand |= {pool.submit(work, item) for item in islice(coming, 1)}


def map_lanes(work: Callable[[Item], Made], items: Iterable[Item], lanes: int) -> Generator[Made, None, None]:
    """Work on items in so many threads, and give what comes of them in their order.

    Args:
        work: Called for each item, in a thread; at most one item per lane is ahead of the one that is given.
        items: What to work on, taken one by one.
        lanes: Threads, at least 1.
    """
    coming = iter(items)
    with ThreadPoolExecutor(lanes) as pool:
        ahead: deque[Future[Made]] = deque(pool.submit(work, item) for item in islice(coming, lanes))
        while ahead:
            made = ahead.popleft().result()
            ahead.extend(pool.submit(work, item) for item in islice(coming, 1))
            yield made
