import os
import threading

import pytest

from scuff.booth.rows import ROWS, THREADS_VARIABLE, in_rows, threads
from scuff.core.errors import BoothError


@pytest.mark.parametrize("number", ["1", "3"])
@pytest.mark.parametrize("height", [0, 1, ROWS, 3 * ROWS + 5])
def test_every_row_is_done_once(monkeypatch: pytest.MonkeyPatch, number: str, height: int) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, number)
    done: list[int] = []
    in_rows(lambda first, last: done.extend(range(first, last)), height)
    assert sorted(done) == list(range(height))


def test_rows_are_done_by_as_many_threads_as_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, "2")
    both = threading.Barrier(2, timeout=20)
    in_rows(lambda first, last: [both.wait()].clear(), 2 * ROWS)  # each waits for the other
    assert not both.broken


def test_every_core_has_a_thread_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, "5")
    assert threads() == 5
    for said in ("", "0"):
        monkeypatch.setenv(THREADS_VARIABLE, said)
        assert 1 <= threads() <= (os.cpu_count() or 1)
    monkeypatch.delenv(THREADS_VARIABLE)
    assert 1 <= threads() <= (os.cpu_count() or 1)


@pytest.mark.parametrize("said", ["many", "-2", "1.5"])
def test_what_is_no_number_of_threads_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, said)
    with pytest.raises(BoothError, match=f"SCUFF_BOOTH_THREADS={said}: must be a number of threads"):
        threads()


def test_what_fails_in_a_thread_fails() -> None:
    def fail(first: int, last: int) -> None:
        if first:
            raise ZeroDivisionError("in the second block")

    with pytest.raises(ZeroDivisionError, match="in the second block"):
        in_rows(fail, 2 * ROWS)
