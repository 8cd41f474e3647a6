"""`scuff distil`: a trained network teaches a small one where to look."""

import sys
from pathlib import Path

import click

from scuff.core.errors import CatalogueError
from scuff.dataset.patches import load_patches
from scuff.nets.screen_file import SCREEN_FILE
from scuff.training.distil import distil
from scuff.training.precision import choose_device
from scuff.training.run import load_run

MINUTES = 3.0

INTERRUPTED = 130
"""The exit code that shells give to a command that Ctrl-C ended."""

STEPS = 1000
"""Of the bar."""

EXAMPLES = """\b
Examples:
  scuff distil run
  scuff distil run --minutes 10
  scuff export run bundle --precision int8 --screening"""


@click.command("distil", epilog=EXAMPLES)
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=MINUTES,
    show_default=True,
    help="How long it may take. More lessons let the screening spare more tiles.",
)
def command(run: Path, minutes: float) -> None:
    """Teach a small network to see where the network of RUN finds something.

    Writes RUN/screen.pt. `scuff export --screening` puts it into a bundle, where it chooses the tiles that the full
    network must see, if it is proven to lose nothing.
    """
    trained = load_run(run)
    patches = load_patches(trained.patches)
    if patches.record != trained.record.patch_record:
        raise CatalogueError(
            f"{trained.patches}: these are not the patches that {run} was trained on; cut them again as they were"
        )
    try:
        with click.progressbar(length=STEPS, label=f"Distilling, {minutes:g} min", file=sys.stderr) as bar:
            screen = distil(
                trained, patches, minutes, choose_device("auto"), lambda share: bar.update(int(share * STEPS) - bar.pos)
            )
    except KeyboardInterrupt as stopped:
        click.echo("Stopped; nothing was written", err=True)
        raise SystemExit(INTERRUPTED) from stopped
    facts = screen.facts
    click.echo(f"Learned from {facts.lessons} windows in {facts.steps} steps")
    click.echo(f"Screening network {run / SCREEN_FILE}; put it into a bundle: scuff export {run} BUNDLE --screening")
