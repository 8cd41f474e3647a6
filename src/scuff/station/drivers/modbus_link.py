"""A Modbus TCP connection to a light controller, made anew when it was lost."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusException

from scuff.core.station_recipe import Light
from scuff.station.acquisition_error import LightError

REFUSALS = {1: "it has no such function", 2: "it has no such address", 3: "it does not take this value"}
"""Of a Modbus exception, by its code; others are troubles of the device."""

# What goes wrong is in the errors; pymodbus would tell it a second time.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class ModbusLink:
    """Reads and writes a controller's registers, coils and inputs; every failure is a ``LightError``."""

    def __init__(self, settings: Light) -> None:
        """Remember where the controller is; the first request connects."""
        self._unit, self._where = settings.unit, f"{settings.host}:{settings.port}"
        self._client = ModbusTcpClient(settings.host, port=settings.port, timeout=settings.timeout_s, retries=0)

    @property
    def is_connected(self) -> bool:
        """Whether there was a connection when it was last used."""
        return self._client.connected

    def close(self) -> None:
        """Let go of the controller."""
        self._client.close()

    @contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Wait no longer for an answer meanwhile."""
        params = self._client.comm_params
        usual, params.timeout_connect = params.timeout_connect, min(seconds, params.timeout_connect or seconds)
        try:
            yield
        finally:
            params.timeout_connect = usual

    def write_register(self, luminaire: str, register: int, value: int) -> None:
        """Write a holding register."""
        self._ask(luminaire, f"register {register} = {value}", self._client.write_register, register, value)

    def read_register(self, luminaire: str, register: int) -> int:
        """Read a holding register."""
        return int(self._ask(luminaire, f"register {register}", self._client.read_holding_registers, register)[0])

    def write_coil(self, luminaire: str, coil: int, on: bool) -> None:
        """Write a coil."""
        self._ask(luminaire, f"coil {coil} = {on:d}", self._client.write_coil, coil, on)

    def read_input(self, luminaire: str, address: int) -> bool:
        """Read a discrete input."""
        return bool(self._ask(luminaire, f"input {address}", self._client.read_discrete_inputs, address)[0])

    def _ask(self, luminaire: str, what: str, request: Callable[..., Any], *arguments: int) -> list[Any]:
        """Make a request; gives the registers or bits of the answer."""
        asked = partial(request, *arguments, device_id=self._unit)
        try:
            answer = self._answer(asked)
        except (ModbusException, OSError) as error:
            self.close()  # an answer that comes later must not be taken for that of the next request
            raise LightError(
                luminaire,
                f"{what}: the light controller at {self._where} does not answer; see to its power and cable, and to "
                "light.host, light.port and light.unit; the next call connects again",
            ) from error
        if answer.isError():
            code = getattr(answer, "exception_code", 0)
            raise LightError(
                luminaire,
                f"{what}: the light controller at {self._where} refuses it, for "
                f"{REFUSALS.get(code, 'it is in trouble itself')} (Modbus exception {code}); correct the register map "
                "in [light]",
            )
        return [*answer.registers, *answer.bits]

    def _answer(self, asked: Callable[[], Any]) -> Any:
        """Ask, and once more where the connection was lost meanwhile: a controller may have been restarted."""
        was_connected = self.is_connected
        try:
            return asked()
        except ConnectionException:
            if not was_connected:
                raise
            self.close()
            return asked()
