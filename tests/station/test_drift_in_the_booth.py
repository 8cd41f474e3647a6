import pytest

from scuff.core.recipe import Recipe
from scuff.core.region import Regions
from scuff.core.station_recipe import Lighting, Simulation
from scuff.station.candidate import exposed
from scuff.station.capture import Capture
from scuff.station.drift import DriftController, references_of
from scuff.station.exposing import expose
from scuff.station.exposure import measure
from scuff.station.opening import open_rig
from scuff.station.rig import Rig
from scuff.station.studio import Studio

PARTS = ["P0001", "P0002"]
LIGHTINGS = (Lighting(name="A", intensities={"A": 1.0}), Lighting(name="all"))


@pytest.fixture
def tuned(simulation: Simulation) -> Recipe:
    recipe = Recipe(simulation=simulation, lightings=LIGHTINGS)
    found = expose(recipe, LIGHTINGS, Studio(recipe, open_rig, lambda _part: None), PARTS)
    lightings = [
        exposed(each, one.candidate.settings, level=one.levels()) for each, one in zip(LIGHTINGS, found, strict=True)
    ]
    return recipe.model_copy(update={"lightings": tuple(lightings)})


def levels(recipe: Recipe, capture: Capture) -> dict[tuple[str, str], float]:
    regions = Regions(recipe.inspection.region)
    return {
        (frame.camera, frame.lighting): measure(
            frame, regions.of(frame.camera, frame.pixels.shape[:2]), recipe.exposure
        ).level
        for frame in capture.frames
    }


def take(rig: Rig, controller: DriftController, part: str) -> Capture:
    capture = rig.capture(part)
    assert capture.is_complete
    for each in controller.look(capture):
        rig.adjust(each.camera, each.lighting, each.exposure_us, each.gain_db)
    return capture


def test_tuning_brings_every_camera_and_lighting_to_the_level(tuned: Recipe) -> None:
    references = references_of(tuned)
    assert set(references) == {(camera, light.name) for camera in ("left", "right") for light in LIGHTINGS}
    assert [reference.level for reference in references.values()] == pytest.approx([0.6] * 4, abs=0.1)


def test_a_lamp_that_ages_by_30_per_cent_at_once_is_made_up_for_within_two_captures(tuned: Recipe) -> None:
    with open_rig(tuned) as rig:
        assert rig.world is not None
        controller = DriftController(tuned, references_of(tuned))
        before = levels(tuned, take(rig, controller, "P0001"))
        rig.world.age("A", 0.7)
        aged = levels(tuned, take(rig, controller, "P0001"))
        assert aged["left", "A"] == pytest.approx(0.7 * before["left", "A"], rel=0.05)
        take(rig, controller, "P0001")
        after = levels(tuned, take(rig, controller, "P0001"))
        wanted = {key: reference.level for key, reference in references_of(tuned).items()}
        assert after == {key: pytest.approx(level, rel=tuned.exposure.tolerance) for key, level in wanted.items()}
        assert controller.warnings == ()


def test_a_lamp_below_what_can_be_made_up_for_is_named(tuned: Recipe) -> None:
    with open_rig(tuned) as rig:
        assert rig.world is not None
        controller = DriftController(tuned, references_of(tuned))
        rig.world.age("A", 0.3)
        for _ in range(4):
            take(rig, controller, "P0001")
        assert any("left, A: luminaire A at 3" in text for text in controller.warnings)
