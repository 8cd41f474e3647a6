"""The command ``scuff inspect``."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import get_args

import click

from scuff.cli.progress import Progress
from scuff.cli.ray_option import ray_option
from scuff.core.bundle import Bundle, open_bundle
from scuff.core.errors import RecipeError
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe
from scuff.core.verdict import Outcome
from scuff.inspection.cluster import run_on_cluster
from scuff.inspection.lanes import run_lanes
from scuff.inspection.outputs import Pictures
from scuff.inspection.pipeline import Inspector
from scuff.inspection.records import REPORT, begin_run
from scuff.inspection.run import Job, finish_run, inspect_frame
from scuff.inspection.sources import find_sources, fuse_sources
from scuff.inspection.tolerance import Judge

SETTABLE = ("frames", "inspection", "tolerances", "rules", "zones", "calibration")
"""Sections of the recipe that an inspection reads; the rest is in the network already."""

FAILED, NOT_INSPECTED, INTERRUPTED = 1, 3, 130
"""Exit codes; 2 means that there are no results, because the call, the bundle or the disk was wrong."""


EPILOG = """\
\b
Exit code: 0    every part passed
           1    at least one failed or needs a review
           3    at least one could not be inspected
           2    no results: the call, the bundle, a setting or the disk is wrong
           130  stopped by Ctrl-C

\b
Example:
  scuff inspect bundles/bowl pictures/ --out inspected"""


@click.command(no_args_is_help=True, epilog=EPILOG)
@click.argument("bundle", type=click.Path(path_type=Path))
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False, writable=True),
    required=True,
    metavar="DIR",
    help="Folder for the outputs; what is done there already is kept, other outputs of an earlier run are replaced.",
)
@click.option(
    "--recipe",
    "station",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"Take {', '.join(SETTABLE)} from this recipe instead of the bundle's, as benchmark-inspect writes one.",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help=f"Set one key of the bundle's recipe for this run ({', '.join(f'{name}.…' for name in SETTABLE)}), "
    "as in tolerances.max_defects=2; may be repeated.",
)
@click.option(
    "--pictures",
    type=click.Choice(get_args(Pictures)),
    default="defects",
    show_default=True,
    help="Which pictures get an overlay and a mask: those with a defect, or all.",
)
@ray_option(
    "Inspect on a Ray cluster: auto (the one this machine belongs to), local (this machine alone) or HOST:PORT. "
    "Bundle, pictures and DIR must be in folders that all its machines share."
)
@click.pass_context
def command(
    context: click.Context,
    bundle: Path,
    paths: tuple[str, ...],
    out: Path,
    station: Path | None,
    overrides: tuple[str, ...],
    pictures: Pictures,
    ray_address: str | None,
) -> None:
    """Inspect pictures with a bundle, and judge the parts that they show.

    PATH is a picture, a folder (with all folders below it) or a pattern such as 'parts/*.png'. Each picture is
    inspected once, or once with those of the other lightings that the bundle fuses (frames.fused); the pictures of one
    part (frames.part_pattern) make one verdict, and each picture by itself where parts are not known. Written to DIR:
    NAME.json for each picture, NAME.overlay.jpg and NAME.mask.png for each with a defect, parts/PART.json and
    verdicts.csv for the parts, results.csv for the pictures, report.html with the worst.

    Stopped by Ctrl-C or killed, the same command goes on where it stopped. A picture is done when DIR has its JSON
    file, written by the same bundle with the same settings for a picture file with the same bytes. With other
    tolerances, rules or zones, parts are judged again and nothing is inspected again.
    """
    try:
        counts = _run(bundle, paths, out, partial(_recipe, station=station, overrides=overrides), pictures, ray_address)
    except KeyboardInterrupt:
        click.echo(f"\nStopped; what is done is in {out}, and the same command goes on from there", err=True)
        context.exit(INTERRUPTED)
    click.echo(f"{_summary(counts)}; the report is {out / REPORT}")
    context.exit(_exit_code(counts))


def _run(
    folder: Path,
    paths: Sequence[str],
    out: Path,
    recipe_of: Callable[[Bundle], Recipe],
    pictures: Pictures,
    ray_address: str | None,
) -> Counter[Outcome]:
    """Inspect what is not done yet, then judge, and write tables and report; gives the parts by outcome."""
    bundle = open_bundle(folder)
    recipe = recipe_of(bundle)
    sources, others = fuse_sources(find_sources(paths, out), recipe.frames)
    if others:
        click.echo(f"Note: pictures under other lightings than frames.fused, not inspected: {others}", err=True)
    Judge(recipe, bundle.manifest.classes)  # refuses rules that cannot be applied, before anything is inspected
    if recipe.frames.part_pattern and not recipe.frames.cameras and recipe.frames.per_part is None:
        click.echo(
            "Note: the recipe does not say which pictures a part has (frames.cameras, frames.per_part); what all parts "
            "of this run lack is not missed",
            err=True,
        )
    inspector = Inspector(bundle, recipe)
    click.echo(f"On {inspector.scorer.runtime.name}", err=True)
    job = Job.of(inspector, out, pictures)
    begin_run(out, {source.frame for source in sources})
    if ray_address is None:
        work = partial(inspect_frame, inspector, job)
        _with_progress(len(sources), partial(run_lanes, work, sources, recipe.inspection.lanes))
    else:
        _with_progress(len(sources), partial(run_on_cluster, job, sources, ray_address))
    click.echo("Writing verdicts, tables and the report", err=True)
    return finish_run(job, sources)


def _with_progress(total: int, run: Callable[[Callable[[bool], object]], None]) -> None:
    progress = Progress(total)
    try:
        run(progress.step)
    finally:
        progress.finish()


def _recipe(bundle: Bundle, station: Path | None, overrides: tuple[str, ...]) -> Recipe:
    """Read the bundle's recipe, and the station's over it; refuse a setting that could have no effect any more."""
    recipe = load_recipe(station or bundle.recipe, overrides)
    for override in overrides:
        section = override.partition("=")[0].partition(".")[0].strip()
        if section not in SETTABLE:
            raise RecipeError(
                f"--set {override}: has no effect on an inspection, since the network is trained already; "
                f"only the keys of {', '.join(SETTABLE)} can be set here"
            )
    return recipe


def _summary(counts: Counter[Outcome]) -> str:
    review = [f"{counts[Outcome.REVIEW]} to review"] if counts[Outcome.REVIEW] else []
    parts = [f"{counts[Outcome.PASS]} pass", f"{counts[Outcome.FAIL]} fail", *review]
    return ", ".join([*parts, f"{counts[Outcome.NOT_INSPECTED]} not inspected"])


def _exit_code(counts: Counter[Outcome]) -> int:
    if counts[Outcome.NOT_INSPECTED]:
        return NOT_INSPECTED
    return FAILED if counts[Outcome.FAIL] or counts[Outcome.REVIEW] else 0
