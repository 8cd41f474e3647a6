from pathlib import Path

import pytest
from click.testing import CliRunner

from scuff.cli.init import command
from scuff.core.errors import RecipeError
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe


def test_writes_a_commented_recipe_and_says_what_comes_next(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "lid"
    result = CliRunner().invoke(command, [str(folder), "--name", "Gearbox lid"], catch_exceptions=False)
    assert result.exit_code == 0
    recipe = load_recipe(folder / "recipe.toml")
    assert recipe.product.name == "Gearbox lid"
    assert recipe.training == Recipe().training
    for step in ("import", "split", "patches", "train", "evaluate", "export", "inspect"):
        assert f"  scuff {step} " in result.output
    assert f"cd {folder}" in result.output


def test_the_product_is_named_after_the_folder(tmp_path: Path) -> None:
    CliRunner().invoke(command, [str(tmp_path / "lid")], catch_exceptions=False)
    assert load_recipe(tmp_path / "lid" / "recipe.toml").product.name == "lid"


def test_never_overwrites_a_recipe(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text("seed = 5\n")
    with pytest.raises(RecipeError, match="there is a recipe already; edit it, or move it away first"):
        CliRunner().invoke(command, [str(tmp_path)], catch_exceptions=False)
    assert path.read_text() == "seed = 5\n"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "lid").write_text("")
    with pytest.raises(RecipeError, match="lid: is a file; name a folder"):
        CliRunner().invoke(command, [str(tmp_path / "lid")], catch_exceptions=False)
