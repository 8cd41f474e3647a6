"""A simulated booth with two small sheets, rendered once."""

from pathlib import Path

import pytest

from scuff.core.station_recipe import Simulation
from scuff.station.simulated_world import World

LUMINAIRES = ("A", "B")


@pytest.fixture(scope="session")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    cache: Path = tmp_path_factory.mktemp("booth-cache")
    simulation = Simulation(shape="sheet", width_px=96, height_px=64, parts=2, sound_share=0.0, cache=str(cache))
    pool = World(simulation, LUMINAIRES).pool
    for sight in pool.missing():
        pool.render(sight)
    return simulation


@pytest.fixture
def world(simulation: Simulation) -> World:
    return World(simulation, LUMINAIRES)


@pytest.fixture
def world_again(simulation: Simulation) -> World:
    return World(simulation, LUMINAIRES)
