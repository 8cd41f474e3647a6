"""`scuff export`: a checkpoint becomes a bundle."""

import json
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

import click
import numpy as np
from numpy.typing import NDArray

from scuff.core.bundle import Precision, RuntimeName, Screening
from scuff.core.errors import CatalogueError, RecipeError
from scuff.core.evidence import verdict_settings
from scuff.core.picture import sha256
from scuff.core.recipe_file import override_recipe
from scuff.dataset.patches import Patches, load_patches
from scuff.dataset.split import Side
from scuff.export.held_out import HeldOut, choose_held_out
from scuff.export.networks import Calibration
from scuff.export.report import figures_table
from scuff.export.screening import Screener, check_screen
from scuff.export.wanted import STRIP_PX, Wanted
from scuff.export.writer import write_bundle
from scuff.inspection.regions import Criteria
from scuff.nets.checkpoint import Checkpoint, load_checkpoint
from scuff.nets.screen_file import SCREEN_FILE, load_screen
from scuff.reporting.card import model_card
from scuff.reporting.facts import RunFacts, gather
from scuff.training.assess import METRICS, figures_folder
from scuff.training.finish import frames_of
from scuff.training.run import Run, load_run

FRAMES = 12
"""Frames to compare on, unless told otherwise."""

SCREENED_FRAMES = 100
"""Validation frames that set the threshold of a screening, and test frames that prove it, at most."""

SETTABLE = ("inspection", "tolerances")
"""Sections of the recipe that a bundle may have otherwise than the training."""

CALIBRATION_PATCHES = 300
"""Patches of each side for int8, at most."""

EXAMPLES = """\b
Examples:
  scuff export run bundle
  scuff export run bundle --precision bf16
  scuff export run bundle --precision int8 --strips
  scuff export run bundle --precision int8 --screening
  scuff export run bundle --precision int8 --set inspection.min_area_px=20
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
    "--screening",
    is_flag=True,
    help="Add the network that `scuff distil` taught to choose the tiles that the full network must see; left out if "
    "it loses a defect on test frames.",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help=f"Set one key of the recipe that goes into the bundle ({', '.join(f'{name}.…' for name in SETTABLE)}), as in "
    "inspection.min_area_px=20; may be repeated.",
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
    screening: bool,
    overrides: tuple[str, ...],
    most: int,
) -> None:
    """Write the network of RUN as a BUNDLE that a station can run.

    The exported network is compared with the checkpoint on whole frames of parts that it was not trained on: pixel
    F1, defects, scores. Where a figure misses its limit, no bundle is written, and BUNDLE.disagreement shows all
    figures, and pictures of where the two differ most.
    """
    trained = load_run(run)
    checkpoint = _with_settings(load_checkpoint(trained.checkpoint), overrides)
    digest = sha256(trained.checkpoint)
    frames = _held_out(trained, most, Side.VALIDATION, Side.TEST)
    screener = _screener(trained, checkpoint, digest, strip_px) if screening else None
    calibration = _calibration(trained) if precision == "int8" else None
    wanted = Wanted(precision, strip_px, runtimes)
    label = f"Exporting {precision}, and comparing on {len(frames)} frames"
    with click.progressbar(length=len(frames) + len(screener or ()), label=label, file=sys.stderr) as bar:
        facts = _facts(run, checkpoint)
        metrics = {} if facts.figures is None else _metrics(trained, digest)
        card = partial(model_card, facts)
        add_screen = None if screener is None else partial(screener.add, progress=bar.update)
        manifest = write_bundle(
            bundle, checkpoint, digest, wanted, frames, metrics, calibration, add_screen, card, bar.update
        ).manifest
    for name, agreement in manifest.agreement.items():
        click.echo(f"{name} agrees with the checkpoint on {agreement.source}:\n\n{figures_table(agreement)}\n")
    if screener is not None:
        click.echo(_screening_line(screener, manifest.screening))
    click.echo(f"Bundle {bundle}; try: scuff inspect {bundle} PICTURES --out results")


def _with_settings(checkpoint: Checkpoint, overrides: tuple[str, ...]) -> Checkpoint:
    """Set keys of a checkpoint's recipe; refuse those that the trained network would not follow."""
    for override in overrides:
        if override.partition(".")[0].strip() not in SETTABLE:
            raise RecipeError(
                f"--set {override}: cannot be set any more, since the network is trained already; only the keys of "
                f"{' and '.join(SETTABLE)} can"
            )
    facts = checkpoint.facts.model_copy(update={"recipe": override_recipe(checkpoint.facts.recipe, overrides)})
    against = "" if facts.operating_point is None else facts.operating_point.against(facts.recipe)
    if against:
        click.echo(f"Note: the bundle states no evidence for its threshold: {against}", err=True)
        without = {"operating_point": None, "threshold_source": f"calibrated, but without evidence here: {against}"}
        facts = facts.model_copy(update=without)
    return replace(checkpoint, facts=facts)


def _facts(run: Path, checkpoint: Checkpoint) -> RunFacts:
    """What is known of a run; without the figures, if verdicts are made otherwise in the bundle than there."""
    facts, now = gather(run), checkpoint.facts
    same = verdict_settings(facts.checkpoint.recipe) == verdict_settings(now.recipe)
    if same and facts.checkpoint.threshold_in_force == now.threshold_in_force:
        return facts
    if facts.figures is not None:
        click.echo("Note: the model card has no figures, since the run was evaluated with other settings", err=True)
    return replace(facts, figures=None)


def _held_out(run: Run, most: int, *sides: Side) -> HeldOut:
    """Choose whole frames of parts that a run was not trained on."""
    catalogue, _ = frames_of(run, sides[0])
    return choose_held_out(catalogue, {side: frames_of(run, side)[1] for side in sides}, most)


def _screener(run: Run, checkpoint: Checkpoint, digest: str, strip_px: int | None) -> Screener:
    """Load what `scuff distil` has made of a run, and choose the frames to prove it on."""
    screen = load_screen(run.folder / SCREEN_FILE)
    check_screen(screen, digest, strip_px)
    validation, test = (_held_out(run, SCREENED_FRAMES, side) for side in (Side.VALIDATION, Side.TEST))
    facts = checkpoint.facts
    criteria = Criteria.of(facts.recipe.inspection, facts.threshold_in_force, facts.classes)
    return Screener(screen, validation, test, criteria)


def _screening_line(screener: Screener, proof: Screening | None) -> str:
    if proof is None:
        return f"Without screening: {screener.refusal}\n"
    return (
        f"Screening spares {proof.skipped:.0%} of the tiles and loses none of {proof.defects} defects on "
        f"{proof.source} (with {proof.confidence:.0%} confidence, at most {proof.lost_bound:.2%})\n"
    )


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


def _metrics(run: Run, checkpoint_sha256: str) -> dict[str, float]:
    """Figures of the evaluation on the test side, if there was one of this very checkpoint."""
    path = figures_folder(run.folder) / METRICS
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
