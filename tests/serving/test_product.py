from collections.abc import Callable
from pathlib import Path

import pytest

from scuff.core.bundle import Bundle
from scuff.core.errors import RecipeError
from scuff.serving.product import open_products


@pytest.fixture
def bundle(make_bundle: Callable[..., Bundle]) -> Path:
    return make_bundle().folder


def write(path: Path, name: str, bundle: Path | None = None) -> Path:
    line = f'[line]\nbundle = "{bundle}"\n' if bundle else ""
    path.write_text(f'[product]\nname = "{name}"\n{line}')
    return path


def test_products_by_name_in_the_order_of_their_recipes(tmp_path: Path, bundle: Path) -> None:
    one, two = write(tmp_path / "1.toml", "lid"), write(tmp_path / "2.toml", "cup", bundle)
    products = open_products([one, two], ["line.queue=2"], bundle)
    assert list(products) == ["lid", "cup"]
    assert products["lid"].recipe.line.queue == 2
    assert "queue = 2" in products["lid"].version.text
    assert products["lid"].bundle == products["cup"].bundle


def test_a_product_without_a_bundle(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"lid: no bundle; set line\.bundle in its recipe, or give --bundle DIR"):
        open_products([write(tmp_path / "1.toml", "lid")], [], None)


def test_two_products_of_one_name(tmp_path: Path, bundle: Path) -> None:
    recipes = [write(tmp_path / f"{number}.toml", "lid") for number in (1, 2)]
    with pytest.raises(RecipeError, match=r"2\.toml: product\.name = 'lid' is that of another recipe"):
        open_products(recipes, [], bundle)
