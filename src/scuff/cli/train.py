"""`scuff train`: patches become a checkpoint."""

from pathlib import Path
from typing import Literal

import click

from scuff.cli.recipe_options import recipe_options
from scuff.core.picture import write_png
from scuff.core.recipe import Recipe
from scuff.dataset.patches import Patches, load_patches
from scuff.dataset.split import Side
from scuff.dataset.variations import variation_sheet
from scuff.training.curves import draw_curves
from scuff.training.finish import finish, frames_of
from scuff.training.fit import NotTheFirst, Processes, fit
from scuff.training.history import HISTORY
from scuff.training.hold import hold
from scuff.training.precision import Device, choose_device
from scuff.training.run import Run, begin_run, is_first_process

INTERRUPTED = 130
"""The exit code that shells give to a command that Ctrl-C ended."""

EXAMPLES = """\b
Examples:
  scuff train patches run
  scuff train patches run --weights none --set training.max_minutes=8
  scuff train patches run --weights other/checkpoint.pt
  scuff train patches run --devices 4
  scuff train patches run --preview"""


@click.command("train", epilog=EXAMPLES)
@click.argument("patches", type=click.Path(path_type=Path))
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--weights",
    metavar="imagenet|none|FILE",
    help="What the network starts from: ImageNet weights of the encoder, nothing, or a file of the encoder or of a "
    "whole network, such as the checkpoint.pt of another run (network.weights of the recipe).",
)
@click.option("--preview", is_flag=True, help="Draw RUN/augmentation.png, and do not train.")
@click.option(
    "--accelerator",
    type=click.Choice(["auto", "cpu", "gpu"]),
    default="auto",
    show_default=True,
    help="Where to compute; auto takes a GPU where there is one.",
)
@click.option(
    "--devices",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="GPUs of this machine to train on together, or processes on its CPU.",
)
@click.option(
    "--nodes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Machines that train together, each started by torchrun with this command.",
)
@recipe_options
def command(
    patches: Path,
    run: Path,
    weights: str | None,
    preview: bool,
    accelerator: Literal["auto", "cpu", "gpu"],
    devices: int,
    nodes: int,
    recipe: Recipe,
) -> None:
    """Train a network on PATCHES into the folder RUN.

    The best epoch on validation is kept; its threshold is chosen on whole validation frames.

    Stopped by Ctrl-C or killed, the same command goes on after the last finished epoch: on a CPU to the same
    result, unless training.max_minutes ends the training, since no two runs get equally far in a minute.
    """
    if weights is not None:
        recipe = recipe.model_copy(update={"network": recipe.network.model_copy(update={"weights": weights})})
    device = choose_device(accelerator)
    cut = load_patches(patches)
    if preview:
        _draw_variations(run, cut, recipe)
        click.echo(f"Wrote {run / 'augmentation.png'}: training patches as cut, and as epochs 1, 2, … see them")
        return
    begun = begin_run(run, cut, recipe)
    with hold(begun):
        if begun.checkpoint.is_file():
            click.echo(f"{run}: already trained; `scuff evaluate {run}` shows how well")
            return
        _train(begun, cut, device, Processes(devices, nodes))


def _train(run: Run, patches: Patches, device: Device, processes: Processes) -> None:
    catalogue, rows = frames_of(run, Side.VALIDATION)
    if is_first_process():
        _draw_variations(run.folder, patches, run.record.recipe)
    if run.last and is_first_process():
        click.echo(f"{run.folder}: goes on where it was interrupted")
    try:
        best = fit(run, patches, device, _say_start, processes)
    except NotTheFirst:
        raise
    except SystemExit as stopped:  # Lightning's answer to Ctrl-C
        click.echo("Stopped; the same command goes on after the last finished epoch", err=True)
        raise SystemExit(INTERRUPTED) from stopped
    draw_curves(run.folder / HISTORY, run.folder / "curves.png")
    with click.progressbar(length=len(rows), label="Choosing the threshold on validation") as bar:
        facts = finish(run, best, catalogue, rows, device, bar.update).facts
    click.echo(f"Best epoch {facts.best_epoch}; threshold {facts.threshold:.3f}: {facts.threshold_source}")
    click.echo(f"Checkpoint {run.checkpoint}, curves {run.folder / 'curves.png'}")


def _say_start(loaded: str) -> None:
    click.echo(f"Starting with {loaded}")


def _draw_variations(run: Path, patches: Patches, recipe: Recipe) -> None:
    write_png(run / "augmentation.png", variation_sheet(patches, recipe.augmentation, recipe.seed))
