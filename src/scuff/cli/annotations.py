"""`scuff annotations`: write a catalogue's annotations as LabelMe or COCO."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from scuff.core.recipe_keys import toml_value
from scuff.dataset.annotation_export import COCO_NAME, write_coco, write_labelme
from scuff.dataset.catalogue import Catalogue, Row, load_catalogue

EXAMPLES = """\
\b
Examples:
  scuff annotations catalogue labels --format labelme
  scuff annotations catalogue coco --format coco"""


@click.command(epilog=EXAMPLES)
@click.argument("catalogue", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    "annotation_format",
    type=click.Choice(["labelme", "coco"]),
    required=True,
    help=f"labelme: a JSON per frame, to edit in LabelMe; coco: one {COCO_NAME} for all.",
)
@click.option("--overwrite", is_flag=True, help="Replace files that are there already.")
def command(catalogue: Path, out: Path, annotation_format: str, overwrite: bool) -> None:
    """Write the annotations of CATALOGUE into the folder OUT; `scuff import OUT` gives the same masks.

    The pictures stay where they are: the files name them relative to OUT.
    """
    loaded = load_catalogue(catalogue)
    write = write_labelme if annotation_format == "labelme" else write_coco
    write(loaded, out, _shown(loaded), overwrite)
    click.echo(f"Wrote the annotations of {len(loaded.rows):,} frames into {out}")
    if annotation_format == "labelme" and loaded.classes:
        setting = shlex.quote(f"product.classes={toml_value(loaded.classes)}")
        click.echo(f"LabelMe keeps no order of classes; import with --set {setting} to have the same")


def _shown(catalogue: Catalogue) -> Iterator[Row]:
    with click.progressbar(catalogue.rows, label="Writing") as bar:
        yield from bar
