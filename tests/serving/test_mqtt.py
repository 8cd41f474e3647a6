import asyncio
import json
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import aiomqtt
import pytest
from tests.fixtures.broker import Broker
from tests.fixtures.fake_line import FakeLine, report
from tests.fixtures.soon import until

from scuff.core.errors import ScuffError, StationError
from scuff.core.station_recipe import Line, Mqtt
from scuff.serving.mqtt import MqttPort
from scuff.serving.port import PublishError, State
from scuff.serving.report import PartReport

SETTINGS = Line(station="booth1")


class Mes:
    """Everything that is published, and a hand to publish."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._client: aiomqtt.Client | None = None

    async def run(self) -> None:
        while True:
            try:
                async with aiomqtt.Client(
                    "127.0.0.1", self._broker.port, identifier="mes", clean_session=False
                ) as client:
                    await client.subscribe("scuff/#", qos=1)
                    self._client = client
                    async for message in client.messages:
                        topic = str(message.topic).rpartition("/")[2]
                        if topic != "trigger":
                            assert isinstance(message.payload, bytes)
                            self.heard.append((topic, json.loads(message.payload)))
            except aiomqtt.MqttError:
                self._client = None
            await asyncio.sleep(0.01)

    async def trigger(self, payload: str) -> None:
        async def connected() -> aiomqtt.Client | None:
            return self._client

        client = await until(connected, lambda client: client is not None)
        assert client
        await client.publish("scuff/booth1/trigger", payload, qos=1)

    async def hears(self, topic: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for so many messages."""

        async def look() -> list[dict[str, Any]]:
            return [message for name, message in self.heard if name == topic]

        return await until(look, lambda messages: len(messages) >= count)

    async def sees(self, state: str) -> None:
        """Wait until the last status says so."""

        async def look() -> list[str]:
            return [message["state"] for name, message in self.heard if name == "status"]

        await until(look, lambda states: states[-1:] == [state])


Story = Callable[[MqttPort, FakeLine, Mes], Awaitable[None]]


def play(broker: Broker, story: Story) -> None:
    async def run() -> None:
        port, line, mes = MqttPort(Mqtt(host="127.0.0.1", port=broker.port), SETTINGS), FakeLine(), Mes(broker)
        tasks = [asyncio.create_task(mes.run()), asyncio.create_task(port.run(line))]
        await mes.sees("ready")
        await story(port, line, mes)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    asyncio.run(run())


async def deliver(port: MqttPort, parts: PartReport) -> None:
    """Try until it is delivered, as the line does."""
    while True:
        try:
            return await port.publish(parts)
        except PublishError:
            await asyncio.sleep(0.01)


def test_a_part_from_trigger_to_result(broker: Broker) -> None:
    async def story(port: MqttPort, line: FakeLine, mes: Mes) -> None:
        await mes.trigger('{"id": "A-1", "part": "LID-0042"}')
        assert await mes.hears("accepted") == [{"id": "A-1", "number": 1, "part": "LID-0042", "is_new": True}]
        assert [(each.id, each.part, each.source) for each in line.triggers] == [("A-1", "LID-0042", "mqtt")]
        await port.publish(report(1, trigger="A-1", part="LID-0042"))
        result = (await mes.hears("result"))[0]
        assert PartReport.model_validate(result) == report(1, trigger="A-1", part="LID-0042")

    play(broker, story)


def test_a_trigger_that_comes_twice_is_one_part(broker: Broker) -> None:
    async def story(port: MqttPort, line: FakeLine, mes: Mes) -> None:
        await mes.trigger('{"id": "A-1"}')
        await mes.trigger('{"id": "A-1"}')
        answers = await mes.hears("accepted", 2)
        assert [answer["is_new"] for answer in answers] == [True, False]
        assert {answer["number"] for answer in answers} == {1}

    play(broker, story)


@pytest.mark.parametrize(
    ("payload", "id", "reason"),
    [
        ("go", "", "Invalid JSON"),
        ("[]", "", "Input should be an object"),
        ('{"part": "P1"}', "", "id: Field required"),
        ('{"id": ""}', "", "id: String should have at least 1 character"),
        ('{"id": 7}', "7", "id: Input should be a valid string"),
        ('{"id": "A-1", "serial": "P1"}', "A-1", "serial: Extra inputs are not permitted"),
        (
            json.dumps({"id": "A-1", "part": "P1\nP2"}),
            "A-1",
            "part: Value error, 'P1\\nP2' has characters that cannot be",
        ),
        (json.dumps({"id": "A-1", "part": 65 * "x"}), "A-1", "part: String should have at most 64 characters"),
    ],
)
def test_a_trigger_that_is_none_is_refused_with_the_reason(broker: Broker, payload: str, id: str, reason: str) -> None:
    async def story(port: MqttPort, line: FakeLine, mes: Mes) -> None:
        await mes.trigger(payload)
        refused = (await mes.hears("refused"))[0]
        assert refused["id"] == id
        assert reason in refused["reason"]
        assert '{"id": "A-1", "part": "SERIAL"}' in refused["reason"]
        await mes.trigger('{"id": "A-2"}')
        await mes.hears("accepted")
        assert len(line.triggers) == 1

    play(broker, story)


@pytest.mark.parametrize("error", [ScuffError("the disk is full"), RuntimeError("a defect of scuff")])
def test_what_the_line_cannot_take_is_refused(broker: Broker, error: Exception) -> None:
    async def story(port: MqttPort, line: FakeLine, mes: Mes) -> None:
        line.error = error
        await mes.trigger('{"id": "A-1"}')
        assert (await mes.hears("refused"))[0] == {"id": "A-1", "reason": str(error)}

    play(broker, story)


def test_the_status_is_kept_for_those_who_come_later(broker: Broker) -> None:
    async def story(port: MqttPort, line: FakeLine, mes: Mes) -> None:
        line.become(State.ERROR, "camera left is lost")
        await mes.sees("error")
        async with aiomqtt.Client("127.0.0.1", broker.port) as late:
            await late.subscribe("scuff/booth1/status", qos=1)
            message = await anext(aiter(late.messages))
        assert message.retain
        assert isinstance(message.payload, bytes)
        status = json.loads(message.payload)
        assert (status["state"], status["error"]) == ("error", "camera left is lost")
        assert status["recipes"] == ["lid", "sink"]

    play(broker, story)


def test_a_station_that_stops_says_so(broker: Broker) -> None:
    async def run() -> None:
        mes = Mes(broker)
        port = asyncio.create_task(MqttPort(Mqtt(host="127.0.0.1", port=broker.port), SETTINGS).run(FakeLine()))
        hears = asyncio.create_task(mes.run())
        await mes.sees("ready")
        port.cancel()
        await mes.sees("offline")
        hears.cancel()
        await asyncio.wait([port, hears])

    asyncio.run(run())


def test_a_station_that_dies_is_told_of_by_the_broker(broker: Broker) -> None:
    async def story(port: MqttPort, line: FakeLine, mes: Mes) -> None:
        assert port._link
        sock = port._link._client._client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)
        states = [message["state"] for message in await mes.hears("status", 3)]
        assert states == ["ready", "offline", "ready"]

    play(broker, story)


def test_messages_are_not_held_back(broker: Broker) -> None:
    async def story(port: MqttPort, line: FakeLine, mes: Mes) -> None:
        assert port._link
        sock = port._link._client._client.socket()
        assert isinstance(sock, socket.socket)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    play(broker, story)


def test_a_trigger_that_is_not_stored_yet_comes_again_after_the_station_died(broker: Broker) -> None:
    async def story(port: MqttPort, line: FakeLine, mes: Mes) -> None:
        line.stores.clear()
        await mes.trigger('{"id": "A-1"}')
        broker.stop()
        broker.start()
        line.stores.set()
        accepted = await mes.hears("accepted")
        assert accepted[0]["id"] == "A-1"
        assert len(line.triggers) == 1

    play(broker, story)


def test_a_broker_that_goes_and_comes_loses_nothing(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    async def story(port: MqttPort, line: FakeLine, mes: Mes) -> None:
        for number in range(1, 11):
            await deliver(port, report(number))
        await mes.hears("result", 10)
        broker.kill()
        with pytest.raises(PublishError, match="part 11, P0011"):
            await asyncio.wait_for(port.publish(report(11)), 20)
        broker.start()
        for number in range(11, 21):
            await deliver(port, report(number))
        results = [result["id"] for result in await mes.hears("result", 20)]
        assert list(dict.fromkeys(results)) == list(range(1, 21))
        await mes.sees("ready")

    with caplog.at_level(logging.WARNING, "scuff"):
        play(broker, story)
    assert len([each for each in caplog.messages if "no connection to the broker" in each]) == 1
    assert len([each for each in caplog.messages if "connected to the broker" in each]) == 1


def test_a_broker_that_dies_while_it_has_a_result_in_hand(broker: Broker) -> None:
    async def story(port: MqttPort, line: FakeLine, mes: Mes) -> None:
        broker.freeze()
        publish = asyncio.create_task(port.publish(report(1)))
        await asyncio.sleep(0.05)
        assert not publish.done()
        broker.kill()
        with pytest.raises(PublishError, match="part 1, P0001"):
            await asyncio.wait_for(publish, 3)

    play(broker, story)


def test_without_a_broker_results_wait() -> None:
    async def run() -> None:
        with pytest.raises(PublishError, match="not connected to the broker"):
            await MqttPort(Mqtt(host="127.0.0.1"), SETTINGS).publish(report(1))

    asyncio.run(run())


def test_a_name_that_no_topic_may_have() -> None:
    with pytest.raises(StationError, match=r"'scuff/booth#1' has '#'"):
        MqttPort(Mqtt(), Line(station="booth#1"))


def test_a_user_has_a_password() -> None:
    with pytest.raises(StationError, match=r"mqtt\.password_file is not set"):
        MqttPort(Mqtt(user="station"), SETTINGS)
