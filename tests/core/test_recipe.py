import pytest
from pydantic import ValidationError

from scuff.core.recipe import Product, Recipe, Split


def test_defaults_are_those_of_the_published_procedure() -> None:
    recipe = Recipe()
    assert (recipe.patches.size_px, recipe.patches.overlap) == (384, 0.25)
    assert (recipe.training.bce_weight, recipe.training.dice_weight) == (0.05, 0.95)
    assert (recipe.training.learning_rate, recipe.training.epochs, recipe.training.patience) == (1e-4, 50, 7)
    assert recipe.network.encoder == "efficientnet_b0"


def test_every_key_is_described() -> None:
    for name, field in Recipe.model_fields.items():
        section = field.annotation
        if name == "seed":
            assert field.description
            continue
        assert isinstance(section, type)
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
