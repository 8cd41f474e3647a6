"""The light controllers that need no device."""

import pytest

from scuff.core.errors import StationError
from scuff.core.station_recipe import Simulation
from scuff.station.acquisition_error import LightError
from scuff.station.drivers.no_light import NoLight
from scuff.station.drivers.simulated_light import SimulatedLight
from scuff.station.simulated_world import World


def opened(world: World) -> SimulatedLight:
    light = SimulatedLight(world)
    light.open()
    return light


def test_what_is_not_named_goes_off(world: World) -> None:
    light = opened(world)
    assert light.luminaires == ("A", "B")
    assert light.set({"B": 0.5}) == {"A": 0.0, "B": 0.5}
    assert world.intensities == {"A": 0.0, "B": 0.5}
    assert light.health().is_well


def test_closing_switches_all_off(world: World) -> None:
    light = opened(world)
    light.close()
    light.close()
    assert world.intensities == {"A": 0.0, "B": 0.0}
    assert light.health().message == "it is closed"
    with pytest.raises(LightError, match="closed"):
        light.set({})


def test_a_luminaire_that_is_not_there_is_named(world: World, simulation: Simulation) -> None:
    with pytest.raises(LightError, match="ring: is no luminaire of the station, which has A, B"):
        opened(world).set({"ring": 1.0})
    with pytest.raises(StationError, match="the simulated booth has no luminaire 'ring'; it has A, B"):
        SimulatedLight(World(simulation, ["A", "ring"]))


def test_a_fault_is_told_and_the_next_setting_works(world: World) -> None:
    light = opened(world)
    world.inject("light", "light")
    with pytest.raises(LightError, match="reports a fault"):
        light.set({"A": 1.0})
    assert light.set({"A": 1.0}) == {"A": 1.0, "B": 0.0}


def test_a_controller_that_is_away_does_not_answer(world: World) -> None:
    light = opened(world)
    world.faults.unplug("light")
    assert not light.health().is_well
    with pytest.raises(LightError, match="does not answer"):
        light.set({"A": 1.0})
    light.close()
    with pytest.raises(LightError, match="does not answer"):
        light.open()
    assert world.intensities == {"A": 1.0, "B": 1.0}


def test_light_that_nobody_controls_can_only_be_full() -> None:
    light = NoLight(("A", "B"))
    light.open()
    assert light.set({"A": 1.0, "B": 1.0}) == {"A": 1.0, "B": 1.0}
    assert light.health().is_well
    for intensities, strobe in (({"A": 1.0}, False), ({"A": 1.0, "B": 1.0}, True)):
        with pytest.raises(LightError, match=r'light.driver = "none"'):
            light.set(intensities, strobe)
    light.close()
    assert light.luminaires == ("A", "B")
