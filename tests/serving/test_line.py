"""What the line promises of each part, of its devices, its ports and its products."""

from dataclasses import replace

import pytest
from tests.fixtures.fake_rig import frame_of
from tests.serving.conftest import Bench, Running, on, outcome_of

from scuff.core.errors import OtherPartError, RecipeError
from scuff.core.picture import read_picture
from scuff.core.verdict import Outcome, Verdict
from scuff.serving.equipment import now
from scuff.serving.inspecting import decide
from scuff.serving.port import State, Trigger
from scuff.serving.product import Product
from scuff.serving.report import PartReport
from scuff.station.acquisition_error import CameraLostError, IncompleteFrameError
from scuff.station.capture import Capture
from scuff.store.store import Store


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
