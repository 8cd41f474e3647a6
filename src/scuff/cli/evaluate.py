"""`scuff evaluate`: the honest numbers of a run."""

from pathlib import Path

import click
import torch

from scuff.core.errors import CatalogueError
from scuff.core.picture import sha256, write_whole
from scuff.dataset.catalogue import Catalogue, Row, load_catalogue
from scuff.dataset.split import Side, load_division
from scuff.evaluation.figures import draw_examples
from scuff.evaluation.frames import evaluate_frames
from scuff.evaluation.tables import text_table, write_csv, write_json
from scuff.nets.checkpoint import Checkpoint, load_checkpoint
from scuff.nets.runtime import TorchRuntime
from scuff.training.run import Run, load_run

EXAMPLES = """\b
Example:
  scuff evaluate work/run"""


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
@click.option("--threshold", type=click.FloatRange(0, 1, min_open=True, max_open=True), help="Instead of the run's.")
def command(run: Path, side: str, other: Path | None, threshold: float | None) -> None:
    """Count the right and wrong pixels of RUN on whole frames of unseen parts.

    Prints a table and writes metrics.json, counts.csv, best.png and worst.png into RUN/evaluation/SIDE.
    """
    trained = load_run(run)
    checkpoint = load_checkpoint(trained.checkpoint)
    catalogue, rows = _other_frames(trained, other) if other else _frames(trained, checkpoint, Side(side))
    out = run / "evaluation" / (catalogue.folder.resolve().name if other else side)
    facts = checkpoint.facts
    runtime = TorchRuntime(checkpoint.network(), "cuda" if torch.cuda.is_available() else "cpu")
    with click.progressbar(length=len(rows), label=f"Evaluating {len(rows)} frames") as bar:
        evaluation = evaluate_frames(
            catalogue, rows, runtime, facts.tile_px, facts.overlap, threshold or facts.threshold, bar.update
        )
    table = text_table(evaluation)
    provenance = {
        "frames_of": str(other) if other else side,
        "catalogue_sha256": catalogue.checksum(),
        "split_sha256": facts.split_sha256,
        "checkpoint_sha256": sha256(trained.checkpoint),
        "scuff": facts.scuff,
        "commit": facts.commit,
        "threshold_source": "given by hand" if threshold else facts.threshold_source,
    }
    write_json(out / "metrics.json", evaluation, provenance)
    write_csv(out / "counts.csv", evaluation)
    write_whole(out / "table.txt", table + "\n")
    drawn = draw_examples(
        catalogue, evaluation, runtime, facts.tile_px, facts.overlap, out / "best.png", out / "worst.png"
    )
    click.echo(table)
    pictures = " and ".join(path.name for path in drawn)
    click.echo(f"Written to {out}" + (f"; {pictures} show predictions beside the truth" if drawn else ""))


def _frames(run: Run, checkpoint: Checkpoint, side: Side) -> tuple[Catalogue, list[Row]]:
    """Take one side of the split that the run was trained with, unchanged since."""
    catalogue = load_catalogue(run.catalogue)
    if catalogue.checksum() != checkpoint.facts.catalogue_sha256:
        raise CatalogueError(
            f"{run.catalogue}: has changed since {run.folder} was trained, so its unseen parts are not known any "
            "more; restore it, or train again"
        )
    return catalogue, load_division(run.split).rows(catalogue, side)


def _other_frames(run: Run, folder: Path) -> tuple[Catalogue, list[Row]]:
    """Take all frames of another catalogue, none of which the run has seen."""
    own = load_catalogue(run.catalogue)
    division = load_division(run.split)
    seen = {row.sha256: row.frame for side in (Side.TRAINING, Side.VALIDATION) for row in division.rows(own, side)}
    catalogue = load_catalogue(folder)
    if catalogue.classes != own.classes:
        raise CatalogueError(
            f"{folder}: its classes are {', '.join(catalogue.classes)}, but {run.folder} was trained on "
            f"{', '.join(own.classes)}; import it with these in product.classes, in this order"
        )
    again = [row.frame for row in catalogue.rows if row.sha256 in seen]
    if again:
        raise CatalogueError(
            f"{folder}: {len(again)} of its pictures were used to train {run.folder} (the first is {again[0]}); "
            "figures on them would be too good. Evaluate on pictures of other parts"
        )
    return catalogue, list(catalogue.rows)
