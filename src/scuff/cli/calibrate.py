"""`scuff calibrate`: what is measured once, and holds from then on."""

import click

from scuff.cli.commands import Commands

CALIBRATIONS = {
    "threshold": "Choose a run's threshold by escapes and false rejects.",
    "camera": "Measure how a camera sees the plane of the part, in mm.",
}

EXAMPLES = """\b
Examples:
  scuff calibrate threshold run --max-escape 0.02 --confidence 0.95
  scuff calibrate camera recipe.toml --camera left --points marks.csv"""


@click.group("calibrate", cls=Commands, table=CALIBRATIONS, prefix="calibrate_", epilog=EXAMPLES)
def command() -> None:
    """Measure once what holds from then on, and keep the evidence."""
