"""`scuff export`: a checkpoint becomes a bundle."""

import json
from pathlib import Path

import click
import numpy as np

from scuff.core.errors import CatalogueError
from scuff.core.picture import sha256
from scuff.dataset.patches import load_patches
from scuff.dataset.split import Side
from scuff.export.writer import write_bundle
from scuff.nets.checkpoint import load_checkpoint
from scuff.training.run import load_run

COMPARED = 16
"""Patches to compare on: enough to meet every class, few enough to take seconds."""


EXAMPLES = """\b
Example:
  scuff export work/run work/bundle"""


@click.command("export", epilog=EXAMPLES)
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("bundle", type=click.Path(path_type=Path))
def command(run: Path, bundle: Path) -> None:
    """Write the network of RUN as a BUNDLE that a station can run.

    The exported network is compared with the checkpoint on validation patches; where they differ by more than
    the tolerance, nothing is written.
    """
    trained = load_run(run)
    checkpoint = load_checkpoint(trained.checkpoint)
    digest = sha256(trained.checkpoint)
    patches = load_patches(trained.patches)
    if patches.record != trained.record.patch_record:
        raise CatalogueError(
            f"{trained.patches}: these are not the patches that {run} was trained on; cut them again as they were"
        )
    numbers = patches.some(Side.VALIDATION)
    chosen = numbers[np.unique(np.linspace(0, len(numbers) - 1, COMPARED).round().astype(int))]
    written = write_bundle(
        bundle,
        checkpoint,
        digest,
        [np.array(patches.images[number]) for number in chosen],
        f"validation patches of {trained.record.patches}",
        _metrics(run, digest),
    )
    agreement = written.manifest.agreement
    click.echo(
        f"Scores differ from the checkpoint's by {agreement.largest_difference:.1e} at most on {agreement.patches} "
        f"patches (allowed: {agreement.tolerance:g})"
    )
    click.echo(f"Bundle {bundle}; try: scuff inspect {bundle} PICTURES --out results")


def _metrics(run: Path, checkpoint_sha256: str) -> dict[str, float]:
    """Figures of the evaluation on the test side, if there was one of this very checkpoint."""
    path = run / "evaluation" / Side.TEST / "metrics.json"
    if not path.is_file():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["provenance"]["checkpoint_sha256"] != checkpoint_sha256:
        return {}
    rows: dict[str, dict[str, float | None]] = content["rows"]
    return {
        f"{row} {name}": value
        for row, figures in rows.items()
        for name, value in figures.items()
        if name in {"precision", "recall", "f1", "iou"} and value is not None
    }
