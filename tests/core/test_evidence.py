import pytest
from pydantic import ValidationError

from scuff.core.evidence import Evidence, verdict_settings
from scuff.core.recipe import Inspection, Recipe, Tolerances

EVIDENCE = Evidence(
    threshold=0.25,
    claim="at most 2 % of the defective parts escape, with 95 % confidence",
    method="fixed-sequence test",
    max_escape=0.02,
    confidence=0.95,
    defective_parts=150,
    escapes=0,
    escape_bound=0.0198,
    sound_parts=100,
    false_rejects=3,
    false_reject_interval=(0.006, 0.085),
    parts_source="the parts of the catalogue calibration",
    catalogue_sha256="0",
    strict=True,
    settings=verdict_settings(Recipe()),
)


def test_it_holds_for_the_recipe_it_was_made_with() -> None:
    assert EVIDENCE.against(Recipe()) == ""
    assert EVIDENCE.against(Recipe(inspection=Inspection(threshold=0.25, lanes=4))) == ""


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (Recipe(inspection=Inspection(threshold=0.5)), "another inspection.threshold (0.25 then, 0.5 now)"),
        (Recipe(inspection=Inspection(min_area_px=9)), "another inspection.min_area_px (1 then, 9 now)"),
        (Recipe(inspection=Inspection(region={"": "0,0 9,0 9,9"})), "another inspection.region"),
        (Recipe(tolerances=Tolerances(max_defects=2)), "another tolerances"),
    ],
)
def test_what_changes_verdicts_ends_it(recipe: Recipe, said: str) -> None:
    assert said in EVIDENCE.against(recipe)


def test_it_is_kept_as_json() -> None:
    assert Evidence.model_validate_json(EVIDENCE.model_dump_json()) == EVIDENCE


def test_a_method_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match="method"):
        Evidence.model_validate(EVIDENCE.model_dump() | {"method": "by eye"})
