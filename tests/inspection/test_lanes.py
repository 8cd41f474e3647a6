import threading
from collections.abc import Iterator

import pytest

from scuff.inspection.lanes import map_lanes, run_lanes


@pytest.mark.parametrize("lanes", [1, 2, 5])
def test_everything_is_done_once(lanes: int) -> None:
    done: list[int] = []
    run_lanes(lambda number: number * number, range(20), lanes, done.append)
    assert sorted(done) == [number * number for number in range(20)]


def test_lanes_work_side_by_side() -> None:
    together = threading.Barrier(2, timeout=10)
    done: list[int] = []
    run_lanes(lambda number: number + 0 * together.wait(), [1, 2, 3, 4], 2, done.append)
    assert sorted(done) == [1, 2, 3, 4]


def test_no_more_items_are_taken_than_there_are_lanes() -> None:
    taken, done, ahead = 0, 0, []

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(30):
            taken += 1
            yield number

    def count(_: int) -> None:
        nonlocal done
        ahead.append(taken - done)
        done += 1

    run_lanes(lambda number: number, items(), 3, count)
    assert max(ahead) <= 3


def test_an_error_stops_the_run_once_the_items_at_hand_are_finished() -> None:
    other_began, finished = threading.Event(), []

    def work(number: int) -> int:
        if number == 0:
            other_began.wait(10)
            raise ZeroDivisionError("in a lane")
        other_began.set()
        finished.append(number)
        return number

    with pytest.raises(ZeroDivisionError, match="in a lane") as raised:
        run_lanes(work, iter(range(100)), 2, lambda _: None)
    assert raised.traceback[-1].name == "work"
    assert 1 in finished
    assert len(finished) < 100


def test_ctrl_c_finishes_the_items_at_hand_and_begins_no_other() -> None:
    begun, finished = [], []

    def work(number: int) -> int:
        begun.append(number)
        finished.append(number)
        return number

    def interrupt(number: int) -> None:
        if number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_lanes(work, range(100), 2, interrupt)
    assert sorted(begun) == sorted(finished)
    assert len(begun) <= 6


def test_mapping_keeps_the_order() -> None:
    first_may_end = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            first_may_end.wait(10)
        else:
            first_may_end.set()
        return -number

    assert list(map_lanes(work, range(6), 2)) == [0, -1, -2, -3, -4, -5]


def test_mapping_works_only_a_little_ahead() -> None:
    made: list[int] = []
    coming = map_lanes(made.append, range(100), 2)
    next(coming)
    coming.close()
    assert len(made) <= 3
