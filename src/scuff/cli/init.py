"""`scuff init`: write a commented recipe into a folder."""

from pathlib import Path

import click

from scuff.core.errors import RecipeError
from scuff.core.picture import write_whole
from scuff.core.recipe import Product, Recipe
from scuff.core.recipe_file import RECIPE_NAME, recipe_text

NEXT = """\
Wrote {path}. Read it through, then, in that folder:

  cd {folder}
  scuff import PICTURES catalogue
  scuff split catalogue split.csv
  scuff patches catalogue split.csv patches --preview
  scuff train patches run
  scuff evaluate run
  scuff export run bundle
  scuff inspect bundle NEW_PICTURES --out report

Each command explains itself, as in: scuff train --help"""


EXAMPLES = """\b
Example:
  scuff init gearbox --name "Gearbox lid"
"""


@click.command(epilog=EXAMPLES)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the product, shown in reports; the folder's name if not given.")
def command(folder: Path, name: str | None) -> None:
    """Write a commented recipe into DIR: everything that is set per product.

    Every key has its meaning, unit and limits above it. A recipe that is there already is never overwritten.
    """
    path = folder / RECIPE_NAME
    if path.exists():
        raise RecipeError(f"{path}: there is a recipe already; edit it, or move it away first")
    if folder.exists() and not folder.is_dir():
        raise RecipeError(f"{folder}: is a file; name a folder")
    default = Recipe()
    product = Product(name=name or folder.resolve().name or default.product.name)
    write_whole(path, recipe_text(default.model_copy(update={"product": product})))
    click.echo(NEXT.format(path=path, folder=folder))
