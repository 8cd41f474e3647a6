"""`scuff bench`: many networks, losses and seeds, and one table."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from scuff.bench.plan import Plan, load_plan
from scuff.bench.results import Result
from scuff.bench.run import RESULTS, Bench
from scuff.bench.smoke import make_smoke_patches, smoke_plan
from scuff.bench.tracking import Tracker
from scuff.cli.bench_display import Display
from scuff.cli.ray_option import ray_option
from scuff.core.errors import RecipeError

INTERRUPTED, SOME_FAILED = 130, 1
"""Exit codes."""

OWN_DATABASE = "OUT/mlflow.db"
"""What stands for the database in the folder that is written into."""

EXAMPLES = """\b
Examples:
  scuff bench benchmarks/paper.toml --smoke
  scuff bench benchmarks/paper.toml --patches patches
  scuff bench plan.toml --ray-address head:6379 --mlflow
  scuff bench plan.toml --mlflow http://server:5000"""


def _no_plan(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None and value.endswith(".toml"):
        raise RecipeError(f"--mlflow {value}: this is a plan, no address; write --mlflow after PLAN")
    return value


@click.command("bench", epilog=EXAMPLES)
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@click.option(
    "--patches", type=click.Path(path_type=Path), help="Folder of patches to train on; instead of the plan's own."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write into; bench-NAME if not given.")
@click.option("--smoke", is_flag=True, help="See that all of it runs: one seed, one epoch, tiny made-up patches.")
@ray_option("Ray cluster to train on; local is this machine alone.", default="local")
@click.option(
    "--at-once",
    type=click.IntRange(min=1),
    help="Trainings on a machine at the same time; one for each GPU, or one, if not given.",
)
@click.option(
    "--mlflow",
    "tracking",
    metavar="[URI]",
    is_flag=False,
    flag_value=OWN_DATABASE,
    callback=_no_plan,
    help="Write what is done to MLflow, too; to OUT/mlflow.db if no URI follows.",
)
def command(
    plan_file: Path,
    patches: Path | None,
    out: Path | None,
    smoke: bool,
    ray_address: str,
    at_once: int | None,
    tracking: str | None,
) -> None:
    """Train every network of PLAN with every loss and seed, and compare them on unseen parts.

    Each training is a run in OUT/runs, as `scuff train` makes it. Stopped by Ctrl-C or killed, the same command goes
    on: what is done stays done, and what was training loses an epoch at most. One that fails harms no other; the same
    command tries it again. Writes results.md, results.csv, results.tex and results.png, and again whenever a training
    is done.
    """
    plan = load_plan(plan_file)
    if smoke:
        plan = smoke_plan(plan)
    out = out or Path(f"bench-{plan.name}")
    bench = Bench(plan, make_smoke_patches(out / "data") if smoke else _patches(plan, plan_file, patches), out)
    tracker = _tracker(tracking, bench, plan.name) if tracking else None
    display = Display(sys.stderr)
    click.echo(f"{len(bench.trials)} trainings in {bench.folder}", err=True)

    def publish(results: Sequence[Result]) -> None:
        try:
            bench.write_results()
            _track(tracker, bench, results)
        except Exception as error:  # whatever it is, trainings of days must not end by a table
            display.say(f"scuff: {error}; tried again when all are done")

    try:
        problems = bench.train(ray_address, at_once, display.show, publish, display.say)
        display.finish(bench.trials, bench.states())
        problems |= bench.measure_speeds()
    except KeyboardInterrupt as stopped:
        click.echo("Stopped; the same command goes on after the last finished epochs", err=True)
        raise SystemExit(INTERRUPTED) from stopped
    results = bench.results()
    if results:
        click.echo(bench.write_results())
        click.echo(f"Written to {bench.folder}: {', '.join(RESULTS)}")
    for name, problem in problems.items():
        click.echo(f"scuff: {name}: {problem}", err=True)
    if problems:
        click.echo("What failed is tried again by the same command", err=True)
    _track(tracker, bench, results)
    if problems:
        sys.exit(SOME_FAILED)


def _tracker(uri: str, bench: Bench, experiment: str) -> Tracker:
    """Connect with MLflow's place; its own database lies where the trainings do."""
    if uri == OWN_DATABASE:
        bench.folder.mkdir(parents=True, exist_ok=True)
        uri = f"sqlite:///{bench.folder / 'mlflow.db'}"
    return Tracker(uri, experiment)


def _track(tracker: Tracker | None, bench: Bench, results: Sequence[Result]) -> None:
    if tracker is not None:
        for result in results:
            tracker.log(result, bench.run_of(result.trial))


def _patches(plan: Plan, plan_file: Path, patches: Path | None) -> Path:
    if patches is None and not plan.patches:
        raise RecipeError(f"{plan_file}: names no patches; say --patches FOLDER, or --smoke to try it without")
    return patches or plan_file.parent / plan.patches
