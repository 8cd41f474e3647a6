import os
from collections.abc import Callable
from multiprocessing import active_children

import cv2
import pytest

from scuff.booth.pool import run_tasks
from scuff.booth.rows import threads
from scuff.core.errors import BoothError, PictureError

TASKS = [1, 2, 3, 4, 5]


def double(number: int) -> int:
    return 2 * number


def about_process(number: int) -> tuple[int, int, int]:
    return os.getpid(), threads(), cv2.getNumThreads()


def fail_at_3(number: int) -> int:
    if number == 3:
        raise ZeroDivisionError("by zero")
    return number


def run_out_of_disk(number: int) -> int:
    raise OSError(28, "No space left on device")


def run_out_of_memory(number: int) -> int:
    raise MemoryError


def meet_a_user_error(number: int) -> int:
    raise PictureError("x.png: damaged")


def die(number: int) -> int:
    os._exit(9)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_is_done(workers: int) -> None:
    assert sorted(run_tasks(double, TASKS, workers)) == [2, 4, 6, 8, 10]
    assert active_children() == []


def test_the_cores_are_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCUFF_BOOTH_THREADS", "4")
    about = list(run_tasks(about_process, TASKS, 2))
    assert os.getpid() not in {pid for pid, _, _ in about}
    assert {(kernel, drawing) for _, kernel, drawing in about} == {(2, 2)}


def test_one_worker_is_this_process() -> None:
    assert {pid for pid, _, _ in run_tasks(about_process, TASKS, 1)} == {os.getpid()}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_defect_says_at_which_task_it_happened(workers: int) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        list(run_tasks(fail_at_3, TASKS, workers))
    assert caught.value.__notes__[-1] == "It happened at 3."
    assert active_children() == []


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (run_out_of_disk, "^1: No space left on device$"),
        (run_out_of_memory, "^1: needs more memory than there is; give fewer --workers"),
        (meet_a_user_error, r"^1: x\.png: damaged$"),
    ],
)
def test_what_is_no_defect_of_scuff_is_a_message(work: Callable[[int], int], reason: str) -> None:
    with pytest.raises(BoothError, match=reason):
        list(run_tasks(work, TASKS, 1))


def test_a_process_that_dies_is_noticed() -> None:
    with pytest.raises(BoothError, match=r"its process died, .* give fewer --workers"):
        list(run_tasks(die, TASKS, 2))
    assert active_children() == []


def test_no_process_outlives_a_caller_that_wants_no_more() -> None:
    results = run_tasks(double, TASKS, 2)
    assert next(results) in {2, 4, 6, 8, 10}
    results.close()
    assert active_children() == []
