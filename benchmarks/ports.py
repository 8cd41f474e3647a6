"""What the ports to PLC and MES add: from a trigger to its answer, and from a stored verdict to the result on offer.

The line behind them stores and inspects nothing, so the figures are those of the ports alone. Station and peer are two
processes on one machine; the peer polls as fast as it can (Modbus, OPC UA) or is sent messages (MQTT).

    python benchmarks/ports.py --rounds 500
"""

import argparse
import asyncio
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import aiomqtt
from asyncua import Client, ua
from pymodbus.client import AsyncModbusTcpClient

from scuff.core.station_recipe import Line, Modbus, Mqtt, OpcUa
from scuff.core.verdict import Outcome
from scuff.serving import modbus_map
from scuff.serving.modbus import ModbusPort
from scuff.serving.mqtt import MqttPort
from scuff.serving.opcua import NAMESPACE, OpcUaPort
from scuff.serving.port import Accepted, Port, State, Status, Trigger
from scuff.serving.report import PartReport

INSPECTION_S = 0.005
LINE = Line(station="bench")
Times = list[float]


@dataclass
class IdleLine:
    """A line that gives each part a verdict at once, and writes down when it did.

    Args:
        began: Time at which the result of a part was handed to the port, by the part's number.
    """

    began: Any
    status: Status = field(default_factory=lambda: Status(State.READY, "", "lid", 0, {}))
    recipes: tuple[str, ...] = ("lid",)
    triggers: asyncio.Queue[tuple[int, Trigger]] = field(default_factory=asyncio.Queue)
    count: int = 0

    async def changes(self) -> AsyncIterator[Status]:
        """Nothing ever changes."""
        yield self.status
        await asyncio.Event().wait()

    async def trigger(self, trigger: Trigger) -> Accepted:
        """Take a part on."""
        self.count += 1
        self.triggers.put_nowait((self.count, trigger))
        return Accepted(self.count, f"P{self.count}", is_new=True)

    async def select(self, recipe: str, operator: str) -> None:
        """There is only one."""

    async def deliver(self, port: Port) -> None:
        """Publish what was triggered."""
        while True:
            number, trigger = await self.triggers.get()
            await asyncio.sleep(INSPECTION_S)
            self.began[number] = time.monotonic()
            await port.publish(_report(number, trigger.id))


def _report(number: int, trigger: str) -> PartReport:
    return PartReport(
        schema_version=1,
        id=number,
        trigger=trigger,
        part=f"P{number}",
        station="bench",
        recipe="lid",
        recipe_sha256="0" * 64,
        bundle="",
        outcome=Outcome.PASS,
        rule="none",
        error="",
        defects=(),
        simulated=True,
        triggered_at="2025-01-01T00:00:00Z",
        finished_at="2025-01-01T00:00:00Z",
        inspection_ms=1.0,
    )


def station(kind: str, number: int, began: Any) -> None:
    """Run a port with an idle line, in a process of its own."""

    async def run() -> None:
        ports: Mapping[str, Callable[[], Port]] = {
            "Modbus TCP": lambda: ModbusPort(Modbus(port=number), LINE),
            "MQTT": lambda: MqttPort(Mqtt(host="127.0.0.1", port=number), LINE),
            "OPC UA": lambda: OpcUaPort(OpcUa(port=number), LINE),
        }
        line, port = IdleLine(began), ports[kind]()
        await asyncio.gather(port.run(line), line.deliver(port))

    asyncio.run(run())


async def modbus(number: int, rounds: int, began: Any) -> tuple[Times, Times]:
    """Measure as a PLC over Modbus TCP: times to Accepted and to ResultValid, in s."""
    client = AsyncModbusTcpClient("127.0.0.1", port=number)
    while not await client.connect():
        await asyncio.sleep(0.05)

    async def sees(name: str, value: bool) -> None:
        place = modbus_map.DISCRETE_INPUTS.index({"ResultValid": "result_valid"}.get(name, name.lower()))
        while (await client.read_discrete_inputs(place)).bits[0] != value:
            pass

    async def sets(name: str, value: bool) -> None:
        await client.write_coil({"Trigger": modbus_map.TRIGGER, "Ack": modbus_map.ACK}[name], value)

    return await _handshakes(rounds, began, sees, sets)


async def opcua(number: int, rounds: int, began: Any) -> tuple[Times, Times]:
    """Measure as a PLC over OPC UA that reads and writes variables: times to Accepted and to ResultValid, in s."""
    client = await _opcua_client(f"opc.tcp://127.0.0.1:{number}/scuff/")
    namespace = await client.get_namespace_index(NAMESPACE)
    names = ("Ready", "Accepted", "ResultValid", "Trigger", "Ack")
    nodes = {name: client.get_node(f"ns={namespace};s=scuff.{name}") for name in names}

    async def sees(name: str, value: bool) -> None:
        while await nodes[name].read_value() != value:
            pass

    async def sets(name: str, value: bool) -> None:
        await nodes[name].write_value(ua.Variant(value, ua.VariantType.Boolean))

    times = await _handshakes(rounds, began, sees, sets)
    await client.disconnect()
    return times


async def _opcua_client(url: str) -> Client:
    while True:
        client = Client(url)
        try:
            await client.connect()
        except OSError:
            await asyncio.sleep(0.2)
        else:
            return client


Signal = Callable[[str, bool], Awaitable[None]]


async def _handshakes(rounds: int, began: Any, sees: Signal, sets: Signal) -> tuple[Times, Times]:
    answers, results = [], []
    for name in ("Trigger", "Ack"):
        await sets(name, False)  # what is on before that might be older than the station's start
    for number in range(1, rounds + 1):
        await sees("Ready", True)
        start = time.monotonic()
        await sets("Trigger", True)
        await sees("Accepted", True)
        answers.append(time.monotonic() - start)
        await sets("Trigger", False)
        await sees("ResultValid", True)
        results.append(time.monotonic() - began[number])
        await sets("Ack", True)
        await sees("ResultValid", False)
        await sets("Ack", False)
    return answers, results


async def mqtt(number: int, rounds: int, began: Any) -> tuple[Times, Times]:
    """Measure as an MES: times to the message that a trigger is accepted, and to the result, in s."""
    answers, results = [], []
    no_delay = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    async with aiomqtt.Client("127.0.0.1", number, socket_options=no_delay) as client:
        for topic in ("status", "accepted", "result"):
            await client.subscribe(f"scuff/bench/{topic}", qos=1)
        messages = aiter(client.messages)
        await anext(messages)
        for part in range(1, rounds + 1):
            start = time.monotonic()
            await client.publish("scuff/bench/trigger", f'{{"id": "{part}"}}', qos=1)
            await anext(messages)
            answers.append(time.monotonic() - start)
            await anext(messages)
            results.append(time.monotonic() - began[part])
    return answers, results


@contextmanager
def broker(number: int) -> Iterator[None]:
    """Run mosquitto on loopback."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "mosquitto"
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "mosquitto.conf"
        user = "user root\n" if os.geteuid() == 0 else ""
        settings.write_text(
            f"listener {number} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n{user}", encoding="utf-8"
        )
        process = subprocess.Popen([program, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while process.poll() is None and not _listens(number):
                time.sleep(0.01)
            yield
        finally:
            process.terminate()
            process.wait()


def _listens(number: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", number)) == 0


def measure(kind: str, rounds: int) -> tuple[Times, Times]:
    """Measure one port, in s."""
    peers = {"Modbus TCP": modbus, "MQTT": mqtt, "OPC UA": opcua}
    context = multiprocessing.get_context("spawn")
    began = context.Array("d", rounds + 1)
    number = _free_port()
    process = context.Process(target=station, args=(kind, number, began), daemon=True)
    with broker(number) if kind == "MQTT" else _nothing():
        process.start()
        try:
            return asyncio.run(peers[kind](number, rounds, began))
        finally:
            process.terminate()
            process.join()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _row(kind: str, what: str, times: Times) -> str:
    return f"{kind:<12}{what:<32}{1000 * median(times):>9.2f}{1000 * quantiles(times, n=100)[-1]:>9.2f}"


def main() -> None:
    """Print medians and 99th percentiles."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=500)
    rounds = parser.parse_args().rounds
    lines = [f"{'port':<12}{'ms, ' + str(rounds) + ' rounds':<32}{'median':>9}{'99 %':>9}"]
    for kind in ("Modbus TCP", "MQTT", "OPC UA"):
        answers, results = measure(kind, rounds)
        lines += [_row(kind, "trigger to accepted", answers), _row(kind, "stored verdict to result", results)]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
