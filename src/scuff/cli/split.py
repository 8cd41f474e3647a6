"""`scuff split`: divide the parts of a catalogue into training, validation and test."""

from collections import Counter
from pathlib import Path

import click

from scuff.cli.audit_progress import AuditProgress
from scuff.cli.recipe_options import recipe_options
from scuff.core.recipe import Recipe
from scuff.dataset.audit.audit import audit, united_parts
from scuff.dataset.balance import Holdings, holdings
from scuff.dataset.catalogue import Catalogue, load_catalogue
from scuff.dataset.split import Division, Side, check_out, check_parts, divide, save_division

EXAMPLES = """\
\b
Examples:
  scuff split catalogue split.csv
  scuff split catalogue split.csv --set split.training=0.6 --set split.test=0.25
  scuff split catalogue split.csv --each-image-is-a-part
  scuff split catalogue split.csv --no-audit"""


@click.command(epilog=EXAMPLES)
@click.argument("catalogue", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT.csv", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--each-image-is-a-part",
    "each_image",
    is_flag=True,
    help="For a catalogue that knows no parts: say that no two pictures show the same one.",
)
@click.option(
    "--audit/--no-audit",
    "audited",
    default=True,
    show_default=True,
    help="Look for pictures of one scene, and put the parts that share one on the same side.",
)
@click.option("--overwrite", is_flag=True, help="Replace a split that is there already.")
@recipe_options
def command(catalogue: Path, out: Path, each_image: bool, audited: bool, overwrite: bool, recipe: Recipe) -> None:
    """Divide the parts of CATALOGUE into training, validation and test; write OUT.csv.

    All pictures of a part go to the same side. The sides are balanced in parts, frames, defective area and
    classes; the table shows how well that went. The seed of the recipe decides among equally good divisions.

    Parts whose pictures show the same metal, by the pictures themselves, go to the same side, whatever they are
    called; `scuff audit` shows which. What was seen is kept beside the catalogue, so that another split takes seconds.
    """
    check_out(out, overwrite)
    loaded = load_catalogue(catalogue)
    check_parts(loaded, each_image)
    united = _united(loaded) if audited else None
    division = divide(loaded, recipe.split, recipe.seed, each_image, united)
    save_division(out, division)
    click.echo(_table(holdings(loaded), division))
    click.echo(f"Wrote {out}")


def _united(catalogue: Catalogue) -> dict[str, str]:
    """Find the parts that share a scene, and say how many they are."""
    united = united_parts(catalogue, audit(catalogue, progress=AuditProgress()).groups)
    sizes = [size for size in Counter(united.values()).values() if size > 1]
    if sizes:
        click.echo(
            f"Note: {sum(sizes):,} of {len(united):,} parts share a scene with another; they were joined to "
            f"{len(sizes):,} units, each on one side. `scuff audit` shows them, --no-audit leaves them apart",
            err=True,
        )
    return united


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
