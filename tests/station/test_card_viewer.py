from collections.abc import Callable

import pytest

from scuff.booth.layers import Layers
from scuff.core.errors import StationError
from scuff.core.recipe import Inspection, Recipe
from scuff.core.recipe_file import load_recipe
from scuff.core.station_recipe import LightCheck, Simulation
from scuff.station.acquisition_error import AcquisitionError
from scuff.station.card_viewer import CardViewer
from scuff.station.light_check import compare
from scuff.station.light_reference import Reference
from scuff.station.mount import Mount
from scuff.station.opening import camera_of, cameras_of, light_of
from scuff.station.rig import Rig
from scuff.station.simulated_world import World


class ShadedWorld(World):
    """A booth in which something may stand before the luminaire A."""

    shaded = False

    def layers(self, camera: str) -> Layers:
        layers = super().layers(camera)
        if not self.shaded:
            return layers
        planes = layers.planes.copy()
        planes[layers.names.index("A"), 96:128, 96:160] *= 0.6
        return Layers(layers.names, planes)


@pytest.fixture(scope="module")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    cache = str(tmp_path_factory.mktemp("card-cache"))
    return Simulation(shape="sheet", width_px=384, height_px=256, parts=1, cache=cache)


@pytest.fixture
def world(simulation: Simulation) -> ShadedWorld:
    return ShadedWorld(simulation, ("A", "B"))


@pytest.fixture
def recipe(simulation: Simulation) -> Recipe:
    return load_recipe(None, ['cameras=[{name="left"}]']).model_copy(update={"simulation": simulation})


@pytest.fixture
def open_rig(world: World) -> Callable[[Recipe], Rig]:
    """Rigs around one world, whose noise goes on."""

    def make(recipe: Recipe) -> Rig:
        mounts = [Mount(camera_of(each, recipe, world), each, 1.0) for each in cameras_of(recipe)]
        return Rig(mounts, light_of(recipe, world), recipe.lightings, 1.0, world)

    return make


@pytest.fixture
def reference(recipe: Recipe, open_rig: Callable[[Recipe], Rig]) -> Reference:
    return Reference(taken_at="", simulated=True, fields=tuple(CardViewer(recipe, open_rig).new_fields()))


def failed(recipe: Recipe, open_rig: Callable[[Recipe], Rig], reference: Reference) -> list[tuple[str, str, str]]:
    """What is wrong today: camera, luminaire and what."""
    pairs = CardViewer(recipe, open_rig).fields_beside(reference)
    comparisons = [compare(then, now, LightCheck()) for then, now in pairs]
    return [(each.camera, each.luminaire, finding.what) for each in comparisons for finding in each.failed]


def test_the_card_is_well_exposed_under_each_luminaire(reference: Reference) -> None:
    assert [(field.camera, field.luminaire) for field in reference.fields] == [("left", "A"), ("left", "B")]
    assert all(0.2 < field.brightest < 0.9 and field.clipped_share < 0.01 for field in reference.fields)
    assert all(field.sharpness for field in reference.fields)  # the simulated card is blasted


def test_the_same_light_passes_fifty_times(
    recipe: Recipe, open_rig: Callable[[Recipe], Rig], reference: Reference
) -> None:
    assert [found for _ in range(50) if (found := failed(recipe, open_rig, reference))] == []


def test_a_lamp_that_aged_is_named(
    recipe: Recipe, open_rig: Callable[[Recipe], Rig], reference: Reference, world: World
) -> None:
    world.age("B", 0.7)
    assert failed(recipe, open_rig, reference) == [("left", "B", "level")]


def test_something_before_a_luminaire_is_named(
    recipe: Recipe, open_rig: Callable[[Recipe], Rig], reference: Reference, world: ShadedWorld
) -> None:
    world.shaded = True
    assert failed(recipe, open_rig, reference) == [("left", "A", "evenness")]


def test_a_lamp_that_is_out_is_named_and_gives_no_reference(
    recipe: Recipe, open_rig: Callable[[Recipe], Rig], reference: Reference, world: World
) -> None:
    world.age("A", 0.0)
    assert ("left", "A", "level") in failed(recipe, open_rig, reference)
    with pytest.raises(StationError, match=r"camera left, luminaire A: gives the card .* of full scale at"):
        CardViewer(recipe, open_rig).new_fields()


def test_a_light_that_does_not_answer_is_told(recipe: Recipe, open_rig: Callable[[Recipe], Rig], world: World) -> None:
    world.faults.unplug("light")
    with pytest.raises(AcquisitionError, match="light"):
        CardViewer(recipe, open_rig).new_fields()


def test_light_that_nobody_controls_is_refused(recipe: Recipe, open_rig: Callable[[Recipe], Rig]) -> None:
    dark = recipe.model_copy(update={"light": recipe.light.model_copy(update={"driver": "none"})})
    with pytest.raises(StationError, match=r'light\.driver = "none": luminaires cannot be looked at one by one'):
        CardViewer(dark, open_rig)


def test_another_station_than_that_of_the_reference_is_told(
    recipe: Recipe, open_rig: Callable[[Recipe], Rig], reference: Reference
) -> None:
    exchanged = [field.model_copy(update={"serial": "S2"}) for field in reference.fields]
    smaller = [field.model_copy(update={"width_px": 64}) for field in reference.fields]
    viewer = CardViewer(recipe, open_rig)
    for fields, message in (
        (exchanged, r"camera left: serial is .*, and was S2 when the reference was taken; take a new one with --ref"),
        (smaller, "camera left: width_px is 384, and was 64"),
        (reference.fields[:1], "camera left, luminaire B: is not in the reference; take a new one"),
    ):
        with pytest.raises(StationError, match=message):
            viewer.fields_beside(reference.model_copy(update={"fields": tuple(fields)}))


@pytest.mark.parametrize(("trigger", "used"), [("hardware", "software"), ("free", "free")])
def test_nobody_must_give_a_signal(
    recipe: Recipe, open_rig: Callable[[Recipe], Rig], reference: Reference, trigger: str, used: str
) -> None:
    """A camera that runs by itself goes on doing so, for it may have no trigger at all."""
    waiting = tuple(camera.model_copy(update={"trigger": trigger}) for camera in recipe.cameras)
    opened: list[str] = []

    def opening(recipe: Recipe) -> Rig:
        opened.extend(camera.trigger for camera in recipe.cameras)
        return open_rig(recipe)

    assert failed(recipe.model_copy(update={"cameras": waiting}), opening, reference) == []
    assert set(opened) == {used}


def test_the_region_of_the_reference_counts_whatever_the_recipe_says_now(
    recipe: Recipe, open_rig: Callable[[Recipe], Rig], reference: Reference
) -> None:
    small = recipe.model_copy(update={"inspection": Inspection(region={"left": "0,0 99,0 99,99"})})
    assert failed(small, open_rig, reference) == []
