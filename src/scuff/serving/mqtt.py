"""Triggers and results over an MQTT broker, each message kept until it is acknowledged."""

import asyncio
import contextlib
import logging
import socket

import aiomqtt

from scuff.core.errors import ScuffError, StationError
from scuff.core.station_recipe import Line, Mqtt
from scuff.serving.backoff import Backoff
from scuff.serving.ending import until_cancelled
from scuff.serving.messages import AcceptedMessage, RefusedMessage, StatusMessage, TriggerMessage, trigger_of
from scuff.serving.mqtt_link import Link, hold
from scuff.serving.port import LineControl, PublishError, Trigger
from scuff.serving.report import PartReport
from scuff.serving.secret import secret_of
from scuff.serving.trouble import Trouble

LOGGER = logging.getLogger(__name__)
ANSWER_S = 5.0
"""How long the broker may take to acknowledge, and to be heard of at all."""
NO_DELAY = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
"""Without it each acknowledgement waits for about 40 ms."""
OFFLINE = StatusMessage(state="offline").model_dump_json()


class MqttPort:
    """A client of an MQTT 3.1.1 broker; all messages are JSON with QoS 1.

    A trigger is acknowledged to the broker only once it is in the store, so one that comes while the station dies
    comes again; the broker keeps those that come while it is away, in its session.

    Args:
        settings: The broker.
        line: The line's settings.

    Raises:
        StationError: The topic is none that can be published to, or the password cannot be read.
    """

    name = "mqtt"

    def __init__(self, settings: Mqtt, line: Line) -> None:
        self._topic = f"{settings.topic}/{line.station}"
        if wrong := [each for each in "+#\0" if each in self._topic]:
            raise StationError(
                f"mqtt.topic, line.station: {self._topic!r} has {wrong[0]!r}, which no topic may have; rename it"
            )
        self._settings = settings
        self._password = secret_of(settings.password_file, "mqtt.password_file") if settings.user else None
        self._station = line.station
        self._trouble = Trouble(LOGGER, self.name)
        self._link: Link | None = None

    async def run(self, line: LineControl) -> None:
        """Keep connected to the broker, until cancelled."""
        await until_cancelled(self._keep_connected(line))

    async def publish(self, report: PartReport) -> None:
        """Publish a result; returns when the broker has acknowledged it.

        Raises:
            PublishError: It did not.
        """
        if (link := self._link) is None:
            raise PublishError(f"mqtt: not connected to the broker: part {report.id}, {report.part}")
        try:
            await link.send(f"{self._topic}/result", report)
        except aiomqtt.MqttError as error:
            raise PublishError(f"mqtt: {error}: part {report.id}, {report.part}") from error

    async def _keep_connected(self, line: LineControl) -> None:
        backoff = Backoff()
        where = f"{self._settings.host}:{self._settings.port}"
        while True:
            try:
                async with self._connection() as client:
                    backoff.reset()
                    self._trouble.over(f"connected to the broker at {where} again")
                    await self._talk(client, line)
            except* (aiomqtt.MqttError, OSError) as errors:
                self._trouble.begins(
                    f"no connection to the broker at {where} (mqtt.host, mqtt.port): {_first(errors)}; results are "
                    "kept and published when it is back"
                )
            except* Exception:
                LOGGER.exception("mqtt: a defect of scuff; the port begins again")
            await backoff.wait()

    def _connection(self) -> aiomqtt.Client:
        settings = self._settings
        client = aiomqtt.Client(
            settings.host,
            settings.port,
            username=settings.user or None,
            password=self._password,
            identifier=f"{settings.topic}-{self._station}",
            clean_session=False,
            will=aiomqtt.Will(f"{self._topic}/status", OFFLINE, qos=1, retain=True),
            timeout=ANSWER_S,
            keepalive=int(ANSWER_S),
            socket_options=[NO_DELAY],
            tls_params=aiomqtt.TLSParameters(ca_certs=settings.ca_file) if settings.ca_file else None,
        )
        hold(client)
        return client

    async def _talk(self, client: aiomqtt.Client, line: LineControl) -> None:
        link, messages = Link(client), asyncio.Queue[aiomqtt.Message]()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hear(client, messages))
                await client.subscribe(f"{self._topic}/trigger", qos=1)
                self._link = link
                tasks.create_task(self._answer(link, messages, line))
                tasks.create_task(self._tell(link, line))
        finally:
            self._link = None
            link.cut()
            with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(1):
                    await client.publish(f"{self._topic}/status", OFFLINE, qos=1, retain=True)

    async def _hear(self, client: aiomqtt.Client, messages: asyncio.Queue[aiomqtt.Message]) -> None:
        """Do nothing but listen, so that a connection that is lost is noticed whatever else is going on."""
        async for message in client.messages:
            messages.put_nowait(message)

    async def _answer(self, link: Link, messages: asyncio.Queue[aiomqtt.Message], line: LineControl) -> None:
        while True:
            message = await messages.get()
            trigger = trigger_of(message.payload if isinstance(message.payload, bytes) else b"")
            answer = await self._take_on(trigger, line) if isinstance(trigger, TriggerMessage) else trigger
            topic = "refused" if isinstance(answer, RefusedMessage) else "accepted"
            await link.send(f"{self._topic}/{topic}", answer)
            link.acknowledge(message)

    async def _take_on(self, message: TriggerMessage, line: LineControl) -> AcceptedMessage | RefusedMessage:
        try:
            accepted = await line.trigger(Trigger(message.id, message.part, self.name))
        except Exception as error:
            # What is not a ScuffError is a defect of scuff: the MES is answered all the same, the log has its trace.
            LOGGER.warning(
                "mqtt: trigger %s was refused: %s", message.id, error, exc_info=not isinstance(error, ScuffError)
            )
            return RefusedMessage(id=message.id, reason=str(error))
        return AcceptedMessage(id=message.id, number=accepted.id, part=accepted.part, is_new=accepted.is_new)

    async def _tell(self, link: Link, line: LineControl) -> None:
        async for status in line.changes():
            message = StatusMessage(
                state=status.state,
                error=status.error,
                recipe=status.recipe,
                recipes=line.recipes,
                waiting=status.waiting,
                faults=dict(status.faults),
            )
            await link.send(f"{self._topic}/status", message, retain=True)


def _first(errors: BaseException) -> BaseException:
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
