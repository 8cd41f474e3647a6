"""`scuff benchmark-inspect`: how fast a bundle inspects on this machine, and with which settings fastest."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from scuff.cli.benchmark_tables import facts, setting_table, stage_table
from scuff.core.bundle import Bundle, open_bundle
from scuff.core.header import MAX_PIXELS
from scuff.core.recipe import Recipe
from scuff.core.recipe_edit import edit_recipe, edited_recipe
from scuff.core.recipe_file import load_recipe
from scuff.inspection.benchmark import Measured, Setting, best_of, frames_per_round, settings_to_try, try_settings
from scuff.inspection.encoding import JPEG_LONGEST_PX
from scuff.inspection.measuring import Stages, Throughput, measure_stages, measure_throughput
from scuff.inspection.own_process import call_alone
from scuff.inspection.simulated_frame import brushed_steel_jpeg
from scuff.inspection.sources import find_sources

EXAMPLES = """\b
Examples:
  scuff benchmark-inspect bundle --frames pictures/
  scuff benchmark-inspect bundle --size 4096x3000 --seconds 600 --write recipe.toml"""


def _frame_hw(context: click.Context, option: click.Parameter, value: str) -> tuple[int, int]:
    """Read width and height, as in 5472x3648; gives height and width."""
    found = re.fullmatch(r"(\d+)[x×](\d+)", value)
    width, height = map(int, found.groups()) if found else (0, 0)
    if not 1 <= min(width, height) <= max(width, height) <= JPEG_LONGEST_PX or width * height > MAX_PIXELS:
        raise click.BadParameter(
            f"{value}: must be width and height in pixels, as in 5472x3648, up to {JPEG_LONGEST_PX:,} each and "
            f"{MAX_PIXELS:,} together"
        )
    return height, width


@click.command(epilog=EXAMPLES, no_args_is_help=True)
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--frames",
    "paths",
    multiple=True,
    metavar="PATH",
    help="Picture, folder or pattern to measure with; may be repeated. A simulated frame if not given.",
)
@click.option(
    "--size",
    "frame_hw",
    callback=_frame_hw,
    default="5472x3648",
    show_default=True,
    metavar="WxH",
    help="Size of the simulated frame.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    default=180.0,
    show_default=True,
    help="How long to try settings; the default one is tried in any case.",
)
@click.option(
    "--write",
    "recipe_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="RECIPE",
    help="Set inspection.runtime, streams and lanes in this recipe to the fastest; made from the bundle's if new.",
)
def command(
    bundle: Path, paths: tuple[str, ...], frame_hw: tuple[int, int], seconds: float, recipe_file: Path | None
) -> None:
    """Measure how fast BUNDLE inspects on this machine, and try which settings are the fastest.

    Whole frames go from file to outputs. First one after the other, with the recipe's settings, to say what takes how
    long; then with different runtimes, numbers of streams (tiles scored at once) and lanes (frames side by side), each
    in a process of its own. Stop other programs meanwhile. The recipe is the one of --write, if it is there, or else
    the bundle's.
    """
    opened = open_bundle(bundle)
    recipe = load_recipe(recipe_file if recipe_file and recipe_file.exists() else opened.recipe)
    if recipe_file is not None:
        edited_recipe(recipe_file, Setting("openvino", 1, 1, False).keys, opened.recipe)  # tells now if it cannot be
    with TemporaryDirectory() as folder:
        if paths:
            frames = [source.path for source in find_sources(paths, Path(folder))]
        else:
            frames = [Path(folder, "simulated.jpg")]
            frames[0].write_bytes(brushed_steel_jpeg(frame_hw))
            recipe = _anywhere(recipe)
        stages = call_alone(measure_stages, opened.folder, recipe, frames)
        about = facts(opened.manifest, stages, len(frames) if paths else 0)
        click.echo("\n".join([*about, *stage_table(stages)]))
        tried = _try(opened, recipe, frames, stages, seconds)
    best = best_of(tried)
    click.echo("\n".join(setting_table(tried, best)))
    if recipe_file is not None:
        edit_recipe(recipe_file, best.setting.keys, opened.recipe)
        click.echo(f"Wrote the best of them to {recipe_file}")


def _anywhere(recipe: Recipe) -> Recipe:
    """A recipe for a simulated frame: of no camera, and inspected as a whole."""
    return recipe.model_copy(update={"inspection": recipe.inspection.model_copy(update={"region": {}})})


def _try(bundle: Bundle, recipe: Recipe, frames: Sequence[Path], stages: Stages, seconds: float) -> list[Measured]:
    settings = settings_to_try(list(bundle.manifest.agreement), stages.screened)
    frame_ms = stages.typical(lambda frame: frame.whole_ms)

    def measure(setting: Setting) -> Throughput:
        count = frames_per_round(setting.lanes, frame_ms)
        return call_alone(measure_throughput, bundle.folder, setting.recipe(recipe), frames, count)

    label = f"Trying {len(settings)} settings"
    with click.progressbar(length=math.ceil(seconds), label=label, show_eta=False) as bar:
        return try_settings(settings, measure, seconds, lambda elapsed_s: bar.update(int(elapsed_s) - bar.pos))
