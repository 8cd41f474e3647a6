"""`scuff export`: a checkpoint becomes a bundle."""

import json
import sys
from pathlib import Path
from typing import get_args

import click
import numpy as np
from numpy.typing import NDArray

from scuff.core.bundle import Precision, RuntimeName
from scuff.core.errors import CatalogueError
from scuff.core.picture import sha256
from scuff.dataset.patches import Patches, load_patches
from scuff.dataset.split import Side
from scuff.export.held_out import HeldOut, choose_held_out
from scuff.export.networks import Calibration
from scuff.export.report import figures_table
from scuff.export.wanted import STRIP_PX, Wanted
from scuff.export.writer import write_bundle
from scuff.nets.checkpoint import load_checkpoint
from scuff.training.finish import frames_of
from scuff.training.run import Run, load_run

FRAMES = 12
"""Frames to compare on, unless told otherwise."""

CALIBRATION_PATCHES = 300
"""Patches of each side for int8, at most."""

EXAMPLES = """\b
Examples:
  scuff export run bundle
  scuff export run bundle --precision bf16
  scuff export run bundle --precision int8 --strips
  scuff export run bundle --precision int8 --strips 640 --frames 40
  scuff export run bundle --runtime onnxruntime --runtime torch"""


@click.command("export", epilog=EXAMPLES)
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--precision",
    type=click.Choice(get_args(Precision)),
    default="fp32",
    show_default=True,
    help="Arithmetic of the network. bf16 and int8 are faster on a CPU that has them; int8 is calibrated on the "
    "patches that were trained on.",
)
@click.option(
    "--strips",
    "strip_px",
    type=click.IntRange(min=32),
    is_flag=False,
    flag_value=STRIP_PX,
    metavar="[HEIGHT]",
    help=f"Let the network see strips as wide as the frame instead of squares as in training; HEIGHT is a multiple of "
    f"32, {STRIP_PX} if not given.",
)
@click.option(
    "--runtime",
    "runtimes",
    type=click.Choice(get_args(RuntimeName)),
    multiple=True,
    help="Add a network for this runtime to that for OpenVINO; may be repeated.",
)
@click.option(
    "--frames",
    "most",
    type=click.IntRange(min=1),
    default=FRAMES,
    show_default=True,
    help="Whole validation and test frames to compare on, at most.",
)
def command(
    run: Path,
    bundle: Path,
    precision: Precision,
    strip_px: int | None,
    runtimes: tuple[RuntimeName, ...],
    most: int,
) -> None:
    """Write the network of RUN as a BUNDLE that a station can run.

    The exported network is compared with the checkpoint on whole frames of parts that it was not trained on: pixel
    F1, defects, scores. Where a figure misses its limit, no bundle is written, and BUNDLE.disagreement shows all
    figures, and pictures of where the two differ most.
    """
    trained = load_run(run)
    checkpoint = load_checkpoint(trained.checkpoint)
    digest = sha256(trained.checkpoint)
    frames = _held_out(trained, most)
    calibration = _calibration(trained) if precision == "int8" else None
    wanted = Wanted(precision, strip_px, runtimes)
    label = f"Exporting {precision}, and comparing on {len(frames)} frames"
    with click.progressbar(length=len(frames), label=label, file=sys.stderr) as bar:
        metrics = _metrics(run, digest)
        manifest = write_bundle(
            bundle, checkpoint, digest, wanted, frames, metrics, calibration, progress=bar.update
        ).manifest
    for name, agreement in manifest.agreement.items():
        click.echo(f"{name} agrees with the checkpoint on {agreement.source}:\n\n{figures_table(agreement)}\n")
    click.echo(f"Bundle {bundle}; try: scuff inspect {bundle} PICTURES --out results")


def _held_out(run: Run, most: int) -> HeldOut:
    """Choose whole frames of parts that a run was not trained on."""
    catalogue, validation = frames_of(run, Side.VALIDATION)
    _, test = frames_of(run, Side.TEST)
    return choose_held_out(catalogue, {Side.VALIDATION: validation, Side.TEST: test}, most)


def _calibration(run: Run) -> Calibration:
    """Take patches, spread evenly over those that were trained on, and over those that were validated on."""
    patches = load_patches(run.patches)
    if patches.record != run.record.patch_record:
        raise CatalogueError(
            f"{run.patches}: these are not the patches that {run.folder} was trained on; cut them again as they were"
        )
    training, validation = (_some(patches, side) for side in (Side.TRAINING, Side.VALIDATION))
    return Calibration(
        [np.array(patches.images[number]) for number in training],
        [(np.array(patches.images[number]), np.array(patches.masks[number])) for number in validation],
    )


def _some(patches: Patches, side: Side) -> NDArray[np.int64]:
    numbers = patches.some(side)
    places = np.linspace(0, len(numbers) - 1, min(CALIBRATION_PATCHES, len(numbers))).round().astype(int)
    return np.asarray(numbers[places])


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
