"""What the line promises, with each thing that can go wrong around it."""

import asyncio
import errno
import math
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.fake_rig import frame_of
from tests.serving.conftest import Bench, Running

from scuff.core.errors import OtherPartError, RecipeError, StationError, StoreError
from scuff.core.picture import read_picture
from scuff.core.verdict import Outcome, Verdict
from scuff.serving.equipment import now
from scuff.serving.inspecting import decide
from scuff.serving.port import State, Trigger
from scuff.serving.product import Product
from scuff.serving.report import PartReport
from scuff.station.acquisition_error import CameraLostError, IncompleteFrameError
from scuff.station.capture import Capture
from scuff.store.records import Removed, StoredPart
from scuff.store.store import Store


def outcome_of(part: StoredPart) -> Outcome:
    assert part.verdict is not None
    return part.verdict.outcome


def on(running: Running, work: Callable[[Bench], Awaitable[None]], **changes: object) -> None:
    """Do something with a line that runs."""

    async def run() -> None:
        async with running(**changes) as bench:
            await work(bench)

    asyncio.run(run())


def test_a_sound_part_passes_and_is_published(running: Running) -> None:
    async def work(bench: Bench) -> None:
        part = await bench.part("P1")
        assert (outcome_of(part), part.error, part.defects) == (Outcome.PASS, "", ())
        await bench.until(lambda: bench.port.reports)
        (report,) = bench.port.reports
        assert report == PartReport.model_validate_json(part.report)
        assert (report.part, report.trigger, report.outcome, report.recipe) == ("P1", "t-P1", "pass", "plate")
        assert report.simulated
        assert report.inspection_ms is not None

    on(running, work)


def test_a_part_in_the_dark_does_not_pass(running: Running) -> None:
    async def work(bench: Bench) -> None:
        part = await bench.part("dark1")
        assert (outcome_of(part), part.error) == (Outcome.NOT_INSPECTED, "light")
        assert part.verdict is not None
        assert "left, frame all: is too dark to be judged" in part.verdict.rule
        assert len(part.frames) == 2

    on(running, work)


def test_a_part_with_a_scratch_fails(running: Running) -> None:
    async def work(bench: Bench) -> None:
        part = await bench.part("bad1")
        assert outcome_of(part) is Outcome.FAIL
        (defect,) = part.defects
        assert (defect.label, defect.camera, defect.box_xyxy) == ("scratch", "left", (5, 10, 25, 11))
        (found,) = PartReport.model_validate_json(part.report).defects
        assert (found.number, found.label, found.camera, found.box_xyxy) == (1, "scratch", "left", (5, 10, 25, 11))

    on(running, work)


def test_pictures_are_stored_as_the_cameras_gave_them(running: Running) -> None:
    async def work(bench: Bench) -> None:
        part = await bench.part("bad1")
        left = bench.store.pictures.get(part.frames[0].picture_sha256)
        bench.store.pictures.verify(part.frames[0].picture_sha256)
        assert left.suffix == ".tif"
        assert (read_picture(left)[10, 5:25] == 255).all()

    on(running, work)


def test_one_trigger_is_one_part(running: Running) -> None:
    async def work(bench: Bench) -> None:
        first = await bench.line.trigger(Trigger("t", "P1", "test"))
        again = await bench.line.trigger(Trigger("t", "P1", "test"))
        await bench.finished(first.id)
        late = await bench.line.trigger(Trigger("t", "P1", "test"))
        assert (first.is_new, again.is_new, late.is_new) == (True, False, False)
        assert first.id == again.id == late.id
        assert bench.rig.parts == ["P1"]

    on(running, work)


def test_a_trigger_is_not_that_of_another_part(running: Running) -> None:
    async def work(bench: Bench) -> None:
        first = await bench.line.trigger(Trigger("t", "P1", "test"))
        with pytest.raises(
            OtherPartError, match="trigger 't' was that of part 'P1' already, and cannot be that of 'bad2'"
        ):
            await bench.line.trigger(Trigger("t", "bad2", "test"))
        await bench.finished(first.id)
        assert (await bench.line.trigger(Trigger("t", "", "test"))).part == "P1"
        assert bench.rig.parts == ["P1"]

    on(running, work)


def test_a_part_beyond_the_queue_is_not_inspected_and_published_in_its_turn(running: Running) -> None:
    async def work(bench: Bench) -> None:
        bench.rig.gate.clear()
        numbers = [await bench.trigger("P0")]
        await bench.until(lambda: bench.line.status.state is State.BUSY)
        numbers += [await bench.trigger(f"P{number}") for number in (1, 2, 3)]
        assert bench.line.status.state is State.FULL
        refused = await bench.finished(numbers[3])
        assert outcome_of(refused) is Outcome.NOT_INSPECTED
        assert refused.error == "queue-full"
        assert refused.verdict is not None
        assert refused.verdict.rule == "queue full: 2 parts wait already (line.queue)"
        assert bench.port.reports == []  # those before it have no verdict yet
        bench.rig.gate.set()
        await bench.until(lambda: len(bench.port.reports) == 4)
        assert [report.id for report in bench.port.reports] == numbers
        assert bench.rig.parts == ["P0", "P1", "P2"]

    on(running, work, queue=2)


def test_an_incomplete_capture_never_passes(running: Running) -> None:
    async def work(bench: Bench) -> None:
        error = IncompleteFrameError("right", "1,200 of 2,400 bytes are missing", "7", 1200)
        bench.rig.errors["P1"] = (error, CameraLostError("right", "is gone"))
        part = await bench.part("P1")
        assert (outcome_of(part), part.error) == (Outcome.NOT_INSPECTED, "incomplete")
        assert part.verdict is not None
        assert part.verdict.rule == (
            "what is not complete never passes: right, frame 7: 1,200 of 2,400 bytes are missing; and 1 more"
        )
        assert [frame.camera for frame in part.frames] == ["left"]
        assert outcome_of(await bench.part("P2")) is Outcome.PASS

    on(running, work)


def test_a_part_of_which_the_recipe_wants_more_frames_never_passes(product: Product) -> None:
    frames = tuple(frame_of(camera, "P1") for camera in ("left", "right"))
    capture = Capture("P1", frames, (), 0, 1)
    for change, rule in (
        ({"cameras": ("left", "right", "top")}, "the part has 0 of 1 frame of camera top"),
        ({"per_part": 2}, "the part has 1 of 2 frames of camera left, and 1 more"),
    ):
        wanted = product.recipe.frames.model_copy(update=change)
        own = replace(product, recipe=product.recipe.model_copy(update={"frames": wanted}))
        decision = decide(capture, own)
        assert (decision.verdict.outcome, decision.error) == (Outcome.NOT_INSPECTED, "inspection")
        assert decision.verdict.rule == f"what cannot be inspected never passes: {rule}"
    assert decide(capture, product).verdict.outcome is Outcome.PASS


@pytest.mark.parametrize("device", ["left", "light"])
def test_a_device_that_is_gone_is_told_once_and_once_when_it_is_back(
    running: Running, caplog: pytest.LogCaptureFixture, device: str
) -> None:
    async def work(bench: Bench) -> None:
        bench.rig.ill[device] = "does not answer"
        await bench.until(lambda: bench.line.status.state is State.ERROR)
        assert bench.line.status.error == f"{device}: does not answer"
        assert bench.line.status.faults == {device: "does not answer"}
        bench.rig.errors["P1"] = (CameraLostError(device, "does not answer"),)
        assert outcome_of(await bench.part("P1")) is Outcome.NOT_INSPECTED
        bench.rig.ill.clear()
        await bench.until(lambda: bench.line.status.state is State.READY)
        assert outcome_of(await bench.part("P2")) is Outcome.PASS

    caplog.set_level("INFO", "scuff")
    on(running, work)
    told = [record.message for record in caplog.records if device in record.message and "P1" not in record.message]
    assert told == [f"{device}: does not answer", f"{device}: is well again"]


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
        real = type(bench.store).begin

        def begin(self: Any, *args: Any) -> Any:
            real(self, *args)
            monkeypatch.setattr(type(bench.store), "begin", real)
            raise StoreError("the connection broke after the commit")

        monkeypatch.setattr(type(bench.store), "begin", begin)
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
        real = type(bench.store).begin

        def begin(self: Any, *args: Any) -> Any:
            real(self, *args)
            raise StoreError("the connection broke after the commit")

        monkeypatch.setattr(type(bench.store), "begin", begin)
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


def test_a_port_whose_peer_is_gone_gets_its_results_later_and_stops_nothing(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(bench: Bench) -> None:
        bench.port.refuses = "plc: does not answer"
        numbers = [(await bench.part(f"P{number}")).id for number in range(3)]
        await bench.until(lambda: bench.port.offered > 1)
        assert bench.line.status.faults == {"plc": "plc: does not answer"}
        assert (bench.line.status.state, bench.line.status.error) == (State.READY, "")
        bench.port.refuses = ""
        await bench.until(lambda: len(bench.port.reports) == 3)
        assert [report.id for report in bench.port.reports] == numbers
        assert bench.line.status.faults == {}

    caplog.set_level("INFO", "scuff")
    on(running, work)
    assert [record.message for record in caplog.records if record.message.startswith("plc: ")] == [
        "plc: does not answer",
        "plc: is well again",
    ]


def test_what_was_not_delivered_is_delivered_after_a_restart(running: Running) -> None:
    async def before(bench: Bench) -> None:
        bench.port.refuses = "plc: does not answer"
        await bench.part("P1")

    async def after(bench: Bench) -> None:
        await bench.until(lambda: bench.port.reports)
        assert [report.part for report in bench.port.reports] == ["P1"]

    on(running, before)
    on(running, after)


def test_a_defect_of_scuff_is_a_verdict_too(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    async def work(bench: Bench) -> None:
        bench.rig.broken = RuntimeError("unheard of")
        part = await bench.part("P1")
        assert (outcome_of(part), part.error) == (Outcome.NOT_INSPECTED, "internal")
        bench.rig.broken = None
        assert outcome_of(await bench.part("P2")) is Outcome.PASS

    on(running, work)
    assert "Traceback" in caplog.text


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


def test_a_report_of_another_version_is_told_once_and_holds_up_no_other(
    running: Running, product: Product, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.join("plc")
    verdict = Verdict(outcome=Outcome.PASS, rule="no defects")
    for number, report in enumerate(('{"schema_version": 2}', "no JSON"), start=1):
        begun = store.begin(f"old{number}", f"P{number}", "test", product.version, product.bundle, now())
        store.finish(begun.id, verdict, "", report, (), now())

    async def work(bench: Bench) -> None:
        for part in ("P3", "P4"):
            await bench.part(part)
        await bench.until(lambda: len(bench.port.reports) == 2)
        assert [report.part for report in bench.port.reports] == ["P3", "P4"]
        bench.line._deliveries[0].wake(1)  # all are looked at again
        await bench.line._deliveries[0].idle()
        assert [delivery.id for delivery in store.undelivered("plc", 0, 9)] == [1, 2]

    on(running, work)
    told = [message for message in caplog.messages if "not published" in message]
    assert [message.split(":")[2] for message in told] == [" part 1", " part 2"]
    assert "(schema_version: Input should be 1)" in told[0]


def test_another_product_is_chosen_when_no_part_waits(running: Running) -> None:
    async def work(bench: Bench) -> None:
        bench.rig.gate.clear()
        number = await bench.trigger("P1")
        await bench.line.select("plate", "plc")
        with pytest.raises(RecipeError, match="'lid': 1 parts of 'plate' have no verdict yet"):
            await bench.line.select("lid", "plc")
        bench.rig.gate.set()
        assert (await bench.finished(number)).recipe == "plate"
        await bench.until(lambda: bench.line.status.waiting == 0)
        await bench.line.select("lid", "plc")
        assert (await bench.part("P2")).recipe == "lid"
        with pytest.raises(RecipeError, match="'cup': is none of this station's recipes: plate, lid"):
            await bench.line.select("cup", "plc")

    on(running, work)


def test_a_capture_is_looked_at_as_one_of_its_own_product(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[tuple[str, str]] = []

    async def work(bench: Bench) -> None:
        stages = bench.line._stages
        monkeypatch.setattr(stages, "_look", lambda product, capture: looked.append((product.name, capture.part)))
        await bench.part("P1")
        await bench.until(lambda: bench.line.status.waiting == 0)
        await bench.line.select("lid", "plc")
        await bench.part("P2")
        await bench.until(lambda: len(looked) == 2)

    on(running, work)
    assert looked == [("plate", "P1"), ("lid", "P2")]


def test_what_is_done_with_the_station_is_stored(running: Running, store: Store) -> None:
    async def work(bench: Bench) -> None:
        await bench.line.select("lid", "Ada")
        await bench.line.select("lid", "modbus")  # it is selected already

    def told() -> list[tuple[str, str, str]]:
        return [(act.operator, act.action, act.note.split(" ")[0]) for act in reversed(store.acts(9))]

    on(running, work)
    assert told() == [("station", "start", "plate"), ("Ada", "select", "lid"), ("station", "stop", "")]


def test_a_choice_that_cannot_be_stored_is_not_made(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(bench: Bench) -> None:
        failing(monkeypatch, bench, "act")
        with pytest.raises(StoreError, match="the database is gone"):
            await bench.line.select("lid", "Ada")
        assert bench.line.status.recipe == "plate"

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
