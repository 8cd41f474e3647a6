"""From a recipe to a rig."""

from pathlib import Path

import numpy as np
import pytest

from scuff.core.errors import StationError
from scuff.core.picture import write_png
from scuff.core.recipe import Recipe
from scuff.core.station_recipe import CameraSettings, Light, Lighting, Simulation
from scuff.station.opening import camera_of, cameras_of, light_of, lightings_of, open_rig, world_of


def test_a_recipe_without_a_station_gets_the_simulated_booth(simulation: Simulation) -> None:
    recipe = Recipe(simulation=simulation)
    assert [camera.name for camera in cameras_of(recipe)] == ["left", "right"]
    assert [lighting.name for lighting in lightings_of(recipe)] == ["all"]
    with open_rig(recipe) as rig:
        capture = rig.capture("P0001")
        assert rig.world is not None
    assert capture.is_complete
    assert [(frame.camera, frame.lighting) for frame in capture.frames] == [("left", "all"), ("right", "all")]


def test_a_recipe_with_a_station_gets_its_own(simulation: Simulation) -> None:
    cameras = (CameraSettings(name="top", device="right"),)
    recipe = Recipe(simulation=simulation, cameras=cameras, lightings=(Lighting(name="A", intensities={"A": 1.0}),))
    assert cameras_of(recipe) == cameras
    with open_rig(recipe) as rig:
        (frame,) = rig.capture("P0001").frames
    assert (frame.camera, frame.serial, frame.lighting) == ("top", "SIMULATED-RIGHT", "A")


def test_without_anything_simulated_there_is_no_simulated_booth(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((4, 4), 7, np.uint8))
    camera = CameraSettings(name="left", driver="folder", device=str(tmp_path))
    recipe = Recipe(cameras=(camera,), light=Light(driver="none"))
    assert world_of(recipe) is None
    with open_rig(recipe) as rig:
        (frame,) = rig.capture("P0001").frames
        assert rig.world is None
    assert frame.pixels.max() == 7


def test_one_camera_and_the_light_are_made_without_a_world(simulation: Simulation) -> None:
    recipe = Recipe(simulation=simulation)
    assert camera_of(cameras_of(recipe)[0], recipe, None).name == "left"
    assert light_of(recipe, None).luminaires == ("A", "B")


def test_a_luminaire_that_the_simulated_booth_has_not_is_named(simulation: Simulation) -> None:
    with pytest.raises(StationError, match="no luminaire 'ring'"):
        open_rig(Recipe(simulation=simulation, light=Light(luminaires=("ring",))))
