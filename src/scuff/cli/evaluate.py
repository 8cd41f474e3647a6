"""`scuff evaluate`: the honest numbers of a run."""

from pathlib import Path

import click

from scuff.core.errors import CatalogueError
from scuff.dataset.catalogue import Catalogue, Row
from scuff.dataset.split import Side
from scuff.nets.checkpoint import load_checkpoint
from scuff.training.assess import assess, figures_folder
from scuff.training.finish import frames_of
from scuff.training.precision import choose_device
from scuff.training.run import Run, load_run
from scuff.training.unseen import unseen_frames

EXAMPLES = """\b
Examples:
  scuff evaluate run
  scuff evaluate run --side validation
  scuff evaluate run --catalogue other/catalogue"""


@click.command("evaluate", epilog=EXAMPLES)
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--side",
    type=click.Choice([side.value for side in Side]),
    default=Side.TEST.value,
    show_default=True,
    help="Side of the split.",
)
@click.option(
    "--catalogue",
    "other",
    type=click.Path(path_type=Path),
    help="Evaluate on all frames of another catalogue instead; pictures that were trained on are refused.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Instead of that of the recipe (inspection.threshold), or else the run's own.",
)
def command(run: Path, side: str, other: Path | None, threshold: float | None) -> None:
    """Count what RUN finds on whole frames of unseen parts: parts, defects and pixels, right and wrong.

    Prints tables with intervals, and writes them with metrics.json, parts.csv, defects.csv, counts.csv, roc.png,
    froc.png, best.png and worst.png into RUN/evaluation/SIDE, or, with another catalogue or threshold, into a folder
    beside it.
    """
    trained = load_run(run)
    load_checkpoint(trained.checkpoint)  # tells now that the run is not finished, if it is not
    catalogue, rows = _other_frames(trained, other) if other else frames_of(trained, Side(side))
    name = f"catalogue-{catalogue.folder.resolve().name}" if other else side
    out = figures_folder(run, f"{name}-at-{threshold:g}" if threshold else name)
    with click.progressbar(length=len(rows), label=f"Evaluating {len(rows)} frames") as bar:
        table = assess(trained, catalogue, rows, out, choose_device("auto"), threshold, bar.update)
    click.echo(table)
    drawn = [name for name in ("best.png", "worst.png") if (out / name).is_file()]
    click.echo(f"Written to {out}" + (f"; {' and '.join(drawn)} show predictions beside the truth" if drawn else ""))


def _other_frames(run: Run, folder: Path) -> tuple[Catalogue, list[Row]]:
    """Take all frames of another catalogue, none of which the run has seen."""
    so_that = "figures on them would be too good. Evaluate on pictures of other parts"
    unseen = unseen_frames(run, folder, (Side.TRAINING, Side.VALIDATION), so_that)
    point = load_checkpoint(run.checkpoint).facts.operating_point
    if point is not None and point.catalogue_sha256 == unseen.catalogue.checksum():
        raise CatalogueError(f"{folder}: the threshold of {run.folder} was chosen on these parts; {so_that}")
    if unseen.namesakes:
        click.echo(
            f"Note: {len(unseen.namesakes)} parts have the name of a part that was trained on (the first is "
            f"{unseen.namesakes[0]}); if they are the same parts, the figures are too good",
            err=True,
        )
    return unseen.catalogue, list(unseen.catalogue.rows)
