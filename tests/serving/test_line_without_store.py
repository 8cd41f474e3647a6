"""What the line promises where its database or its disk fails."""

import errno
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.serving.conftest import Bench, Running, on, outcome_of

from scuff.core.errors import StoreError
from scuff.core.verdict import Outcome, Verdict
from scuff.serving.port import State
from scuff.station.acquisition_error import CameraLostError


def failing(monkeypatch: pytest.MonkeyPatch, bench: Bench, *names: str) -> Callable[[], None]:
    """Let methods of the store fail, until what is given back is called."""
    gone = {"database": True}

    def wrap(name: str) -> None:
        real = getattr(type(bench.store), name)

        def method(self: object, *args: Any, **named: Any) -> Any:
            if gone["database"]:
                raise StoreError("scuff.db: the database is gone")
            return real(self, *args, **named)

        monkeypatch.setattr(type(bench.store), name, method)

    for name in names:
        wrap(name)
    return lambda: gone.update(database=False)


DATABASE = ("begin", "keep_frames", "finish", "unfinished", "undelivered", "delivered", "part", "check")


def breaking_after_the_commit(monkeypatch: pytest.MonkeyPatch, bench: Bench, times: float = math.inf) -> None:
    """Let taking a part on fail so many times, although the part is in the store then."""
    real, done = type(bench.store).begin, iter(range(10**9))

    def begin(self: Any, *args: Any) -> Any:
        begun = real(self, *args)
        if next(done) < times:
            raise StoreError("the connection broke after the commit")
        return begun

    monkeypatch.setattr(type(bench.store), "begin", begin)


def test_without_its_database_the_line_takes_no_part_on(
    running: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(bench: Bench) -> None:
        back = failing(monkeypatch, bench, *DATABASE)
        with pytest.raises(StoreError, match="the database is gone"):
            await bench.trigger("P1")
        assert bench.line.status.state is State.ERROR
        assert bench.line.status.waiting == 0
        back()
        await bench.until(lambda: bench.line.status.state is State.READY)
        assert outcome_of(await bench.part("P1")) is Outcome.PASS

    caplog.set_level("INFO", "scuff")
    on(running, work)
    assert [record.message for record in caplog.records if record.message.startswith("store: ")] == [
        "store: scuff.db: the database is gone",
        "store: is well again",
    ]


def test_a_part_in_the_middle_is_finished_when_the_database_is_back(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(bench: Bench) -> None:
        bench.rig.gate.clear()
        number = await bench.trigger("bad1")
        await bench.until(lambda: bench.line.status.state is State.BUSY)
        back = failing(monkeypatch, bench, *DATABASE)
        bench.rig.gate.set()
        await bench.until(lambda: bench.line.status.state is State.ERROR)
        assert bench.port.reports == []
        back()
        assert outcome_of(await bench.finished(number)) in {Outcome.FAIL, Outcome.NOT_INSPECTED}
        await bench.until(lambda: bench.port.reports)

    on(running, work)


def test_what_a_well_store_refuses_holds_up_no_other_part(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(bench: Bench) -> None:
        real = type(bench.store).keep_frames

        def keep_frames(self: Any, number: int, frames: Any) -> None:
            if number == 1:
                raise StoreError("part 1: it is odd")
            real(self, number, frames)

        monkeypatch.setattr(type(bench.store), "keep_frames", keep_frames)
        monkeypatch.setattr(bench.line._finishing, "_again_s", 0.0)
        part = await bench.part("P1")
        assert part.verdict is not None
        assert (part.error, part.verdict.rule) == ("store", "part 1: it is odd")
        assert outcome_of(await bench.part("P2")) is Outcome.PASS

    on(running, work)


def test_a_part_that_somebody_else_decided_on_is_told_and_counted_as_it_is_stored(
    running: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(bench: Bench) -> None:
        real = type(bench.store).finish

        def finish(self: Any, number: int, verdict: Verdict, error: str, *rest: Any) -> None:
            real(self, number, Verdict(outcome=Outcome.NOT_INSPECTED, rule="given up"), "stopped", *rest)
            real(self, number, verdict, error, *rest)

        monkeypatch.setattr(type(bench.store), "finish", finish)
        await bench.part("P1")
        await bench.until(lambda: bench.line.status.waiting == 0)
        told = "\n".join(bench.service.metrics.text().decode().splitlines())
        assert 'scuff_parts_total{outcome="not-inspected"} 1.0' in told
        assert 'scuff_parts_total{outcome="pass"} 1.0' not in told

    caplog.set_level("INFO", "scuff")
    on(running, work)
    assert "part P1: not-inspected, given up" in caplog.messages


def test_an_incomplete_part_stays_one_where_the_disk_is_full_too(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(bench: Bench) -> None:
        def full(*args: object) -> None:
            raise StoreError("no space is left")

        monkeypatch.setattr(type(bench.store.pictures), "put", full)
        bench.rig.errors["P1"] = (CameraLostError("right", "is gone"),)
        part = await bench.part("P1")
        assert (part.error, part.frames) == ("lost", ())

    on(running, work)


def test_a_trigger_that_was_stored_although_it_failed_is_inspected_when_it_comes_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(bench: Bench) -> None:
        breaking_after_the_commit(monkeypatch, bench, times=1)
        monkeypatch.setattr(type(bench.store), "unfinished", lambda self: [])
        with pytest.raises(StoreError):
            await bench.trigger("P1")
        await bench.part("P2")
        await bench.until(lambda: bench.port.reports)
        assert outcome_of(await bench.part("P1")) is Outcome.PASS
        await bench.until(lambda: len(bench.port.reports) == 2)
        assert [report.part for report in bench.port.reports] == ["P2", "P1"]

    on(running, work)


def test_a_trigger_that_was_stored_although_it_failed_gets_a_verdict_in_any_case(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(bench: Bench) -> None:
        breaking_after_the_commit(monkeypatch, bench)
        with pytest.raises(StoreError):
            await bench.trigger("P1")
        await bench.until(lambda: bench.port.reports)
        assert bench.port.reports[0].rule == "the store failed while the trigger was taken on"

    on(running, work)


def test_a_full_disk_is_a_verdict_and_over_when_there_is_room(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(bench: Bench) -> None:
        real = Path.open

        def full(self: Path, *args: Any, **named: Any) -> Any:
            if self.parent.name == "unfinished":
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(self, *args, **named)

        monkeypatch.setattr(Path, "open", full)
        part = await bench.part("P1")
        assert (outcome_of(part), part.error) == (Outcome.NOT_INSPECTED, "store")
        assert part.verdict is not None
        assert "No space left on device" in part.verdict.rule
        monkeypatch.setattr(Path, "open", real)
        assert outcome_of(await bench.part("P2")) is Outcome.PASS

    on(running, work)


def test_with_too_little_room_nothing_is_captured(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(bench: Bench) -> None:
        back = failing(monkeypatch, bench, "check")
        await bench.until(lambda: bench.line.status.state is State.ERROR)
        part = await bench.part("P1")
        assert (outcome_of(part), part.error) == (Outcome.NOT_INSPECTED, "store")
        assert bench.rig.parts == []
        back()
        await bench.until(lambda: bench.line.status.state is State.READY)
        assert outcome_of(await bench.part("P2")) is Outcome.PASS

    on(running, work)


def test_a_choice_that_cannot_be_stored_is_not_made(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(bench: Bench) -> None:
        failing(monkeypatch, bench, "act")
        with pytest.raises(StoreError, match="the database is gone"):
            await bench.line.select("lid", "Ada")
        assert bench.line.status.recipe == "plate"

    on(running, work)
