import pytest
from pydantic import ValidationError

from scuff.core.polygon import polygon
from scuff.core.recipe import Inspection, Product, Recipe, Split
from scuff.core.recipe_keys import list_model, section_model


def test_defaults_are_those_of_the_published_procedure() -> None:
    recipe = Recipe()
    assert (recipe.patches.size_px, recipe.patches.overlap) == (384, 0.25)
    assert (recipe.training.bce_weight, recipe.training.dice_weight) == (0.05, 0.95)
    assert (recipe.training.learning_rate, recipe.training.epochs, recipe.training.patience) == (1e-4, 50, 7)
    assert recipe.network.encoder == "efficientnet_b0"


def test_every_key_is_described() -> None:
    assert Recipe.model_fields["seed"].description
    for name in Recipe.model_fields.keys() - {"seed"}:
        section = section_model(name) or list_model(name)
        assert section is not None
        assert section.__doc__
        for inner in section.model_fields.values():
            assert inner.description, inner


def test_shares_of_a_split_must_add_up_to_one() -> None:
    with pytest.raises(ValidationError, match=r"must add up to 1, not 1\.2"):
        Split(training=0.9)
    assert Split(training=0.5, validation=0.25, test=0.25).test == 0.25


def test_a_class_may_be_named_once() -> None:
    with pytest.raises(ValidationError, match="a class is named twice"):
        Product(classes=("scratch", "dent", "scratch"))


def test_inspection_is_that_of_whole_frames_by_default() -> None:
    inspection = Recipe().inspection
    assert (inspection.region, inspection.screening, inspection.runtime) == ({}, "auto", "auto")
    assert (inspection.streams, inspection.lanes) == (None, 2)


def test_polygon_is_read_as_points() -> None:
    assert polygon("0,0 900,0\t900,600") == [(0, 0), (900, 0), (900, 600)]


@pytest.mark.parametrize(
    "text", ["", "0,0 900,0", "0,0 900,0 900", "0,0 900,0 900,600,3", "0,0 9.5,0 9,6", "0,0 -9,0 9,6", "a,b c,d e,f"]
)
def test_polygon_of_anything_but_points_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="must be three or more points in whole pixels"):
        Inspection(region={"left": text})


@pytest.mark.parametrize(
    "text",
    ["5,5 5,5 5,5", "0,0 10,10 20,20", "0,0 9,0 0,0", "0,0 10,10 10,0 0,10"],
    ids=["point", "line", "back", "eight"],
)
def test_polygon_that_encloses_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match=r"encloses no area: .*; name the corners in the order"):
        Inspection(region={"": text})


@pytest.mark.parametrize("wrong", [{"streams": 0}, {"lanes": 0}, {"runtime": "caffe"}, {"screening": "on"}])
def test_inspection_settings_have_limits(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Inspection.model_validate(wrong)
