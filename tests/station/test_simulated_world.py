"""The simulated booth: part, light and truth."""

import pytest

from scuff.core.errors import StationError
from scuff.core.station_recipe import Simulation
from scuff.station.simulated_world import World


def test_all_luminaires_of_the_station_are_on_until_they_are_switched(simulation: Simulation) -> None:
    assert World(simulation, ["A", "B"]).intensities == {"A": 1.0, "B": 1.0}
    world = World(simulation, ["B"])
    assert world.intensities == {"A": 0.0, "B": 1.0}
    world.switch({"B": 0.5, "ring": 1.0})
    assert world.intensities == {"A": 0.0, "B": 0.5}


def test_lamps_age(simulation: Simulation) -> None:
    world = World(simulation.model_copy(update={"ageing": {"A": 0.7}}), ["A", "B"])
    assert world.intensities == {"A": 0.7, "B": 1.0}
    world.age("B", 0.5)
    world.switch({"A": 0.5})
    assert world.intensities == {"A": 0.35, "B": 0.5}


def test_a_lamp_that_is_not_there_does_not_age(simulation: Simulation) -> None:
    with pytest.raises(StationError, match="no luminaire 'ring'; the simulated booth has A, B"):
        World(simulation.model_copy(update={"ageing": {"ring": 0.7}}), ["A", "B"])


def test_the_part_in_the_booth_is_seen(world: World) -> None:
    assert world.serial == "P0001"
    first = world.layers("left").planes
    world.place("P0002")
    second = world.layers("left").planes
    world.place("P0003")  # of two parts the third looks like the first
    assert (first != second).any()
    assert (world.layers("left").planes == first).all()


def test_its_truth_is_known(world: World) -> None:
    truth = world.truth("P0001", "left")
    assert truth.mask.shape == (64, 96)
    assert {flaw.id for flaw in truth.painted} | set(truth.left_out) == {
        flaw.id for flaw in world.pool.rendering(1, "left").flaws
    }


def test_frames_are_counted_by_camera(world: World) -> None:
    assert [world.next_frame(camera) for camera in ("left", "right", "left")] == [1, 1, 2]
