import socket
import time
from collections.abc import Iterator

import pytest
from tests.station.light_servers import LightProcess, light_process

from scuff.core.errors import RecipeError
from scuff.core.station_recipe import Light
from scuff.station.acquisition_error import LightError
from scuff.station.drivers.modbus_light import ModbusLight

SETTINGS = Light(
    driver="modbus",
    port=0,
    registers={"A": 10, "B": 11},
    strobe_coils={"A": 3},
    fault_inputs={"A": 20, "B": 37},
    timeout_s=0.5,
)


@pytest.fixture(scope="module")
def process() -> Iterator[LightProcess]:
    with light_process(SETTINGS) as running:
        yield running


@pytest.fixture
def light(process: LightProcess) -> Iterator[ModbusLight]:
    controller = ModbusLight(process.settings)
    controller.open()
    yield controller
    controller.close()


def test_it_sets_what_is_named_and_switches_the_others_off(process: LightProcess, light: ModbusLight) -> None:
    assert light.set({"A": 0.25, "B": 1}) == {"A": 0.25, "B": 1.0}
    assert process.tell("look") == {"A": 0.25, "B": 1.0}
    assert light.set({"B": 0.3333}) == {"A": 0.0, "B": 0.333}  # a register holds thousandths
    assert process.tell("look") == {"A": 0.0, "B": 0.333}


def test_closing_switches_all_off(process: LightProcess) -> None:
    light = ModbusLight(process.settings)
    light.open()
    light.set({"A": 1})
    light.close()
    light.close()
    assert process.tell("look") == {"A": 0.0, "B": 0.0}


def test_a_luminaire_may_flash(light: ModbusLight) -> None:
    assert light.set({"A": 1}, strobe=True) == {"A": 1.0, "B": 0.0}
    with pytest.raises(LightError, match=r"B: shall flash, but no coil makes it; name one in light\.strobe_coils"):
        light.set({"B": 1}, strobe=True)


@pytest.mark.parametrize(
    ("intensities", "message"),
    [({"C": 1.0}, "C: is none of light.luminaires, which are A, B"), ({"A": 1.1}, "A: an intensity of 1.1 cannot be")],
)
def test_what_cannot_be_set_is_told(light: ModbusLight, intensities: dict[str, float], message: str) -> None:
    with pytest.raises(LightError, match=message):
        light.set(intensities)


def test_a_fault_of_a_luminaire_is_told_until_it_is_gone(process: LightProcess, light: ModbusLight) -> None:
    process.tell("fault", "B", True)
    with pytest.raises(LightError, match=r"^B: the controller reports a fault \(input 37 is 1\); see to the luminaire"):
        light.set({"A": 1})
    health = light.health()
    assert (health.is_well, health.failures) == (False, 1)
    assert "B: the controller reports a fault" in health.message
    process.tell("fault", "B", False)
    light.set({"A": 1})
    assert light.health().is_well


def test_a_register_that_keeps_another_value_is_told(process: LightProcess, light: ModbusLight) -> None:
    process.tell("ceiling", "A", 700)
    with pytest.raises(LightError, match=r"^A: register 10 holds 700 after 900 was written; see to light\.full_scale"):
        light.set({"A": 0.9})
    assert light.set({"A": 0.5})["A"] == 0.5
    process.tell("ceiling", "A", 1000)


def test_a_register_that_the_controller_lacks_is_told_at_opening(process: LightProcess) -> None:
    light = ModbusLight(process.settings.model_copy(update={"registers": {"A": 10, "B": 12}}))
    with pytest.raises(LightError, match=r"B: register 12: .* refuses it, for it has no such address .*register map"):
        light.open()
    light.close()


def test_it_fails_soon_when_the_controller_dies_and_goes_on_when_it_is_back() -> None:
    with light_process(SETTINGS) as first:
        light = ModbusLight(first.settings)
        light.open()
        light.set({"A": 1})
        first.kill()
        began = time.monotonic()
        with pytest.raises(LightError, match=rf"A: .*controller at 127\.0\.0\.1:{first.settings.port} does not answer"):
            light.set({"A": 1})
        assert not light.health().is_well
        assert time.monotonic() - began < 2
    with light_process(first.settings) as second:
        assert light.set({"A": 0.5}) == {"A": 0.5, "B": 0.0}
        assert second.tell("look")["A"] == 0.5
        assert light.health().is_well
        light.close()


def test_a_controller_that_was_restarted_between_two_parts_costs_none() -> None:
    with light_process(SETTINGS) as first:
        light = ModbusLight(first.settings)
        light.set({"A": 1})
    with light_process(first.settings) as second:
        light.set({"A": 1})
        assert second.tell("look")["A"] == 1
        light.close()


def test_one_that_takes_a_connection_and_says_nothing_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        light = ModbusLight(SETTINGS.model_copy(update={"port": silent.getsockname()[1]}))
        began = time.monotonic()
        with pytest.raises(LightError, match=r"register 10: .*does not answer"):
            light.open()
        assert not light.health().is_well
        assert time.monotonic() - began < 2
        light.close()


def test_it_waits_until_the_light_is_steady_where_it_has_changed(process: LightProcess) -> None:
    light = ModbusLight(process.settings.model_copy(update={"settle_ms": 100.0}))
    light.open()
    assert _seconds(light, {"A": 0.1}) >= 0.1
    assert _seconds(light, {"A": 0.1}) < 0.1
    assert _seconds(light, {"A": 0.2}) >= 0.1
    light.close()


def _seconds(light: ModbusLight, intensities: dict[str, float]) -> float:
    began = time.perf_counter()
    light.set(intensities)
    return time.perf_counter() - began


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"registers": {"A": 1}}, "light.registers: has no register of luminaire 'B'; add one"),
        ({"registers": {"A": 1, "B": 1}}, "light.registers, A = 1: 'B' has it too"),
        ({"registers": {"A": 1, "B": 70000}}, "light.registers, B = 70000: must be an address from 0 to 65535"),
        ({"strobe_coils": {"X": 1}}, "light.strobe_coils, X = 1: 'X' is none of light.luminaires"),
        ({"fault_inputs": {"A": -1}}, "light.fault_inputs, A = -1: must be an address"),
    ],
)
def test_a_register_map_that_cannot_be_is_told_at_once(keys: dict[str, dict[str, int]], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        ModbusLight(SETTINGS.model_copy(update=keys))
