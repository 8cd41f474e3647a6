"""Renders the parts of the simulated booth before a station needs them, and shows how far that is."""

import sys
from collections.abc import Iterable

import click

from scuff.station.simulated_world import World


def render_pool(world: World | None, serials: Iterable[str] | None = None) -> None:
    """Render what is not there yet of some parts, or of all; a station with real cameras has nothing to render."""
    missing = world.pool.missing(serials) if world else []
    if world is None or not missing:
        return
    click.echo(f"Rendering simulated parts into {world.pool.root}; the first ever takes half a minute", err=True)
    with click.progressbar(missing, label="Rendering", file=sys.stderr) as sights:
        for sight in sights:
            world.pool.render(sight)
