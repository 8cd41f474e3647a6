"""The options of every command that reads a recipe."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from scuff.core.recipe_file import RECIPE_NAME, load_recipe

R = TypeVar("R")


def recipe_options(function: Callable[..., R]) -> Callable[..., R]:
    """Add ``--recipe`` and ``--set`` to a command and pass it the checked ``recipe``."""

    @click.option(
        "--recipe",
        "recipe_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=f"The product's recipe; ./{RECIPE_NAME} if there is one.",
    )
    @click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="KEY=VALUE",
        help="Set one key of the recipe for this run, as in training.epochs=3; may be repeated.",
    )
    @functools.wraps(function)
    def with_recipe(*args: object, recipe_file: Path | None, overrides: tuple[str, ...], **others: object) -> R:
        recipe = load_recipe(recipe_file or _recipe_here(), overrides)
        return function(*args, recipe=recipe, **others)

    return with_recipe


def _recipe_here() -> Path | None:
    here = Path(RECIPE_NAME)
    if not here.is_file():
        return None
    click.echo(f"Using ./{RECIPE_NAME}", err=True)
    return here
