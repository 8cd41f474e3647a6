"""`scuff patches`: cut patches for training from the frames of a split."""

from pathlib import Path

import click

from scuff.cli.recipe_options import recipe_options
from scuff.core.picture import write_png
from scuff.core.recipe import Recipe
from scuff.dataset.catalogue import load_catalogue
from scuff.dataset.patches import Patches, cut_patches
from scuff.dataset.preview import patch_sheet
from scuff.dataset.split import Side, load_division

EXAMPLES = """\
\b
Examples:
  scuff patches catalogue split.csv patches --preview
  scuff patches catalogue split.csv patches --set patches.sound_share=0.3"""


@click.command(epilog=EXAMPLES)
@click.argument("catalogue", type=click.Path(path_type=Path))
@click.argument("split", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Draw OUT/preview-SIDE.png: patches with their masks outlined.")
@recipe_options
def command(catalogue: Path, split: Path, out: Path, preview: bool, recipe: Recipe) -> None:
    """Cut patches from the frames of CATALOGUE, divided as SPLIT says, into the folder OUT.

    Windows of 384×384 pixels with 25 % overlap slide over each frame, and those that hold defective pixels are
    kept. Another size and overlap, the least defective pixels and a share of sound patches are set in [patches]
    of the recipe. A frame smaller than a patch is padded; training and figures leave the padding out.
    """
    loaded, division = load_catalogue(catalogue), load_division(split)
    division.check(loaded)
    with click.progressbar(length=2 * len(loaded.rows), label="Cutting") as bar:
        patches = cut_patches(
            loaded, division, recipe.patches, recipe.seed, out, lambda done, _: bar.update(done - bar.pos)
        )
    for side in Side:
        click.echo(_summary(patches, side))
    for note in patches.record.notes:
        click.echo(f"Note: {note}")
    click.echo(f"Wrote {out}")
    for side in Side:
        _draw(patches, side, preview)


def _summary(patches: Patches, side: Side) -> str:
    rows = [row for row in patches.rows if row.side is side]
    defective = sum(row.defect_px > 0 for row in rows)
    parts = len({row.part for row in rows})
    return (
        f"{side:<10}  {len(rows):>6,} patches ({defective:,} with defects, {len(rows) - defective:,} sound) "
        f"of {parts:,} parts"
    )


def _draw(patches: Patches, side: Side, wanted: bool) -> None:
    """Draw a side's contact sheet; one of patches that were there before does not stay."""
    path = patches.folder / f"preview-{side}.png"
    path.unlink(missing_ok=True)
    sheet = patch_sheet(patches, side) if wanted else None
    if sheet is not None:
        write_png(path, sheet)
        click.echo(f"Wrote {path}")
