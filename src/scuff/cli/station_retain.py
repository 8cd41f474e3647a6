"""`scuff station retain`: old pictures go, by the rules of the recipe."""

from datetime import UTC, datetime
from pathlib import Path

import click

from scuff.core.recipe_file import load_recipe
from scuff.store.opening import open_store

EPILOG = """\
\b
Examples:
  scuff station retain recipe.toml"""


@click.command(no_args_is_help=True, epilog=EPILOG)
@click.argument("recipe_file", metavar="RECIPE", type=click.Path(path_type=Path))
def command(recipe_file: Path) -> None:
    """Delete the pictures that store.keep_pass_days and store.keep_other_days of RECIPE let go, now.

    `scuff station run` does so every hour; this is for a station that stands still, and may run beside it. Rows stay:
    `scuff station parts` still tells of the parts, and that their pictures are gone.
    """
    recipe = load_recipe(recipe_file)
    store = open_store(recipe.store, recipe.line.station, make=False)
    try:
        removed = store.retain(datetime.now(UTC))
    finally:
        store.close()
    if recipe.store.keep_pass_days is None and recipe.store.keep_other_days is None:
        click.echo(
            "The recipe keeps all pictures: neither store.keep_pass_days nor store.keep_other_days is set", err=True
        )
    count = f"{removed.pictures:,} picture{'s' * (removed.pictures != 1)}"
    click.echo(f"Removed {count}, {removed.bytes / 1e6:,.1f} MB")
