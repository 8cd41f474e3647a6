"""A light controller in software that speaks Modbus TCP: what a simulated booth and the tests have in its place."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from scuff.core.errors import StationError
from scuff.core.station_recipe import Light

READ_INPUTS, WRITE_COILS = 2, (5, 15)
OF_COILS, OF_REGISTERS = (1, *WRITE_COILS), (3, 6, 16)
"""Functions of Modbus."""

BITS = 16
"""Coils or inputs in a word."""

STARTED_S = 5.0

Changed = Callable[[Mapping[str, float], frozenset[str]], object]
"""Is told the intensities by luminaire, and which of them flash."""

# A port that is taken is an error of ours; pymodbus would tell it a second time.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class ModbusLightServer:
    """A controller with the register map of ``[light]``, run in a thread of its own.

    Attributes:
        ceilings: The most that registers of luminaires keep, by name; more is cut off, as some controllers do.
    """

    def __init__(self, settings: Light, changed: Changed | None = None) -> None:
        """Prepare one.

        Args:
            settings: Its luminaires and their addresses; ``host`` and ``port`` are where it listens, 0: any free port.
            changed: Called in the server's thread after each change, before it is answered.
        """
        self.ceilings: dict[str, int] = {}
        self._settings, self._changed = settings, changed
        self._registers = dict.fromkeys(settings.luminaires, 0)
        self._strobes = dict.fromkeys(settings.luminaires, False)
        self._faulty: set[str] = set()
        coils, registers, inputs = map(_by_address, (settings.strobe_coils, settings.registers, settings.fault_inputs))
        self._names = {
            READ_INPUTS: inputs,
            **dict.fromkeys(OF_COILS, coils),
            **dict.fromkeys(OF_REGISTERS, registers),
        }
        self._started, self._problem = Event(), ""
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), name="modbus-light", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: ModbusTcpServer | None = None
        self.port = settings.port

    @property
    def intensities(self) -> dict[str, float]:
        """What each luminaire gives, from 0 to 1."""
        return {name: value / self._settings.full_scale for name, value in self._registers.items()}

    def start(self) -> None:
        """Listen; afterwards ``port`` is where.

        Raises:
            StationError: It cannot.
        """
        self._thread.start()
        if not self._started.wait(STARTED_S) or self._problem:
            where = f"{self._settings.host}:{self._settings.port}"
            raise StationError(f"no light controller can listen at {where} {self._problem}; choose another port")

    def stop(self) -> None:
        """Let all go."""
        if self._loop is not None and self._server is not None and self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._server.shutdown(), self._loop).result(STARTED_S)
            self._thread.join(STARTED_S)

    def report_fault(self, luminaire: str, is_faulty: bool = True) -> None:
        """Let a luminaire have a fault, or none any more."""
        (self._faulty.add if is_faulty else self._faulty.discard)(luminaire)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = ModbusTcpServer(self._device(), address=(self._settings.host, self._settings.port))
        try:
            await self._server.serve_forever(background=True)
            transport: Any = self._server.transport
            self.port = transport.sockets[0].getsockname()[1]
        except RuntimeError as error:
            self._problem = f"({error})"
        finally:
            self._started.set()
        if not self._problem:
            await self._server.serving

    def _device(self) -> SimDevice:
        """Memory for what has an address; pymodbus takes seconds to lay out all that could have one."""
        coils, inputs = (
            [SimData(0, count=_word(max(bits, default=0)) + 1, values=[False] * BITS, datatype=DataType.BITS)]
            for bits in (self._settings.strobe_coils.values(), self._settings.fault_inputs.values())
        )
        registers = [
            SimData(register, datatype=DataType.REGISTERS) for register in sorted(self._settings.registers.values())
        ]
        return SimDevice(self._settings.unit, (coils, inputs, registers, registers), action=self._act)

    async def _act(
        self, function: int, first: int, address: int, count: int, kept: list[int], new: list[Any] | None
    ) -> ExcCodes | None:
        """Know of a request before it is answered: reads are answered from ``kept``, and ``new`` is written there."""
        names, written = self._names.get(function, {}), new or []
        asked = range(address, address + (count if function in OF_REGISTERS else len(written or [0])))
        if any(each not in names for each in asked):
            return ExcCodes.ILLEGAL_ADDRESS
        if function == READ_INPUTS:
            self._put_faults(kept, first)
        for place, value in enumerate(written):
            name = names[address + place]
            if function in WRITE_COILS:
                self._strobes[name] = bool(value)
            else:
                written[place] = self._registers[name] = min(int(value), self.ceilings.get(name, int(value)))
        if written and self._changed is not None:
            self._changed(self.intensities, frozenset(name for name, flashes in self._strobes.items() if flashes))
        return None

    def _put_faults(self, words: list[int], first: int) -> None:
        """Put the faults of now where reads of inputs are answered from: 16 inputs in a word."""
        for name, address in self._settings.fault_inputs.items():
            bit = 1 << address % BITS
            word = _word(address) - first
            words[word] = words[word] & ~bit | (bit if name in self._faulty else 0)


def _by_address(addresses: Mapping[str, int]) -> dict[int, str]:
    return {address: name for name, address in addresses.items()}


def _word(address: int) -> int:
    """The word that a coil or an input lies in."""
    return address // BITS
