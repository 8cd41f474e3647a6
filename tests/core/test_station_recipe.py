"""What a recipe says of a station: names that fit together."""

import pytest
from pydantic import ValidationError

from scuff.core.recipe import Recipe
from scuff.core.station_recipe import CameraSettings, Driver, Lighting


def test_a_lighting_may_name_the_simulated_cameras_of_a_recipe_without_any() -> None:
    lighting = Lighting(name="A", exposure_us={"left": 100.0}, gain_db={"right": 3.0})
    assert Recipe(lightings=(lighting,)).lightings == (lighting,)


@pytest.mark.parametrize(
    ("cameras", "lightings", "reason"),
    [
        (["left", "left"], [], r"\[\[cameras\]\]: 'left' is there twice"),
        (["light"], [], "'light' is what the light controller is called"),
        (["a/b"], [], r"\[\[cameras\]\]: 'a/b' names files"),
        ([], [Lighting(name="..")], r"\[\[lightings\]\]: '..' names files"),
        ([], [Lighting(name="A", intensities={"C": 1.0})], "'C' is none of light.luminaires"),
        (["top"], [Lighting(name="A", exposure_us={"left": 1.0})], r"'left' is none of \[\[cameras\]\]"),
        ([], [Lighting(name="A", gain_db={"top": 1.0})], r"'top' is none of \[\[cameras\]\]"),
    ],
)
def test_names_that_do_not_fit_are_refused(cameras: list[str], lightings: list[Lighting], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Recipe(cameras=tuple(CameraSettings(name=name) for name in cameras), lightings=tuple(lightings))


@pytest.mark.parametrize("driver", ["simulated", "aravis", "folder"])
def test_one_device_under_two_names_is_refused(driver: Driver) -> None:
    """Else one side of each part would be seen twice, and the other never."""
    one = CameraSettings(name="left", driver=driver, device="here")
    with pytest.raises(ValidationError, match="'left' and 'right' have the same device 'here'; give each its own"):
        Recipe(cameras=(one, one.model_copy(update={"name": "right"})))


def test_a_simulated_camera_has_the_device_of_its_name() -> None:
    with pytest.raises(ValidationError, match="'left' and 'other' have the same device 'left'"):
        Recipe(cameras=(CameraSettings(name="left"), CameraSettings(name="other", device="left")))


def test_a_lighting_without_intensities_is_all_full() -> None:
    assert Lighting(name="all").of(["A", "B"]) == {"A": 1.0, "B": 1.0}
    assert Lighting(name="A", intensities={"A": 0.5}).of(["A", "B"]) == {"A": 0.5, "B": 0.0}


def test_a_lighting_changes_what_it_names() -> None:
    camera = CameraSettings(name="left", exposure_us=100.0, gain_db=1.0)
    assert Lighting(name="A").applied_to(camera) == camera
    changed = Lighting(name="A", exposure_us={"left": 200.0}, gain_db={"right": 6.0}).applied_to(camera)
    assert (changed.exposure_us, changed.gain_db) == (200.0, 1.0)
