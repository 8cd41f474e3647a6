"""A port whose address somebody else has."""

import asyncio
import logging
from collections.abc import Callable

import pytest
from tests.fixtures.fake_line import FakeLine
from tests.fixtures.soon import free_port, until

from scuff.core.station_recipe import Line, Modbus, OpcUa
from scuff.serving.modbus import ModbusPort
from scuff.serving.opcua import OpcUaPort
from scuff.serving.port import Port


def modbus(number: int) -> Port:
    return ModbusPort(Modbus(port=number), Line())


def opcua(number: int) -> Port:
    return OpcUaPort(OpcUa(port=number), Line())


@pytest.mark.parametrize("make", [modbus, opcua])
def test_an_address_that_is_taken_is_told_once_and_tried_again(
    caplog: pytest.LogCaptureFixture, make: Callable[[int], Port]
) -> None:
    async def run() -> None:
        number = free_port()
        other = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", number)
        runs = asyncio.create_task(make(number).run(FakeLine()))

        async def log() -> list[str]:
            return caplog.messages

        await until(log, lambda seen: any("cannot listen" in each for each in seen))
        other.close()
        await other.wait_closed()
        await until(log, lambda seen: any("listens at" in each for each in seen))
        runs.cancel()
        await asyncio.wait([runs])

    with caplog.at_level(logging.WARNING, "scuff"):
        asyncio.run(run())
    assert len([each for each in caplog.messages if "cannot listen" in each]) == 1
