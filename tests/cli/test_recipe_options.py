from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from scuff.cli.recipe_options import recipe_options
from scuff.core.errors import RecipeError
from scuff.core.recipe import Recipe


@click.command()
@click.argument("word")
@recipe_options
def show(word: str, recipe: Recipe) -> None:
    """Show what a recipe says."""
    click.echo(f"{word} {recipe.seed} {recipe.training.epochs}")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults_where_there_is_no_recipe(here: Path) -> None:
    result = CliRunner().invoke(show, ["a"], catch_exceptions=False)
    assert (result.stdout, result.stderr) == ("a 0 50\n", "")


def test_the_recipe_of_the_folder_is_used_and_named(here: Path) -> None:
    (here / "recipe.toml").write_text("seed = 3\n")
    result = CliRunner().invoke(show, ["a"], catch_exceptions=False)
    assert (result.stdout, result.stderr) == ("a 3 50\n", "Using ./recipe.toml\n")


def test_a_named_recipe_comes_first_and_settings_on_top(here: Path) -> None:
    (here / "recipe.toml").write_text("seed = 3\n")
    (here / "other.toml").write_text("seed = 4\n")
    arguments = ["a", "--recipe", "other.toml", "--set", "training.epochs=9", "--set", "training.patience=1"]
    result = CliRunner().invoke(show, arguments, catch_exceptions=False)
    assert (result.stdout, result.stderr) == ("a 4 9\n", "")


def test_a_wrong_setting_is_refused(here: Path) -> None:
    with pytest.raises(RecipeError, match=r"--set: seed = -1: must be a whole number, 0 to 2147483647"):
        CliRunner().invoke(show, ["a", "--set", "seed=-1"], catch_exceptions=False)


def test_help_explains_both_options() -> None:
    text = CliRunner().invoke(show, ["--help"]).output
    assert "--recipe FILE" in text
    assert "--set KEY=VALUE" in text
