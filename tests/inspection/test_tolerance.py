import pytest
from tests.fixtures.defects import a_defect

from scuff.core.defect import Defect
from scuff.core.errors import RecipeError
from scuff.core.plane import Calibration
from scuff.core.recipe import Frames, Inspection, Recipe, Tolerances
from scuff.core.rules import Rule, Zone
from scuff.core.verdict import Verdict
from scuff.inspection.sightings import Seen
from scuff.inspection.tolerance import Judge, in_words

TENTH_MM = (0.1, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 1.0)


def judged(recipe: Recipe, *defects: Defect, camera: str = "") -> Verdict:
    """The verdict on a part with one frame of 100×200 pixels."""
    return Judge(recipe).judge([Seen("frame", camera, (100, 200), defects)]).verdict


def broken(verdict: Verdict) -> list[str]:
    return [in_words(finding) for finding in verdict.findings if finding.broken]


@pytest.mark.parametrize(
    ("scores", "max_defects", "review_score", "outcome", "rule"),
    [
        ((), 0, None, "pass", "no defects, 0 allowed"),
        ((0.9,), 1, None, "pass", "1 defect, 1 allowed"),
        ((0.9, 0.8), 1, None, "fail", "2 defects, 1 allowed"),
        ((0.6, 0.5), 0, 0.7, "review", "2 defects, 0 allowed; best score 0.6000 is below 0.7 for review"),
        ((0.6, 0.7), 0, 0.7, "fail", "2 defects, 0 allowed; best score 0.7000 is not below 0.7 for review"),
        ((0.6,), 1, 0.7, "pass", "1 defect, 1 allowed"),
    ],
)
def test_without_rules_the_number_of_defects_decides(
    scores: tuple[float, ...], max_defects: int, review_score: float | None, outcome: str, rule: str
) -> None:
    recipe = Recipe(tolerances=Tolerances(max_defects=max_defects, review_score=review_score))
    verdict = judged(recipe, *(a_defect(score=score) for score in scores))
    assert (verdict.outcome.value, verdict.rule) == (outcome, rule)


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"max_length_px": 19}, "any defect (rule 1): length 20 px, at most 19 px"),
        ({"max_area_px": 39.5}, "any defect (rule 1): area 40 px, at most 39.5 px"),
        ({"max_count": 1}, "any defect (rule 1): 2 defects, 1 allowed"),
        ({"min_distance_px": 32}, "any defect (rule 1): distance 31 px, at least 32 px"),
        ({}, "any defect (rule 1): 2 defects, 0 allowed"),
        # A tenth of a millimetre a pixel: 100×200 pixels are 10×20 mm, 0.02 dm².
        ({"max_per_dm2": 99}, "any defect (rule 1): density 100 per dm², at most 99 per dm²"),
        ({"min_distance_mm": 3.2}, "any defect (rule 1): distance 3.1 mm, at least 3.2 mm"),
        ({"max_length_mm": 1.9}, "any defect (rule 1): length 2 mm, at most 1.9 mm"),
        ({"max_area_mm2": 0.3}, "any defect (rule 1): area 0.4 mm², at most 0.3 mm²"),
    ],
)
def test_each_limit_names_value_and_limit(limit: dict[str, float], words: str) -> None:
    one = a_defect(box_xyxy=(10, 10, 30, 12), length_mm=2.0, area_mm2=0.4)
    other = a_defect(box_xyxy=(60, 10, 70, 12), length_mm=1.0, area_mm2=0.2)
    recipe = Recipe(frames=Frames(pixel_mm=0.1), rules=(Rule.model_validate(limit),))
    verdict = judged(recipe, one, other)
    assert (verdict.outcome.value, verdict.rule, broken(verdict)) == ("fail", words, [words])
    more = {name: 0.9 * value if name.startswith("min") else value + 1 for name, value in limit.items()}
    within = judged(recipe.model_copy(update={"rules": (Rule.model_validate(more or {"max_count": 2}),)}), one, other)
    assert (within.outcome.value, broken(within)) == ("pass", [])


def test_rules_are_about_classes_and_zones() -> None:
    rim = Zone(name="rim", points="0,0 99,0 99,99 0,99")
    rules = (Rule(name="rim", classes=("dent",), zones=("rim",), max_length_px=5),)
    recipe = Recipe(rules=rules, zones=(rim,), tolerances=Tolerances(max_defects=1))
    long_dent_there = a_defect("dent", box_xyxy=(95, 5, 105, 7))  # half of it
    long_dent_elsewhere = a_defect("dent", box_xyxy=(120, 5, 130, 7))
    scratch_there = a_defect("scratch", box_xyxy=(5, 5, 15, 7))
    assert broken(judged(recipe, long_dent_there)) == ["rim: length 10 px, at most 5 px"]
    assert broken(judged(recipe, long_dent_elsewhere)) == []
    # What no rule is about counts against max_defects: nothing passes because nobody thought of it.
    assert broken(judged(recipe, long_dent_elsewhere, scratch_there)) == ["any other defect: 2 defects, 1 allowed"]


def test_what_is_ignored_must_lie_in_the_zone_with_all_its_pixels() -> None:
    under = Zone(name="underside", points="0,0 99,0 99,99 0,99")
    recipe = Recipe(rules=(Rule(zones=("underside",), outcome="ignore", max_length_px=20),), zones=(under,))
    inside, across = a_defect(box_xyxy=(50, 5, 70, 7)), a_defect(box_xyxy=(90, 5, 110, 7))
    too_long = a_defect(box_xyxy=(50, 5, 71, 7))
    verdict = judged(recipe, inside)
    assert (verdict.outcome.value, verdict.ignored) == ("pass", (1,))
    assert judged(recipe, across).outcome.value == "fail"
    verdict = judged(recipe, inside, too_long)
    assert (verdict.rule, verdict.ignored) == ("1 defect, 0 allowed", (1,))


def test_a_rule_may_ask_for_a_person() -> None:
    review, fail = Rule(name="small", outcome="review", max_length_px=5), Rule(name="large", max_length_px=20)
    recipe = Recipe(rules=(review, fail))
    assert judged(recipe, a_defect(box_xyxy=(0, 0, 5, 1))).outcome.value == "pass"
    verdict = judged(recipe, a_defect(box_xyxy=(0, 0, 6, 1)))
    assert (verdict.outcome.value, verdict.rule) == ("review", "small: length 6 px, at most 5 px")
    verdict = judged(recipe, a_defect(box_xyxy=(0, 0, 21, 1)))
    # The worse outcome comes first, whatever the order of the rules.
    assert (verdict.outcome.value, verdict.rule) == ("fail", "large: length 21 px, at most 20 px; and 1 more limit")


def test_a_finding_names_the_defects_that_are_too_large() -> None:
    recipe = Recipe(rules=(Rule(max_length_px=5),))
    verdict = judged(recipe, a_defect(box_xyxy=(0, 0, 3, 1)), a_defect(box_xyxy=(9, 0, 19, 1)))
    assert verdict.findings[0].defects == (2,)


def test_a_rule_in_mm_without_a_scale_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"'deep': max_length_mm is in mm, and no camera has a scale; set frames.pix"):
        Judge(Recipe(rules=(Rule(name="deep", max_length_mm=3),)))


def test_a_camera_without_a_scale_never_passes_a_rule_in_mm() -> None:
    recipe = Recipe(calibration=(Calibration(camera="left", homography=TENTH_MM),), rules=(Rule(max_length_mm=3),))
    assert judged(recipe, camera="left").outcome.value == "pass"
    verdict = judged(recipe, camera="right")
    words = "any defect (rule 1): max_length_mm is in mm, and camera 'right' has no scale"
    assert (verdict.outcome.value, verdict.rule) == ("not-inspected", words)


def test_a_rule_on_a_class_that_there_is_not_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"there is no class 'bump'; classes: dent, scratch"):
        Judge(Recipe(rules=(Rule(classes=("bump",)),)), ("scratch", "dent"))


def test_density_counts_the_region_of_interest() -> None:
    recipe = Recipe(
        frames=Frames(pixel_mm=1.0),
        inspection=Inspection(region={"": "0,0 100,0 100,100 0,100"}),
        rules=(Rule(max_per_dm2=1),),
    )
    verdict = judged(
        recipe,
        a_defect(length_mm=1.0, area_mm2=0.2),
        a_defect("dent", box_xyxy=(50, 50, 51, 51), length_mm=1.0, area_mm2=0.2),
    )
    assert verdict.findings[0].value == pytest.approx(2, rel=0.01)  # 100×100 mm are a dm²


def test_a_defect_is_as_bad_as_the_worst_picture_of_it() -> None:
    whole, left, right = (a_defect(box_xyxy=box) for box in ((10, 5, 50, 7), (10, 5, 25, 7), (30, 5, 45, 7)))
    recipe = Recipe(rules=(Rule(max_length_px=20),))
    seen = [Seen("one", "top", (100, 200), [whole]), Seen("two", "top", (100, 200), [left, right])]
    judgement = Judge(recipe).judge(seen)
    assert len(judgement.defects) == 2
    assert judgement.verdict.rule == "any defect (rule 1): length 40 px, at most 20 px"


def test_what_one_picture_shows_outside_of_a_zone_is_not_ignored() -> None:
    under = Zone(name="underside", camera="below", points="0,0 99,0 99,99 0,99")
    recipe = Recipe(
        calibration=tuple(Calibration(camera=each, homography=TENTH_MM, plane="sheet") for each in ("below", "above")),
        rules=(Rule(zones=("underside",), outcome="ignore"),),
        zones=(under,),
    )
    below = Seen("b", "below", (100, 200), [a_defect(box_xyxy=(10, 5, 20, 7), length_mm=1.0, area_mm2=0.2)])
    above = Seen("a", "above", (100, 200), [a_defect(box_xyxy=(10, 5, 21, 7), length_mm=1.0, area_mm2=0.2)])
    assert Judge(recipe).judge([below]).verdict.outcome.value == "pass"
    assert Judge(recipe).judge([below, above]).verdict.outcome.value == "fail"


def test_a_scratch_across_two_cameras_is_as_long_as_both_show_together() -> None:
    left = Calibration(camera="left", homography=TENTH_MM, plane="sheet")
    right = Calibration(camera="right", homography=(0.1, 0, 5.0, 0, 0.1, 0, 0, 0, 1), plane="sheet")
    recipe = Recipe(calibration=(left, right), rules=(Rule(max_length_mm=7),))
    one = a_defect(box_xyxy=(0, 5, 60, 7), length_mm=6.0, area_mm2=1.2)  # 0 to 6 mm
    other = a_defect(box_xyxy=(0, 5, 60, 7), length_mm=6.0, area_mm2=1.2)  # 5 to 11 mm
    verdict = Judge(recipe).judge([Seen("l", "left", (9, 99), [one]), Seen("r", "right", (9, 99), [other])]).verdict
    assert verdict.findings[0].value == pytest.approx(10.9, abs=0.2)
    assert verdict.outcome.value == "fail"


@pytest.mark.parametrize("length_mm", [float("inf"), float("nan")])
def test_what_could_not_be_measured_never_passes(length_mm: float) -> None:
    recipe = Recipe(frames=Frames(pixel_mm=0.1), rules=(Rule(max_length_mm=9, max_count=5),))
    verdict = judged(recipe, a_defect(length_mm=length_mm, area_mm2=1.0))
    assert verdict.outcome.value == "not-inspected"


def test_a_little_more_than_the_limit_is_more() -> None:
    recipe = Recipe(frames=Frames(pixel_mm=0.1), rules=(Rule(max_length_mm=3),))
    assert judged(recipe, a_defect(length_mm=3.00004, area_mm2=1.0)).outcome.value == "fail"


def test_a_zone_of_a_camera_takes_the_place_of_one_for_any() -> None:
    zones = (Zone(name="rim", points="0,0 199,0 199,99 0,99"), Zone(name="rim", camera="top", points="0,0 9,0 9,9"))
    recipe = Recipe(zones=zones, rules=(Rule(zones=("rim",), outcome="ignore"),))
    defect = a_defect(box_xyxy=(50, 5, 60, 7))
    assert judged(recipe, defect, camera="side").outcome.value == "pass"
    assert judged(recipe, defect, camera="top").outcome.value == "fail"


def test_density_in_a_zone_that_no_camera_sees_is_kept() -> None:
    recipe = Recipe(
        frames=Frames(pixel_mm=1.0),
        zones=(Zone(name="rim", camera="side", points="0,0 9,0 9,9"),),
        rules=(Rule(zones=("rim",), max_per_dm2=1),),
    )
    assert judged(recipe, camera="top").outcome.value == "pass"
    assert Judge(recipe).judge([]).verdict.findings[0].value is None


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        ({"rules": ({"outcome": "ignore"},)}, "would let everything pass"),
        (
            {"frames": {"cameras": ("left",)}, "zones": ({"name": "a", "camera": "letf", "points": "0,0 9,0 9,9"},)},
            "camera 'letf' is none of frames.cameras",
        ),
    ],
)
def test_rules_that_would_not_do_what_they_say_are_refused(recipe: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Recipe.model_validate(recipe)
