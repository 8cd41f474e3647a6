"""`scuff station capture`: pictures of parts, taken by the station itself."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click

from scuff.booth.marks.classes import CLASSES
from scuff.booth.settings import serial_of
from scuff.cli.pool_progress import render_pool
from scuff.core.errors import StationError
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe
from scuff.core.recipe_keys import toml_value
from scuff.station.album import Album, Shot, read_back, shots_of
from scuff.station.opening import cameras_of, lightings_of, open_rig
from scuff.station.rig import Rig

INCOMPLETE, INTERRUPTED = 3, 130
"""Exit codes; 2 means that nothing was taken, because the call, the recipe, a camera or the disk was wrong."""

Form = Literal["auto", "raw", "rgb"]

EPILOG = """\
\b
Written to DIR:
  frames/    P0001-left.png; P0001-left-LIGHTING.png where there are several lightings
  parts.csv  which picture shows which part, by which camera
  masks/     with --masks: the flaws of simulated parts

\b
Exit code: 0    every part was taken completely
           3    at least one was not; it is named, and no picture of it is kept
           2    nothing was taken: the call, the recipe, a camera or the disk is wrong
           130  stopped by Ctrl-C; what was taken stays

\b
Examples:
  scuff station capture recipe.toml --parts 20 --out pictures
  scuff station capture recipe.toml --parts 20 --first 21 --pause --out pictures
  scuff station capture recipe.toml --serial SN4711 --serial SN4712 --out pictures"""


@click.command(no_args_is_help=True, epilog=EPILOG)
@click.argument("recipe_file", metavar="RECIPE", type=click.Path(path_type=Path))
@click.option("--parts", "count", type=click.IntRange(min=1), help="How many parts; they are called P0001, P0002, …")
@click.option("--first", type=click.IntRange(min=1), default=1, show_default=True, help="Number of the first of them.")
@click.option("--serial", "serials", multiple=True, help="Name of a part, instead of --parts; may be repeated.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder for the pictures.",
)
@click.option("--pause", is_flag=True, help="Wait for Enter before each part, so that somebody can place it.")
@click.option(
    "--as",
    "form",
    type=click.Choice(["auto", "raw", "rgb"]),
    default="auto",
    show_default=True,
    help="raw: as the cameras give them, mosaics and all bits; rgb: in colours of 8 bits; auto: raw where "
    "frames.bayer and frames.white_level of the recipe read that, else rgb.",
)
@click.option("--masks", is_flag=True, help="Of simulated parts, write what is wrong with them, too.")
def command(
    recipe_file: Path,
    count: int | None,
    first: int,
    serials: tuple[str, ...],
    out: Path,
    pause: bool,
    form: Form,
    masks: bool,
) -> None:
    """Trigger cameras and lights of RECIPE for each part, and keep the pictures in DIR.

    DIR may hold earlier parts; they stay. A hardware trigger is waited for as long as the camera's timeout_s says.
    """
    if (count is None) == (not serials):
        raise click.UsageError("give --parts or --serial; one of them")
    parts = serials or tuple(serial_of(number) for number in range(first, first + (count or 0)))
    recipe, album = load_recipe(recipe_file), Album(out)
    album.check(parts)
    rig = open_rig(recipe)
    if masks and rig.world is None:
        raise StationError("--masks: only simulated parts have them; annotate the pictures of real ones")
    render_pool(rig.world)
    try:
        missed = _take(rig, recipe, album, parts, form, masks, pause)
    except (KeyboardInterrupt, click.Abort) as stopped:
        click.echo("\nStopped; what was taken stays", err=True)
        raise SystemExit(INTERRUPTED) from stopped
    finally:
        rig.close()
    click.echo(f"Parts: {len(parts) - len(missed):,} of {len(parts):,} complete\nWrote {out}")
    if missed:
        again = [word for part in missed for word in ("--serial", part)]
        click.echo(
            f"Take again: {shlex.join(['scuff', 'station', 'capture', str(recipe_file), *again, '--out', str(out)])}"
        )
        raise SystemExit(INCOMPLETE)
    click.echo(f"Next: {_next(album, masks)}")


def _take(
    rig: Rig,
    recipe: Recipe,
    album: Album,
    parts: Sequence[str],
    form: Form,
    masks: bool,
    pause: bool,
) -> list[str]:
    """Take the parts, one after the other; returns those that are incomplete."""
    if errors := rig.open():
        raise StationError("\n".join(map(str, errors)))
    raw, missed = _is_raw(rig, recipe, form), []
    for number, part in enumerate(parts, 1):
        if pause:
            click.prompt(f"Place {part} and press Enter", default="", show_default=False, prompt_suffix=" ")
        capture = rig.capture(part)
        if capture.is_complete:
            shots = shots_of(capture, raw)
            if masks:
                _keep_masks(rig, recipe, album, part, shots)
            album.keep(part, shots)
            click.echo(f"{number}/{len(parts)} {part}: {len(shots)} picture{'s' * (len(shots) > 1)}")
        else:
            missed.append(part)
            click.echo(f"{number}/{len(parts)} {part}: INCOMPLETE: {'; '.join(map(str, capture.errors))}", err=True)
            rig.health()  # opens again what was lost
    return missed


def _is_raw(rig: Rig, recipe: Recipe, form: Form) -> bool:
    """Decide how pictures are kept, and say why."""
    problems = {name: read_back(recipe.frames, applied.pixel_format) for name, applied in rig.applied.items()}
    name, problem = next(((name, said) for name, said in problems.items() if said), ("", ""))
    if form == "raw" and problem:
        raise StationError(
            f"--as raw: camera {name!r} gives {rig.applied[name].pixel_format}, which this recipe would not read back: "
            f"{problem}; or give --as rgb"
        )
    raw = form == "raw" or (form == "auto" and not problem)
    why = f" (for raw ones: {problem})" if problem and form == "auto" else ""
    click.echo("Pictures are kept raw, as the cameras give them" if raw else f"Pictures are kept in RGB{why}")
    return raw


def _keep_masks(rig: Rig, recipe: Recipe, album: Album, part: str, shots: Sequence[Shot]) -> None:
    """Write what is wrong with a simulated part, as each picture can show it."""
    views = {camera.name: camera.device or camera.name for camera in cameras_of(recipe)}
    intensities = {lighting.name: lighting.intensities for lighting in lightings_of(recipe)}
    for shot in shots:
        if rig.world is not None:
            applied = rig.applied[shot.camera]
            mask = rig.world.truth(part, views[shot.camera], intensities.get(shot.lighting)).mask
            rows = slice(applied.top_px, applied.top_px + applied.height_px)
            columns = slice(applied.left_px, applied.left_px + applied.width_px)
            album.keep_mask(shot.name, mask[rows, columns])


def _next(album: Album, masks: bool) -> str:
    """The command that makes a catalogue of the pictures, once they are annotated."""
    words = ["scuff", "import", str(album.frames), "catalogue", "--parts", str(album.table)]
    if masks:
        words += ["--masks", str(album.masks), "--mask-kind", "values"]
        return shlex.join([*words, "--set", f"product.classes={toml_value(CLASSES)}"])
    return f"annotate {album.frames}, with LabelMe for example; then {shlex.join(words)}"
