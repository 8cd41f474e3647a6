import math
from dataclasses import replace

import pytest
from tests.fixtures.raw_frames import capture, lit_frame

from scuff.core.recipe import Recipe
from scuff.core.station_recipe import ExposureControl, Lighting
from scuff.station.drift import DriftController, Reference, references_of
from scuff.station.exposure import Setting

REFERENCE = Reference(Setting(1000.0, 0.0), 0.6)
KEY = "left", "all"


def recipe_of(**exposure: float | bool) -> Recipe:
    return Recipe(
        exposure=ExposureControl.model_validate({"black_level": 0.0, "tolerance": 0.05} | exposure),
        lightings=(Lighting(name="all"), Lighting(name="A", intensities={"A": 1.0, "B": 0.0})),
    )


class Line:
    """A line with one camera: metal that sends a light, and an exposure that the controller corrects."""

    def __init__(self, recipe: Recipe, lighting: str = "all") -> None:
        self.controller = DriftController(recipe, {("left", lighting): REFERENCE})
        self.setting, self.lighting = REFERENCE.setting, lighting

    def take(self, light: float) -> tuple[float, list[str]]:
        """Take a part; gives its level, and what was adjusted after it."""
        frame = lit_frame(light, self.setting.exposure_us, self.setting.gain_db, lighting=self.lighting)
        found = self.controller.look(capture(frame))
        for each in found:
            self.setting = Setting(each.exposure_us, each.gain_db)
        return frame.pixels[0, 0] / 255, [str(each) for each in found]

    def levels(self, *lights: float) -> list[float]:
        return [self.take(light)[0] for light in lights]


def test_good_light_is_left_alone() -> None:
    line = Line(recipe_of())
    assert line.take(0.6)[1] == line.take(0.62)[1] == line.take(0.58)[1] == []
    assert line.controller.warnings == ()


def test_a_lamp_that_ages_by_30_per_cent_at_once_is_made_up_for_after_one_capture() -> None:
    line = Line(recipe_of())
    assert line.levels(0.6, 0.42, 0.42, 0.42) == pytest.approx([0.6, 0.42, 0.594, 0.594], abs=0.003)
    assert line.setting.exposure_us == pytest.approx(1000 * math.sqrt(2))  # 1 / 0.7 is within the tolerance of it
    assert line.controller.warnings == ()


def test_a_device_that_tells_no_exposure_is_not_followed() -> None:
    frame = replace(lit_frame(0.3, 1000.0, 0.0, lighting="all"), exposure_us=0.0)
    assert DriftController(recipe_of(), {KEY: REFERENCE}).look(capture(frame)) == []


def test_what_it_did_is_told() -> None:
    _, (said,) = Line(recipe_of()).take(0.5)
    assert said == (
        "left, all: luminaires A and B at 84 % of the reference, level 0.50 instead of 0.60: "
        "exposure 1,195 µs, gain 0.0 dB"
    )


def test_a_lamp_at_half_takes_two_captures() -> None:
    levels = Line(recipe_of()).levels(0.3, 0.3, 0.3)
    assert levels == pytest.approx([0.3, 0.3 * math.sqrt(2), 0.6], abs=0.005)


@pytest.mark.parametrize("light", [0.8, 1.0, 1.19])
def test_a_part_that_shines_more_is_made_up_for_within_two_captures_even_where_it_was_clipped(light: float) -> None:
    levels = Line(recipe_of()).levels(light, light, light)
    assert levels[2] == pytest.approx(0.6, rel=0.06)


def test_a_single_odd_part_moves_it_by_the_root_of_what_is_allowed() -> None:
    line = Line(recipe_of(most=4.0))
    assert line.levels(0.6, 0.001, 0.6, 0.6) == pytest.approx([0.6, 0.0, 1.0, 0.6], abs=0.01)


def test_nothing_creeps() -> None:
    line = Line(recipe_of(most=2.0))
    assert line.levels(*[0.001] * 20, *[0.6] * 4)[-1] == pytest.approx(0.6, rel=0.02)
    assert line.setting.exposure_us == pytest.approx(1000, rel=0.02)


def test_the_limit_is_told_once_and_forgotten_when_the_lamp_is_new() -> None:
    line = Line(recipe_of(), lighting="A")
    assert line.take(0.25)[1] != []
    (said,) = line.take(0.25)[1]
    assert said.endswith("exposure.most allows no more: clean or replace what has aged, then tune again")
    assert said.startswith("left, A: luminaire A at 42 % of the reference")
    assert line.setting.exposure_us == pytest.approx(2000.0)
    assert line.take(0.25)[1] == []
    assert [text[:33] for text in line.controller.warnings] == ["left, A: luminaire A at 42 % of t"]
    line.take(0.6)
    assert list(line.controller.warnings) == []


def test_more_light_than_can_be_made_up_for_is_told_as_well() -> None:
    line = Line(recipe_of(most=1.5))
    said = [text for light in [3.0] * 4 for text in line.take(light)[1]]
    assert said[-1].endswith("exposure.most allows no more: see what has changed, then tune again")


def test_gain_helps_where_the_exposure_may_not_be_longer() -> None:
    line = Line(recipe_of(longest_us=1000.0))
    line.levels(0.4, 0.4)
    assert line.setting.exposure_us == 1000.0
    assert line.setting.gain_db == pytest.approx(20 * math.log10(1.5), abs=0.02)
    assert line.take(0.4)[0] == pytest.approx(0.6, abs=0.01)


def test_it_follows_what_was_tuned_alone_and_only_where_it_shall() -> None:
    dark = capture(lit_frame(0.1, 1000.0, camera="right"), lit_frame(0.1, 1000.0, lighting="A"))
    assert DriftController(recipe_of(), {KEY: REFERENCE}).look(dark) == []
    still = DriftController(recipe_of(follow=False), {KEY: REFERENCE})
    assert still.look(capture(lit_frame(0.1, 1000.0))) == []


def test_a_frame_of_an_earlier_exposure_is_judged_by_its_own() -> None:
    controller = DriftController(recipe_of(), {KEY: REFERENCE})
    late = capture(lit_frame(0.5, 1000.0))
    assert controller.look(late)[0].exposure_us == controller.look(late)[0].exposure_us == pytest.approx(1195, abs=5)


def test_references_are_what_tuning_left_in_the_recipe() -> None:
    tuned = Lighting(
        name="all", exposure_us={"left": 2000.0, "right": 3000.0}, gain_db={"right": 6.0}, level={"left": 0.5}
    )
    assert references_of(Recipe(lightings=(tuned, Lighting(name="A")))) == {KEY: Reference(Setting(2000.0), 0.5)}
