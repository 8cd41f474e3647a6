"""`scuff station tune`: exposure, gain and light of a station."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from scuff.cli.tuning_text import TuningProgress, exposed_lines, tried_lines
from scuff.cli.tuning_truths import masks_of, simulated_truths
from scuff.core.bundle import open_bundle
from scuff.core.errors import RecipeError, StationError
from scuff.core.picture import write_png
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import list_entry, load_recipe
from scuff.core.recipe_lists import set_entry
from scuff.core.station_recipe import ExposureControl, Lighting
from scuff.inspection.pipeline import Inspector
from scuff.inspection.scores import FULL
from scuff.station.candidate import Tried, exposed
from scuff.station.expectation import Seen
from scuff.station.exposing import expose
from scuff.station.opening import cameras_of, lightings_of, open_rig
from scuff.station.studio import Studio
from scuff.station.tuning import Look, Tuner
from scuff.station.tuning_sheet import draw_sheet

INTERRUPTED = 130

REAL = ("aravis", "genicam")
"""Drivers of cameras before which a person puts the parts."""

WEAK = "Note: no defects are known, so light is judged by the network's certainty, which is weak; give --masks"

TUNED = "tuned"
"""Name of the lighting where the recipe has none."""

EXAMPLES = """\b
Exit code: 0    done
           2    the recipe, the bundle, a mask or a camera is wrong; the recipe is as it was
           130  stopped by Ctrl-C; the recipe is as it was

\b
Examples:
  scuff station tune recipe.toml --part P0201
  scuff station tune recipe.toml --bundle bundle --part P0201 --part P0202 --part P0203 --sheet tuned.png
  scuff station tune recipe.toml --bundle bundle --part SN7 --part SN9 --masks known --dry-run"""


@click.command("tune", epilog=EXAMPLES, no_args_is_help=True)
@click.argument("recipe_file", metavar="RECIPE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--part", "parts", multiple=True, required=True, metavar="SERIAL", help="A reference part; repeat it.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The network that judges the light. Without it the light stays as it is, and each lighting is exposed.",
)
@click.option(
    "--masks",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Known defects of the parts: PART-CAMERA.png, 0 for sound metal, as `scuff import` writes masks/. The "
    "simulated booth knows its own.",
)
@click.option(
    "--lighting",
    "name",
    metavar="NAME",
    help="Which of [[lightings]] to tune; a new one, if there is none of that name.",
)
@click.option(
    "--verify",
    "verified",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="How many of the best mixes are taken for real.",
)
@click.option(
    "--false-alarm-cost",
    type=click.FloatRange(min=0),
    default=0.05,
    show_default=True,
    help="How much expected recall a false alarm per picture is worth.",
)
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.png",
    help="Draw the best ones, with what is clipped.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing into RECIPE.")
def command(
    recipe_file: Path,
    parts: tuple[str, ...],
    bundle: Path | None,
    masks: Path | None,
    name: str | None,
    verified: int,
    false_alarm_cost: float,
    sheet: Path | None,
    dry_run: bool,
) -> None:
    """Find exposure, gain and light for the parts of RECIPE, and write them into its [[lightings]].

    Every part is taken under each luminaire alone. Light is additive, so that frames under any mix of them can be
    worked out; the network of the bundle looks at these, and the mixes it does best with are then taken for real.
    "Best" is the recall to be expected on the known defects, less false alarms; no mix may clip more of the metal in
    the region than exposure.clipped_share. A mix is not judged by contrast: soil has more of it than defects.

    Take parts with defects of every class that matters, and parts that nothing else is judged by. Without known
    defects the network's own certainty stands in for them, which is much weaker: it may be sure and wrong.
    """
    recipe = load_recipe(recipe_file)
    if sheet is not None and sheet.suffix.lower() != ".png":
        raise RecipeError(f"--sheet {sheet}: is written as PNG; name it {sheet.with_suffix('.png').name}")
    studio = Studio(recipe, open_rig, _placing(recipe))
    serials = tuple(dict.fromkeys(parts))
    try:
        if bundle is None:
            lightings, tried = _exposed(recipe, _chosen(recipe, name), studio, serials)
        else:
            base = _one(recipe, name)
            truths = masks_of(masks, serials, recipe) if masks else simulated_truths(recipe, serials)
            if not truths:
                click.echo(WEAK, err=True)
            look = looking(Inspector(open_bundle(bundle), recipe))
            tuner = Tuner(recipe, base, studio, look, truths, false_alarm_cost, TuningProgress())
            tried = _tuned(tuner, serials, verified, recipe.exposure)
            lightings = (tried[0].candidate.lighting(base, level=tried[0].levels()),)
    except (KeyboardInterrupt, click.Abort) as stopped:
        click.echo(f"\nStopped; {recipe_file} is as it was", err=True)
        raise SystemExit(INTERRUPTED) from stopped
    if sheet is not None:
        write_png(sheet, draw_sheet(recipe.product.name, tried, recipe.exposure.clipped_share))
        click.echo(f"Wrote {sheet}")
    if bundle is not None:
        _check_clipping(tried, recipe.exposure.clipped_share)
    _write(recipe_file, lightings, dry_run)


def _exposed(
    recipe: Recipe, lightings: Sequence[Lighting], studio: Studio, parts: Sequence[str]
) -> tuple[tuple[Lighting, ...], list[Tried]]:
    """Expose lightings as they are."""
    tried = expose(recipe, lightings, studio, parts)
    click.echo("\n".join(exposed_lines(tried, recipe.exposure)))
    found = zip(lightings, tried, strict=True)
    return tuple(exposed(each, one.candidate.settings, level=one.levels()) for each, one in found), tried


def _tuned(tuner: Tuner, parts: Sequence[str], verified: int, settings: ExposureControl) -> list[Tried]:
    """Search, and tell what was tried."""
    try:
        tried = tuner.tune(parts, verified)
    finally:
        tuner.watch.end()
    click.echo("\n".join(tried_lines(tried, settings)))
    return tried


def _check_clipping(tried: Sequence[Tried], most: float) -> None:
    """Refuse what clips too much.

    Raises:
        StationError: Even the best of those that were captured does.
    """
    if not tried[0].keeps(most):
        raise StationError(
            f"even the best light that was captured clips more of the metal than exposure.clipped_share = {most:g}; "
            "nothing was written: give more parts to expose by, verify more of the mixes, or allow more"
        )


def looking(inspector: Inspector) -> Look:
    """A network as tuning asks it."""

    def look(pixels: NDArray[np.uint8], camera: str) -> Seen:
        seen = inspector.examine(pixels, camera)
        scores = seen.scored.scores
        certainty = scores.full(scores.score).astype(np.float32) / np.float32(FULL)
        return Seen(certainty, seen.mask > 0, inspector.criteria.threshold)

    return look


def _placing(recipe: Recipe) -> Callable[[str], None]:
    """What puts a part into the booth: a person, unless it is simulated."""

    def ask(part: str) -> None:
        click.prompt(f"Place {part} and press Enter", default="", show_default=False, prompt_suffix=" ")

    are_real = any(camera.driver in REAL for camera in cameras_of(recipe))
    return ask if are_real else lambda _part: None


def _chosen(recipe: Recipe, name: str | None) -> tuple[Lighting, ...]:
    """The lightings to expose: the one that was named, or all.

    Raises:
        RecipeError: None has that name.
    """
    lightings = lightings_of(recipe)
    chosen = tuple(each for each in lightings if name in (None, each.name))
    if not chosen:
        raise RecipeError(f"--lighting {name}: is none of [[lightings]]; there are: {_names(lightings)}")
    return chosen


def _one(recipe: Recipe, name: str | None) -> Lighting:
    """The lighting whose light is tuned.

    Raises:
        RecipeError: It is not clear which, or light that nobody controls cannot be tuned.
    """
    if recipe.light.driver == "none":
        raise RecipeError('light.driver = "none": nobody controls the light; leave --bundle out to expose it as it is')
    if recipe.frames.fused:
        raise RecipeError(
            "frames.fused: a network that sees several lightings at once cannot judge mixes of light; leave --bundle "
            "out to expose each lighting"
        )
    if not recipe.lightings and name is None:
        return Lighting(name=TUNED)
    if name is not None and name not in [each.name for each in recipe.lightings]:
        return Lighting(name=name)
    chosen = _chosen(recipe, name)
    if len(chosen) > 1:
        raise RecipeError(
            f"[[lightings]] has {_names(chosen)}: name the one to tune with --lighting, or leave --bundle out "
            "to expose all of them as they are"
        )
    return chosen[0]


def _names(lightings: Sequence[Lighting]) -> str:
    return ", ".join(each.name for each in lightings)


def _write(path: Path, lightings: Sequence[Lighting], dry_run: bool) -> None:
    for lighting in lightings:
        click.echo("\n" + "\n".join(list_entry("lightings", lighting)))
        if dry_run:
            click.echo(f"Not written into {path}: --dry-run")
        else:
            replaced = set_entry(path, "lightings", lighting, "name")
            click.echo(f"{'Replaced' if replaced else 'Added'} [[lightings]] {lighting.name} in {path}")
