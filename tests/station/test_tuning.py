from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.linear_rig import LinearRig, timeout

from scuff.core.errors import StationError
from scuff.core.recipe import Inspection, Recipe
from scuff.core.station_recipe import ExposureControl, Lighting
from scuff.station.acquisition_error import AcquisitionError
from scuff.station.candidate import around, coarse
from scuff.station.expectation import Seen
from scuff.station.exposing import expose
from scuff.station.studio import Studio
from scuff.station.tuning import Tuner, Watch

EXPOSURE = ExposureControl(black_level=0.0, percentile=50.0, level=0.3, clipped_share=0.05)
RECIPE = Recipe(exposure=EXPOSURE)

SOIL, FLAW = np.s_[2:4, 2:4], np.s_[8:10, 8:10]
TRUTH = np.zeros((12, 12), np.uint8)
TRUTH[FLAW] = 1


def levels() -> dict[str, NDArray[np.float64]]:
    """Under A soil stands out, more than the flaw ever does; under B the flaw."""
    lit = {name: np.full((12, 12), 0.03) for name in "AB"}
    lit["A"][SOIL], lit["B"][FLAW] = 0.1, 0.08
    return {**lit, "dark": np.zeros((12, 12))}


def look(pixels: NDArray[np.uint8], _camera: str) -> Seen:
    """A network that calls defective what is bright."""
    scores = pixels[..., 0].astype(np.float32) / np.float32(255)
    return Seen(scores, scores >= 0.7, 0.7)


class Booth:
    """Opens rigs, and remembers them and which part was put in."""

    def __init__(self, failing: Sequence[AcquisitionError] = ()) -> None:
        self.rigs: list[LinearRig] = []
        self.placed: list[str] = []
        self.failing = failing

    def open(self, recipe: Recipe) -> LinearRig:
        self.rigs.append(LinearRig(recipe, levels(), self.failing))
        return self.rigs[-1]

    def studio(self, recipe: Recipe = RECIPE) -> Studio:
        return Studio(recipe, self.open, self.placed.append)


def tuner(booth: Booth, recipe: Recipe = RECIPE, known: bool = True, watch: Watch | None = None) -> Tuner:
    truths = {(part, "left"): TRUTH for part in ("P1", "P2")} if known else {}
    return Tuner(recipe, Lighting(name="all"), booth.studio(recipe), look, truths, 0.1, watch)


def test_the_light_that_shows_the_flaw_wins_and_not_the_one_with_most_contrast() -> None:
    booth = Booth()
    best, *others = tuner(booth).tune(["P1", "P2"], verified=2)
    assert best.candidate.mix == {"A": 0.0, "B": 1.0}
    # At level 0.3 the flaw is at 0.8: a third of the way from the threshold, an even chance, to certainty.
    assert best.captured is not None
    assert best.captured.value == pytest.approx(0.5 + 0.5 * 0.1 / 0.3, abs=0.02)
    assert (best.captured.hits, best.captured.defects, best.captured.false_alarms) == (2, 2, 0.0)
    (only_a,) = (each for each in others if each.candidate.mix == {"A": 1.0, "B": 0.0})
    # The flaw is as dark as the rest, and the soil is a false alarm.
    assert only_a.expected.value == pytest.approx(0.5 * 0.3 / 0.7 - 0.1, abs=0.01)


def test_what_is_expected_is_what_comes() -> None:
    best = tuner(Booth()).tune(["P1", "P2"], verified=1)[0]
    assert best.captured is not None
    assert best.captured.value == pytest.approx(best.expected.value, abs=0.01)
    assert best.level("left") == pytest.approx(0.3, abs=0.005)
    assert best.spread("left") == 0
    assert best.keeps(0.0)


def test_two_rigs_are_enough_and_each_part_lies_in_the_booth_twice() -> None:
    booth = Booth()
    tuner(booth).tune(["P1", "P2"], verified=3)
    assert len(booth.rigs) == 2
    assert booth.placed == ["P1", "P2", "P1", "P2"]
    assert [rig.is_open for rig in booth.rigs] == [False, False]


def test_the_best_becomes_a_table_of_the_recipe() -> None:
    best = tuner(Booth()).tune(["P1"], verified=1)[0]
    lighting = best.candidate.lighting(Lighting(name="all", strobe=True), level=best.levels())
    assert (lighting.name, lighting.strobe, lighting.intensities) == ("all", True, {"A": 0.0, "B": 1.0})
    assert lighting.exposure_us["left"] == pytest.approx(10_000.0, rel=0.02)  # 0.3 of full scale at 0.03 per ms
    assert lighting.gain_db == {"left": 0.0}
    assert lighting.level["left"] == pytest.approx(0.3, abs=0.005)


def test_without_known_defects_certainty_decides_which_soil_can_win() -> None:
    best = tuner(Booth(), known=False).tune(["P1"], verified=1)[0]
    assert best.candidate.mix == {"A": 1.0, "B": 0.0}
    assert best.expected.recall is None


def test_defects_outside_of_the_region_do_not_count() -> None:
    recipe = RECIPE.model_copy(update={"inspection": Inspection(region={"": "0,0 6,0 6,6 0,6"})})
    best = tuner(Booth(), recipe).tune(["P1"], verified=1)[0]
    assert best.expected.defects == 0


def test_it_tells_how_far_it_is() -> None:
    said: list[str] = []

    class Told(Watch):
        def phase(self, name: str, pictures: int) -> None:
            said.append(f"{name} {pictures}")

        def step(self) -> None:
            said.append(".")

    tuner(Booth(), watch=Told()).tune(["P1"], verified=1)
    announced = [int(text.split()[-1]) for text in said if text != "."]
    assert sum(announced) == said.count(".")


def test_mixes_have_a_luminaire_at_full() -> None:
    assert [tuple(mix.values()) for mix in coarse("AB")] == [(1.0, 1.0), (1.0, 0.5), (1.0, 0.0), (0.5, 1.0), (0.0, 1.0)]
    assert len(list(coarse("ABC"))) == 19
    assert [tuple(mix.values()) for mix in around({"A": 1.0, "B": 0.5})] == [
        (1.0, 0.4),
        (1.0, 0.667),
        (1.0, 0.75),
        (1.0, 0.25),
    ]


def test_frames_that_get_lost_are_taken_again_and_no_more_than_that() -> None:
    assert len(Booth([timeout()]).studio().alone([Lighting(name="A", intensities={"A": 1.0})], ["P1"])) == 1
    with pytest.raises(StationError, match=r"part P1: not all frames came, 3 times in a row \(left: no frame within 2"):
        Booth([timeout()] * 3).studio().alone([Lighting(name="A")], ["P1"])


def test_lightings_are_exposed_as_they_are() -> None:
    booth = Booth()
    lightings = (Lighting(name="both"), Lighting(name="B", intensities={"B": 1.0}))
    both, only_b = expose(RECIPE, lightings, booth.studio(), ["P1", "P2"])
    assert both.candidate.settings["left"].exposure_us == pytest.approx(5000.0, rel=0.02)
    assert only_b.candidate.settings["left"].exposure_us == pytest.approx(10_000.0, rel=0.02)
    assert (both.candidate.name, both.captured) == ("both", None)
    assert both.level("left") == pytest.approx(0.3, abs=0.01)


def test_frames_of_the_first_parts_alone_are_kept_for_they_are_large() -> None:
    (lighting,) = expose(RECIPE, (Lighting(name="both"),), Booth().studio(), ["P1", "P2", "P3"])
    assert [(shot.part, shot.frame is not None) for shot in lighting.shots] == [
        ("P1", True),
        ("P2", True),
        ("P3", False),
    ]
