"""`scuff split`: divide the parts of a catalogue into training, validation and test."""

from pathlib import Path

import click

from scuff.cli.recipe_options import recipe_options
from scuff.core.recipe import Recipe
from scuff.dataset.balance import Holdings, holdings
from scuff.dataset.catalogue import load_catalogue
from scuff.dataset.split import Division, Side, check_out, divide, save_division

EXAMPLES = """\
\b
Examples:
  scuff split catalogue split.csv
  scuff split catalogue split.csv --set split.training=0.6 --set split.test=0.25
  scuff split catalogue split.csv --each-image-is-a-part"""


@click.command(epilog=EXAMPLES)
@click.argument("catalogue", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT.csv", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--each-image-is-a-part",
    "each_image",
    is_flag=True,
    help="For a catalogue that knows no parts: say that no two pictures show the same one.",
)
@click.option("--overwrite", is_flag=True, help="Replace a split that is there already.")
@recipe_options
def command(catalogue: Path, out: Path, each_image: bool, overwrite: bool, recipe: Recipe) -> None:
    """Divide the parts of CATALOGUE into training, validation and test; write OUT.csv.

    All pictures of a part go to the same side. The sides are balanced in parts, frames, defective area and
    classes; the table shows how well that went. The seed of the recipe decides among equally good divisions.
    """
    check_out(out, overwrite)
    loaded = load_catalogue(catalogue)
    division = divide(loaded, recipe.split, recipe.seed, each_image)
    save_division(out, division)
    click.echo(_table(holdings(loaded), division))
    click.echo(f"Wrote {out}")


def _table(held: Holdings, division: Division) -> str:
    """What each side holds of each kind, and which share that is of all there is."""
    sides = [side for side in Side if division.parts(side)]
    sums = [held.counts[[division.sides[part] is side for part in held.parts]].sum(axis=0) for side in sides]
    totals = held.counts.sum(axis=0)
    lines = [["", *sides]]
    for kind, total, *amounts in zip(held.kinds, totals, *sums, strict=True):
        lines.append([kind, *(f"{amount:,} {amount / total:6.1%}" for amount in amounts)])
    return "\n".join(_aligned(lines))


def _aligned(lines: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip() for line in lines]
