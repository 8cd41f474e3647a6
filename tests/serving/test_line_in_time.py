"""What the line promises of parts that take long, of its end and of its next start."""

import asyncio
import math
import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.serving.conftest import Bench, Running, on, outcome_of

from scuff.core.errors import StationError
from scuff.core.verdict import Outcome
from scuff.serving.equipment import now
from scuff.serving.port import State
from scuff.serving.product import Product
from scuff.store.records import Removed
from scuff.store.store import Store


def test_a_part_that_takes_too_long_is_not_inspected_and_the_stage_is_named(running: Running) -> None:
    async def work(bench: Bench) -> None:
        bench.rig.gate.clear()
        one, two = await bench.trigger("P1"), await bench.trigger("P2")
        stuck, behind = await bench.finished(one), await bench.finished(two)
        assert (outcome_of(stuck), stuck.error) == (Outcome.NOT_INSPECTED, "timeout")
        assert stuck.verdict is not None
        assert stuck.verdict.rule == "capture was not done 0.3 s (line.part_timeout_s) after the trigger"
        assert behind.error == "timeout"
        bench.rig.gate.set()
        assert outcome_of(await bench.part("P3")) is Outcome.PASS

    on(running, work, part_timeout_s=0.3)


def test_the_next_part_is_captured_while_one_is_inspected(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(bench: Bench) -> None:
        inspecting = threading.Event()
        real = bench.service.line._product.inspector.inspect_pixels

        def slowly(*args: Any) -> Any:
            inspecting.wait()
            return real(*args)

        monkeypatch.setattr(bench.service.line._product.inspector, "inspect_pixels", slowly)
        try:
            numbers = [await bench.trigger(f"P{number}") for number in range(2)]
            await bench.until(lambda: bench.rig.parts == ["P0", "P1"])
            assert [bench.store.part(number).verdict for number in numbers] == [None, None]
        finally:
            inspecting.set()
        assert [outcome_of(await bench.finished(number)) for number in numbers] == [Outcome.PASS] * 2

    on(running, work)


def test_a_part_whose_inspection_takes_too_long_keeps_its_pictures(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(bench: Bench) -> None:
        goes_on = threading.Event()
        monkeypatch.setattr(bench.service.line._product.inspector, "inspect_pixels", lambda *_: goes_on.wait())
        try:
            part = await bench.part("P1")
        finally:
            goes_on.set()
        assert (outcome_of(part), part.error) == (Outcome.NOT_INSPECTED, "timeout")
        assert [frame.camera for frame in part.frames] == ["left", "right"]

    on(running, work, part_timeout_s=0.5)


def test_a_stopping_station_takes_nothing_on_and_finishes_what_waits(running: Running) -> None:
    async def work(bench: Bench) -> None:
        bench.rig.gate.clear()
        numbers = [await bench.trigger(f"P{number}") for number in range(3)]
        bench.service.stop()
        await bench.until(lambda: bench.line.status.state is State.STOPPING)
        with pytest.raises(StationError, match="the station is stopping"):
            await bench.trigger("P9")
        bench.rig.gate.set()
        await bench.until(lambda: len(bench.port.reports) == 3)
        assert [outcome_of(bench.store.part(number)) for number in numbers] == [Outcome.PASS] * 3

    on(running, work)


def test_told_twice_to_stop_it_gives_up_what_waits(running: Running) -> None:
    async def work(bench: Bench) -> None:
        bench.rig.gate.clear()
        number = await bench.trigger("P1")
        bench.service.stop()
        bench.service.stop()
        part = await bench.finished(number)
        assert (outcome_of(part), part.error) == (Outcome.NOT_INSPECTED, "stopped")

    on(running, work)


def test_cameras_are_closed_and_lights_off_at_the_end(running: Running) -> None:
    async def run() -> None:
        async with running() as bench:
            assert bench.rig.is_open
        assert not bench.rig.is_open

    asyncio.run(run())


def test_parts_without_a_verdict_get_one_at_the_next_start(running: Running, product: Product, store: Store) -> None:
    store.join("plc")
    begun = store.begin("t", "P1", "test", product.version, product.bundle, now())

    async def work(bench: Bench) -> None:
        part = await bench.finished(begun.id)
        assert (outcome_of(part), part.error) == (Outcome.NOT_INSPECTED, "stopped")
        assert part.verdict is not None
        assert part.verdict.rule == "the station stopped before the part was inspected"
        await bench.until(lambda: bench.port.reports)
        assert bench.rig.parts == []

    on(running, work)


def test_much_that_is_old_neither_hangs_nor_holds_up_the_end(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def retain(store: Store, now: object, go_on: Callable[[], bool]) -> Removed:
        while go_on():
            asked.set()
        return Removed(0, 0)

    async def work(bench: Bench) -> None:
        await bench.until(asked.is_set)
        limits = {work.stage: work.limit_s for work in list(bench.service._watchdog._works.values())}
        assert limits["retention"] == math.inf
        assert outcome_of(await bench.part("P1")) is Outcome.PASS

    monkeypatch.setattr(Store, "retain", retain)
    on(running, work)
