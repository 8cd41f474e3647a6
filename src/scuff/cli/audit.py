"""`scuff audit`: look for pictures of one scene, annotations that look wrong, and odd frames."""

from pathlib import Path

import click

from scuff.cli.audit_progress import AuditProgress
from scuff.core.errors import CatalogueError
from scuff.dataset.audit.audit import audit
from scuff.dataset.audit.outputs import GROUPS, JSON, REPORT, write_outputs
from scuff.dataset.catalogue import TABLE, load_catalogue
from scuff.dataset.split import load_division

EPILOG = """\
\b
Exit code: 0  no scene is on two sides of the split, or no split was given
           1  a scene is on two sides of the split
           2  no results: the call, the catalogue, the split or the disk is wrong

\b
Examples:
  scuff audit catalogue
  scuff audit catalogue --split split.csv --out audit"""

LEAKS = 1
"""Exit code where a scene is on two sides of the split; 2 means that there are no results."""


@click.command(epilog=EPILOG)
@click.argument("catalogue", type=click.Path(path_type=Path))
@click.option(
    "--split",
    "split_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A split of the catalogue, to be checked for scenes that are on two of its sides.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("audit"),
    show_default=True,
    metavar="DIR",
    help="Folder for the report and the tables; those of an earlier audit are replaced.",
)
@click.pass_context
def command(context: click.Context, catalogue: Path, split_file: Path | None, out: Path) -> None:
    """Look for what makes the figures of CATALOGUE too good, or its training bad.

    Found are pictures that show the same metal, also flipped, turned, cropped, in another exposure or encoding; masks
    that look wrong; annotations that differ on one scene; pictures that cannot be read, are blurred, saturated, or of
    another size. Written to DIR: audit.html with the pictures side by side, audit.json, and CSV tables of pairs,
    groups and findings.
    """
    if (out / TABLE).exists():
        raise CatalogueError(f"{out}: holds a catalogue; name another folder with --out")
    loaded = load_catalogue(catalogue)
    if not loaded.rows:
        raise CatalogueError(f"{catalogue}: has no frames; `scuff import` adds them")
    found = audit(loaded, load_division(split_file) if split_file else None, AuditProgress())
    write_outputs(out, found)
    for line in found.summary():
        click.echo(line[0].upper() + line[1:])
    click.echo(f"Wrote {out / REPORT}, {out / JSON}, {out / GROUPS} and other tables")
    context.exit(LEAKS if found.crossing or found.divided else 0)
