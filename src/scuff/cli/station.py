"""`scuff station`: cameras, light, and the line that inspects part by part."""

import click

from scuff.cli.commands import Commands

STATION = {
    "cameras": "Open each camera of a recipe and say how it is; find cameras at a network port.",
    "capture": "Take pictures of parts with the station's cameras and lights.",
    "tune": "Find exposure, gain and light by what the network finds on reference parts.",
    "check": "Check the light against a reference: pass or fail, and a picture.",
    "run": "Inspect part by part, as triggers come in, and publish each verdict.",
    "parts": "List the parts that were inspected: verdict, rule, time, pictures.",
    "retain": "Delete the pictures that a recipe's rules let go.",
}

EXAMPLES = """\b
Examples:
  scuff station cameras recipe.toml
  scuff station capture recipe.toml --parts 20 --out pictures
  scuff station run --recipe recipe.toml
  scuff station parts recipe.toml --outcome fail"""


@click.group("station", cls=Commands, table=STATION, prefix="station_", epilog=EXAMPLES)
def command() -> None:
    """Work with cameras and light, real or simulated, and inspect parts at the line."""
