from collections.abc import Mapping

import pytest

from scuff.core.errors import StationError
from scuff.core.station_recipe import Light
from scuff.station.drivers.modbus_light import ModbusLight
from scuff.station.modbus_light_server import ModbusLightServer

SETTINGS = Light(driver="modbus", port=0, registers={"A": 0, "B": 1}, strobe_coils={"A": 0, "B": 1}, full_scale=255)


def test_it_tells_of_each_change() -> None:
    told: list[tuple[Mapping[str, float], frozenset[str]]] = []
    server = ModbusLightServer(SETTINGS, lambda intensities, flashing: told.append((intensities, flashing)))
    server.start()
    light = ModbusLight(SETTINGS.model_copy(update={"port": server.port}))
    light.set({"A": 0.2, "B": 1}, strobe=True)
    light.close()
    server.stop()
    assert ({"A": 0.2, "B": 1.0}, frozenset({"A", "B"})) in told
    assert told[-1] == ({"A": 0.0, "B": 0.0}, frozenset())
    assert server.intensities == {"A": 0.0, "B": 0.0}


def test_a_port_that_is_taken_is_told() -> None:
    server = ModbusLightServer(SETTINGS)
    server.start()
    other = ModbusLightServer(SETTINGS.model_copy(update={"port": server.port}))
    with pytest.raises(StationError, match=f"no light controller can listen at 127.0.0.1:{server.port}"):
        other.start()
    server.stop()
