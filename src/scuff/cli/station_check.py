"""`scuff station check`: is the light as it was?"""

from datetime import UTC, datetime
from pathlib import Path

import click

from scuff.cli.pool_progress import render_pool
from scuff.core.errors import StationError
from scuff.core.picture import write_png
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe
from scuff.station.capture import REFERENCE_CARD
from scuff.station.card_viewer import CardViewer
from scuff.station.light_check import compare, lines_of
from scuff.station.light_reference import Reference, load_reference, save_reference
from scuff.station.light_sheet import draw_check, draw_reference
from scuff.station.opening import cameras_of, open_rig, world_of

FAILED, INTERRUPTED = 1, 130

REFERENCE_PICTURE, CHECK_PICTURE = "reference.png", "check.png"

REAL = ("aravis", "genicam")
"""Drivers of cameras before which a person lays the card."""

EXAMPLES = """\
\b
Exit code: 0    the light is as it was
           1    it is not; what has changed is named
           2    nobody knows: there is no reference, the recipe is wrong, or cameras or light do not answer
           130  stopped by Ctrl-C

\b
Examples:
  scuff station check recipe.toml --reference
  scuff station check recipe.toml
  scuff station check recipe.toml --picture today.png --yes --set check.level_change=0.2"""


@click.command("check", epilog=EXAMPLES, no_args_is_help=True)
@click.argument("recipe_file", metavar="RECIPE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--reference", "is_reference", is_flag=True, help="Take the reference, in place of an earlier one.")
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.png",
    help=f"Where the picture of the check goes; {CHECK_PICTURE} in the folder of the reference unless given.",
)
@click.option("--yes", is_flag=True, help="The card lies in the booth; do not ask.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Set one key of the recipe for this run.")
def command(recipe_file: Path, is_reference: bool, picture: Path | None, yes: bool, overrides: tuple[str, ...]) -> None:
    """Compare the light of a station with its reference.

    A flat, matt card lies in the booth, always the same one. Each camera takes it under each luminaire alone. Once,
    with --reference, that is kept (check.reference of the recipe); then, each day, it is done again and compared: the
    light of each luminaire, its evenness, what is clipped, stray light, noise, and sharpness. The limits are [check] of
    the recipe. The picture shows where the light has changed.
    """
    recipe = load_recipe(recipe_file, overrides)
    if picture is not None and picture.suffix.lower() != ".png":
        raise StationError(f"--picture {picture}: is written as PNG; name it {picture.with_suffix('.png').name}")
    viewer, folder = CardViewer(recipe, open_rig), Path(recipe.check.reference)
    reference = None if is_reference else load_reference(folder)
    try:
        render_pool(world_of(recipe), [REFERENCE_CARD])
        if not yes:
            _lay_card(recipe)
        if reference is None:
            _take(viewer, folder)
        else:
            _check(viewer, recipe, reference, picture or folder / CHECK_PICTURE)
    except (KeyboardInterrupt, click.Abort) as stopped:
        click.echo("\nStopped; the reference is as it was", err=True)
        raise SystemExit(INTERRUPTED) from stopped


def _take(viewer: CardViewer, folder: Path) -> None:
    fields = viewer.new_fields()
    at = datetime.now(UTC)
    reference = Reference(taken_at=at.isoformat(timespec="seconds"), simulated=viewer.simulated, fields=tuple(fields))
    save_reference(folder, reference)
    write_png(folder / REFERENCE_PICTURE, draw_reference(f"Reference of {at:%Y-%m-%d %H:%M} UTC", fields))
    for field in fields:
        click.echo(
            f"camera {field.camera}, luminaire {field.luminaire}: up to {field.brightest:.2f} of full scale at "
            f"{field.exposure_us:,.0f} µs, {field.gain_db:.1f} dB"
            + ("" if field.sharpness else "; the card shows no structure, so sharpness is not checked")
        )
    click.echo(f"Wrote the reference to {folder}")


def _check(viewer: CardViewer, recipe: Recipe, reference: Reference, picture: Path) -> None:
    comparisons = [compare(then, now, recipe.check) for then, now in viewer.fields_beside(reference)]
    title = f"Light of {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    write_png(picture, draw_check(title, f"reference of {reference.taken_at[:10]}", comparisons, recipe.check))
    click.echo("\n".join(lines_of(comparisons)))
    failed = sum(not each.is_well for each in comparisons)
    click.echo(f"{'FAIL' if failed else 'pass'}: {failed} of {len(comparisons)} differ; the picture is {picture}")
    if failed:
        raise SystemExit(FAILED)


def _lay_card(recipe: Recipe) -> None:
    """Wait until the card lies before real cameras; the simulated booth lays its own."""
    if any(camera.driver in REAL for camera in cameras_of(recipe)):
        click.prompt("Lay the reference card into the booth and press Enter", default="", show_default=False)
