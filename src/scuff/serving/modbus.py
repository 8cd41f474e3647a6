"""The station as a Modbus TCP server: a PLC writes coils and registers, and reads inputs."""

import asyncio
import logging
import time
from collections.abc import Sequence

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from scuff.core.station_recipe import Line, Modbus
from scuff.serving import modbus_map as table
from scuff.serving.backoff import Backoff
from scuff.serving.exchange import Exchange
from scuff.serving.port import LineControl
from scuff.serving.report import PartReport
from scuff.serving.trouble import Trouble

LOGGER = logging.getLogger(__name__)
READ_COILS, READ_DISCRETE_INPUTS, READ_INPUT_REGISTERS = 1, 2, 4
WRITE_COILS = (5, 15)


class ModbusPort:
    """A Modbus TCP server with the handshake as coils, inputs and registers.

    Any number of masters may read; they share one set of coils, so one of them should trigger. Coils stay as they
    are when a master goes away: it finds them again, and a restarted one sets them to zero first.

    Args:
        settings: Where to listen.
        line: The line's settings.
    """

    name = "modbus"

    def __init__(self, settings: Modbus, line: Line) -> None:
        self._settings = settings
        self._trouble = Trouble(LOGGER, self.name)
        self._exchange = Exchange(self.name, line.ack_timeout_s, self._take_back)
        self._coils: list[bool | None] = [None] * table.COILS
        self._holding = [0] * table.HOLDING_REGISTERS

    async def run(self, line: LineControl) -> None:
        """Listen, until cancelled; where the address cannot be had, try again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._exchange.follow(line))
            tasks.create_task(self._listen())

    async def publish(self, report: PartReport) -> None:
        """Offer a result; returns when the PLC has acknowledged it.

        Raises:
            PublishError: It did not within ``line.ack_timeout_s``.
        """
        await self._exchange.publish(report)

    async def _listen(self) -> None:
        # Its own words on a port that is taken, or on a master that sends rubbish, would come again and again.
        logging.getLogger("pymodbus_logger").setLevel(logging.CRITICAL)
        backoff = Backoff()
        address = (self._settings.host, self._settings.port)
        while True:
            server = ModbusTcpServer(self._device(), address=address, trace_connect=self._met)
            try:
                await server.serve_forever(background=True)
                self._trouble.over(f"listens at {address[0]}:{address[1]} now")
                await asyncio.Event().wait()
            except (OSError, RuntimeError):
                self._trouble.begins(
                    f"cannot listen at {address[0]}:{address[1]} (modbus.host, modbus.port), and goes on trying; "
                    "does another program listen there, or is a port below 1024 not allowed?"
                )
            finally:
                await server.shutdown()
            await backoff.wait()

    def _met(self, connected: bool) -> None:
        LOGGER.debug("modbus: a master has %s", "connected" if connected else "gone")

    def _device(self) -> SimDevice:
        coils = SimData(0, values=[False] * table.COILS, datatype=DataType.BITS)
        inputs = SimData(0, values=[False] * len(table.DISCRETE_INPUTS), datatype=DataType.BITS)
        holding = SimData(0, values=self._holding, datatype=DataType.REGISTERS)
        registers = SimData(0, values=[0] * table.INPUT_REGISTERS, datatype=DataType.REGISTERS)
        return SimDevice(0, simdata=([coils], [inputs], [holding], [registers]), action=self._answer)

    async def _answer(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        current: list[int],
        new: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Before pymodbus reads its memory, put there what is so now; of what is to be written, take note."""
        if new is not None:
            return self._write(function, address, new)
        if function == READ_COILS:
            current[0] = _word(self._coils)
        elif function == READ_DISCRETE_INPUTS:
            current[0] = _word(table.discrete_inputs(self._exchange.outputs))
        elif function == READ_INPUT_REGISTERS:
            current[: table.INPUT_REGISTERS] = table.input_registers(self._exchange, int(time.monotonic()))
        return None

    def _write(self, function: int, address: int, new: list[int] | list[bool]) -> ExcCodes | None:
        if function not in WRITE_COILS:
            self._holding[address : address + len(new)] = new
            return None
        if address + len(new) > table.COILS:
            return ExcCodes.ILLEGAL_ADDRESS
        written: list[bool | None] = [bool(each) for each in new]
        coils = [*self._coils]
        coils[address : address + len(new)] = written
        if coils[table.TRIGGER] is None and coils[table.ONCE]:
            # Whoever writes the coil that the station takes back writes it once: it was off before.
            coils[table.TRIGGER] = self._coils[table.TRIGGER] = False
            self._exchange.set(table.inputs_of(self._coils, self._holding))
        self._coils = coils
        self._exchange.set(table.inputs_of(self._coils, self._holding))
        self._take_back()
        return None

    def _take_back(self) -> None:
        """Clear the coils that are the station's to clear, once their answer is there."""
        waits = (self._exchange.triggers, False, self._exchange.selects)
        places = [place + table.ONCE for place, waiting in enumerate(waits) if not waiting]
        if answered := [place for place in places if self._coils[place]]:
            for place in answered:
                self._coils[place] = False
            self._exchange.set(table.inputs_of(self._coils, self._holding))


def _word(bits: Sequence[bool | None]) -> int:
    return sum(bool(bit) << place for place, bit in enumerate(bits))
