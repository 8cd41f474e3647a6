"""The command ``scuff inspect``."""

import sys
from collections import Counter
from pathlib import Path

import click

from scuff.core.bundle import Bundle, open_bundle
from scuff.core.errors import RecipeError
from scuff.core.picture import write_whole
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe
from scuff.core.verdict import Outcome
from scuff.inspection.outputs import REPORT, begin_run, write_picture, write_table
from scuff.inspection.pipeline import Inspector
from scuff.inspection.report import Entry, render_report, report_entry
from scuff.inspection.sources import Source, find_sources

SETTABLE = ("frames", "inspection", "tolerances")
"""Sections of the recipe that an inspection reads; the rest is in the network already."""

FAILED, NOT_INSPECTED = 1, 3
"""Exit codes; 2 means that nothing was inspected, because the call or the bundle was wrong."""


@click.command(no_args_is_help=True)
@click.argument("bundle", type=click.Path(path_type=Path))
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False, writable=True),
    required=True,
    metavar="DIR",
    help="Folder for the outputs; those of an earlier run are replaced.",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help=f"Set one key of the bundle's recipe for this run ({', '.join(f'{name}.…' for name in SETTABLE)}), "
    "as in tolerances.max_defects=2; may be repeated.",
)
@click.pass_context
def command(
    context: click.Context, bundle: Path, paths: tuple[str, ...], out: Path, overrides: tuple[str, ...]
) -> None:
    """Inspect pictures with a bundle.

    PATH is a picture, a folder (with all folders below it) or a pattern such as 'parts/*.png'. Each picture is
    inspected once, by itself. Written to DIR: NAME.json, NAME.overlay.png and NAME.mask.png for each picture,
    results.csv and report.html for all.

    \b
    Exit code: 0  every picture passed
               1  at least one failed or needs a review
               3  at least one could not be inspected
               2  nothing was inspected: the call, the bundle or a setting is wrong

    \b
    Example:
      scuff inspect bundles/bowl pictures/ --out inspected
    """  # noqa: D301 - click wants the backspace character itself
    opened = open_bundle(bundle)
    recipe = _recipe(opened, overrides)
    sources = find_sources(paths, out)
    inspector = Inspector(opened, recipe)
    begin_run(out)
    entries = _inspect(inspector, sources, out)
    write_table(out, [entry.result for entry in entries])
    write_whole(out / REPORT, render_report(entries, opened.manifest))
    counts = Counter(entry.result.outcome for entry in entries)
    click.echo(f"{_summary(counts)}; the report is {out / REPORT}")
    context.exit(_exit_code(counts))


def _recipe(bundle: Bundle, overrides: tuple[str, ...]) -> Recipe:
    """Read the bundle's recipe; refuse a setting that could have no effect any more."""
    recipe = load_recipe(bundle.recipe, overrides)
    for override in overrides:
        section = override.partition(".")[0].strip()
        if section not in SETTABLE:
            raise RecipeError(
                f"--set {override}: has no effect on an inspection, since the network is trained already; "
                f"only the keys of {', '.join(SETTABLE)} can be set here"
            )
    return recipe


def _inspect(inspector: Inspector, sources: list[Source], out: Path) -> list[Entry]:
    """Inspect one picture after the other, and keep of each what the report needs."""
    entries = []
    with click.progressbar(sources, label="Inspecting", file=sys.stderr) as progress:
        for source in progress:
            inspected = inspector.inspect(source.path, source.file, source.frame)
            entries.append(report_entry(inspected, write_picture(out, inspected)))
    return entries


def _summary(counts: Counter[Outcome]) -> str:
    review = [f"{counts[Outcome.REVIEW]} to review"] if counts[Outcome.REVIEW] else []
    parts = [f"{counts[Outcome.PASS]} pass", f"{counts[Outcome.FAIL]} fail", *review]
    return ", ".join([*parts, f"{counts[Outcome.NOT_INSPECTED]} not inspected"])


def _exit_code(counts: Counter[Outcome]) -> int:
    if counts[Outcome.NOT_INSPECTED]:
        return NOT_INSPECTED
    return FAILED if counts[Outcome.FAIL] or counts[Outcome.REVIEW] else 0
