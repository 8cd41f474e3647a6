"""`scuff station cameras`: how the cameras and the light of a station are."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe
from scuff.core.station_recipe import CameraSettings, Lighting
from scuff.station.acquisition_error import AcquisitionError
from scuff.station.camera import Applied, Camera
from scuff.station.light import LightController
from scuff.station.opening import camera_of, cameras_of, light_of, lightings_of, world_of

NOT_WELL = 3
"""The exit code where a camera or the light cannot be used."""

EPILOG = """\
\b
Exit code: 0  all cameras and the light can be used
           3  at least one cannot, or no camera was found
           2  the call or the recipe is wrong

\b
Examples:
  scuff station cameras recipe.toml
  scuff station cameras --discover eth1
  scuff station cameras --discover 192.168.10.1"""


@click.command(no_args_is_help=True, epilog=EPILOG)
@click.argument("recipe_file", metavar="[RECIPE]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--discover",
    "interface",
    metavar="INTERFACE",
    help="Instead: ask at this network port, by its name or IP address, which GigE Vision cameras are there.",
)
def command(recipe_file: Path | None, interface: str | None) -> None:
    """Open cameras and light of RECIPE, set them up for each lighting, and say what they really do.

    No picture is taken.

    A recipe without [[cameras]] has the two of the simulated booth. Nothing is looked for unless --discover asks for
    it: that sends one broadcast through the port that it names.
    """
    if (recipe_file is None) == (interface is None):
        raise click.UsageError("give a RECIPE, or --discover INTERFACE; one of them")
    lines, is_well = _discovered(interface) if interface else _looked_at(load_recipe(recipe_file))
    click.echo("\n".join(lines))
    if not is_well:
        raise SystemExit(NOT_WELL)


def _discovered(interface: str) -> tuple[list[str], bool]:
    from scuff.station.drivers.aravis import discover

    found = discover(interface)
    if not found:
        return [
            f"No camera answered at {interface}. Look at cable and power, and whether a firewall keeps answers away; a "
            "camera whose address belongs to another network answers, too, but is only reached once it has one of this"
        ], False
    head = ("device", "serial", "vendor", "model", "user name", "mac")
    rows = [(each.address, each.serial, each.vendor, each.model, each.user_name, each.mac) for each in found]
    return [*_table([head, *rows]), f'In a recipe: driver = "aravis", device = "{found[0].address}"'], True


def _looked_at(recipe: Recipe) -> tuple[list[str], bool]:
    world = world_of(recipe)
    rows: list[Sequence[str]] = [("camera", "driver", "serial", "model", "frame", "exposure", "gain", "health")]
    problems: list[str] = []
    for settings in cameras_of(recipe):
        applied, problem = _set_up(camera_of(settings, recipe, world), settings, lightings_of(recipe))
        problems += [problem] if problem else []
        rows.append((settings.name, settings.driver, *_described(applied), "failed" if problem else "well"))
    problem = _lit(light_of(recipe, world), lightings_of(recipe))
    problems += [problem] if problem else []
    luminaires = ", ".join(recipe.light.luminaires)
    said = f"light: {recipe.light.driver}, luminaires {luminaires}: {'failed' if problem else 'well'}"
    return [*_table(rows), said, *problems], not problems


def _lit(light: LightController, lightings: Sequence[Lighting]) -> str:
    """Set the light to each lighting, and then off; what is wrong with that."""
    try:
        light.open()
        for lighting in lightings:
            light.set(lighting.of(light.luminaires), lighting.strobe)
    except AcquisitionError as error:
        return str(error)
    finally:
        light.close()
    return ""


def _set_up(camera: Camera, settings: CameraSettings, lightings: Sequence[Lighting]) -> tuple[Applied | None, str]:
    """Open a camera and set it up, as it is and for each lighting; what it does, and what is wrong."""
    applied = None
    try:
        camera.open()
        applied = camera.configure(settings)
        for lighting in lightings:
            camera.configure(lighting.applied_to(settings))
        health = camera.health()
        return applied, "" if health.is_well else f"{settings.name}: {health.message}"
    except AcquisitionError as error:
        return applied, str(error)
    finally:
        camera.close()


def _described(applied: Applied | None) -> Iterable[str]:
    if applied is None:
        return ["-"] * 5
    corner = f" at {applied.left_px},{applied.top_px}" if applied.left_px or applied.top_px else ""
    return (
        applied.serial,
        applied.model,
        f"{applied.width_px}×{applied.height_px}{corner} {applied.pixel_format}",
        f"{applied.exposure_us:,g} µs",
        f"{applied.gain_db:g} dB",
    )


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
