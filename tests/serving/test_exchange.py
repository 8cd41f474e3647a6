import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.fixtures.fake_line import FakeLine, report
from tests.fixtures.soon import until

from scuff.core.errors import OtherPartError, ScuffError
from scuff.core.verdict import Outcome
from scuff.serving.exchange import Exchange
from scuff.serving.port import PublishError, State
from scuff.serving.signals import Code, Inputs

OFF = Inputs(trigger=False, ack=False)

Story = Callable[[Exchange, FakeLine], Awaitable[None]]


def play(story: Story, ack_timeout_s: float = 20.0) -> None:
    """Let a line and an exchange run while the story is told."""

    async def run() -> None:
        line, exchange = FakeLine(), Exchange("plc", ack_timeout_s, lambda: None)
        follow = asyncio.create_task(exchange.follow(line))
        await sees(exchange, "ready")
        exchange.set(OFF)
        await story(exchange, line)
        follow.cancel()
        await asyncio.wait([follow])

    asyncio.run(run())


async def sees(exchange: Exchange, name: str, value: object = True) -> None:
    async def look() -> object:
        return getattr(exchange.outputs, name)

    await until(look, lambda seen: seen == value)


def test_busy_only_once_the_trigger_is_stored() -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        line.stores.clear()
        exchange.set(Inputs(trigger=True, serial="P7", trigger_id=12))
        await asyncio.sleep(0)
        outputs = exchange.outputs
        assert [outputs.accepted, outputs.busy, outputs.ready] == [False] * 3
        line.stores.set()
        await sees(exchange, "busy")
        assert exchange.outputs.accepted
        assert [(each.id, each.part, each.source) for each in line.triggers] == [("plc-12", "P7", "plc")]
        assert exchange.accepted
        assert exchange.accepted.part == "P7"

    play(story)


def test_triggers_without_a_number_are_parts_of_their_own() -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        for _ in range(2):
            exchange.set(Inputs(trigger=True))
            await sees(exchange, "accepted")
            exchange.set(OFF)
        assert len({each.id for each in line.triggers}) == 2

    play(story)


def test_a_repeated_number_is_one_part() -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        for known in (False, True):
            exchange.set(Inputs(trigger=True, trigger_id=5))
            await sees(exchange, "accepted")
            assert exchange.outputs.known is known
            exchange.set(OFF)
        assert len(line.triggers) == 1

    play(story)


@pytest.mark.parametrize("error", [ScuffError("the disk is full"), RuntimeError("a defect of scuff")])
def test_what_the_line_cannot_take_is_refused_and_logged(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        line.error = error
        exchange.set(Inputs(trigger=True))
        await sees(exchange, "refused")
        assert exchange.outputs.refusal is Code.NOT_TAKEN
        exchange.set(Inputs(select=True, recipe=2))
        await sees(exchange, "recipe_refusal", Code.RECIPE_REFUSED)

    play(story)
    assert caplog.messages == [f"plc: a trigger was refused: {error}", f"plc: recipe 2 was not selected: {error}"]
    assert [record.exc_info is not None and bool(record.exc_info) for record in caplog.records] == [
        isinstance(error, RuntimeError)
    ] * 2


def test_a_number_that_was_another_parts_is_refused_as_such() -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        line.error = OtherPartError("that was part P1")
        exchange.set(Inputs(trigger=True, trigger_id=5, serial="P2"))
        await sees(exchange, "refusal", Code.OTHER_PART)

    play(story)


def test_results_wait_for_each_other_and_for_ack() -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        first = asyncio.create_task(exchange.publish(report(1, trigger="plc-41")))
        await sees(exchange, "ok")
        assert exchange.trigger_id == 41
        exchange.set(Inputs(ack=True))
        await first
        second = asyncio.create_task(exchange.publish(report(2, Outcome.FAIL, trigger="http-9")))
        await asyncio.sleep(0)
        assert not exchange.outputs.result_valid
        exchange.set(OFF)
        assert exchange.outputs.ng
        assert exchange.trigger_id == 0
        exchange.set(Inputs(ack=True))
        await second
        assert exchange.taken == {Outcome.PASS: 1, Outcome.FAIL: 1}

    play(story)


def test_an_identifier_that_only_looks_like_a_number_of_the_plc() -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        for trigger, number in (("plc-4294967295", 2**32 - 1), ("plc-4294967296", 0), ("plc-x", 0), ("http-7", 0)):
            exchange.report = report(1, trigger=trigger)
            assert exchange.trigger_id == number

    play(story)


def test_a_plc_that_is_gone_and_comes_back_is_told_twice(caplog: pytest.LogCaptureFixture) -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        for _ in range(2):
            with pytest.raises(PublishError, match=r"plc: the PLC did not acknowledge .* part 1, P0001"):
                await exchange.publish(report(1))
            assert exchange.outputs.error_code is Code.ACK_TIMEOUT
        again = asyncio.create_task(exchange.publish(report(1)))
        await sees(exchange, "result_valid")
        exchange.set(Inputs(ack=True))
        await again
        assert not exchange.outputs.error

    play(story, ack_timeout_s=0.05)
    assert len(caplog.messages) == 2
    assert "did not acknowledge" in caplog.messages[0]
    assert caplog.messages[1] == "plc: the PLC acknowledges results again"


def test_an_ack_left_on_is_told_from_none(caplog: pytest.LogCaptureFixture) -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        exchange.set(Inputs(ack=True))
        with pytest.raises(PublishError, match="left Ack on"):
            await exchange.publish(report(1))
        assert exchange.outputs.error_code is Code.ACK_STUCK

    play(story, ack_timeout_s=0.01)


def test_a_line_that_stops_takes_its_result_back() -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        task = asyncio.create_task(exchange.publish(report(1)))
        await sees(exchange, "result_valid")
        task.cancel()
        await asyncio.wait([task])
        assert not exchange.outputs.result_valid

    play(story)


def test_recipes_are_numbered_from_one() -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        assert exchange.recipe == 1
        exchange.set(Inputs(select=True, recipe=2))
        await sees(exchange, "recipe_accepted")
        exchange.set(OFF)
        await sees(exchange, "ready")
        assert (line.status.recipe, exchange.recipe) == ("sink", 2)

    play(story)


def test_the_line_says_how_it_is() -> None:
    async def story(exchange: Exchange, line: FakeLine) -> None:
        line.become(State.ERROR, "camera left is lost")
        await sees(exchange, "error_code", Code.LINE_ERROR)
        assert exchange.status
        assert exchange.status.error == "camera left is lost"
        line.become(State.READY)
        await sees(exchange, "error", False)

    play(story)


def test_a_result_that_is_named_is_taken_whatever_ack_was_before_the_start() -> None:
    async def run() -> None:
        exchange = Exchange("opcua", 20.0, lambda: None)
        publish = asyncio.create_task(exchange.publish(report(1)))
        await sees(exchange, "result_valid")
        assert not exchange.acknowledge(2)
        assert exchange.acknowledge(1)
        await publish
        assert exchange.taken == {Outcome.PASS: 1}

    asyncio.run(run())
