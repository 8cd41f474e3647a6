"""The command ``scuff station run``."""

import asyncio
import sys
from pathlib import Path

import click

from scuff.cli.pool_progress import render_pool
from scuff.core.recipe_file import RECIPE_NAME
from scuff.serving.http import HttpEntrance
from scuff.serving.keyboard import Keyboard
from scuff.serving.logs import set_up
from scuff.serving.ports import open_ports
from scuff.serving.product import open_products
from scuff.serving.service import Service
from scuff.station.opening import open_rig
from scuff.store.opening import open_store

EPILOG = """\
\b
Exit code: 0    stopped, by SIGTERM, Ctrl-C or q
           2    not started: the call, a recipe, a bundle or the store is wrong
           70   a defect of scuff, shown with its traceback
           75   something hung; the log has the stacks: start it again

\b
Examples:
  scuff station run --recipe lid.toml --bundle bundles/lid
  scuff station run --recipe lid.toml --recipe sink.toml --set line.queue=8
  curl -X POST localhost:8080/trigger -H 'Content-Type: application/json' -d '{"id": "1", "part": "P0001"}'"""


@click.command(epilog=EPILOG)
@click.option(
    "--recipe",
    "recipes",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="RECIPE",
    help=f"Recipe of a product; repeated: products to choose from, with the station of the first. "
    f"./{RECIPE_NAME} if not given.",
)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Bundle that inspects the products whose recipe does not name one (line.bundle).",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set one key of every recipe for this run, as in http.port=8081; may be repeated.",
)
@click.option("--keyboard/--no-keyboard", default=None, help="Trigger by Enter, stop by q; on a terminal if not given.")
@click.option("--log", type=click.Choice(["text", "json"]), help="How to log; text on a terminal, JSON otherwise.")
def command(
    recipes: tuple[Path, ...], bundle: Path | None, overrides: tuple[str, ...], keyboard: bool | None, log: str | None
) -> None:
    """Run the station: each trigger becomes a part with a verdict, whatever happens.

    A part is triggered over HTTP, Modbus, MQTT or OPC UA, as the recipe says, or by the Enter key. It is lit,
    photographed, inspected, stored, and its verdict is published. What cannot be inspected is not-inspected, with the
    reason, and never passes. Without cameras in the recipe, the station is the simulated booth.
    """
    set_up(as_json=None if log is None else log == "json")
    products = open_products(recipes or (Path(RECIPE_NAME),), overrides, bundle)
    recipe = next(iter(products.values())).recipe
    store = open_store(recipe.store, recipe.line.station)
    try:
        with store.hold():
            rig = open_rig(recipe)
            render_pool(rig.world)
            service = Service(products, rig, store, open_ports(recipe))
            if recipe.http.port:
                service.entrances.append(HttpEntrance(recipe.http, store, service.metrics))
            if keyboard or (keyboard is None and sys.stdin.isatty()):
                service.entrances.append(Keyboard(sys.stdin, service.stop))
            asyncio.run(service.run())
    finally:
        store.close()
