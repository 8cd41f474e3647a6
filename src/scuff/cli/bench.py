"""`scuff bench`: many networks, losses and seeds, and one table."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from scuff.bench.plan import Cell, Plan, load_plan
from scuff.bench.run import RESULTS, Bench
from scuff.bench.smoke import make_smoke_patches, smoke_plan
from scuff.bench.states import State, states_table, summary
from scuff.bench.tracking import Tracker
from scuff.core.errors import RecipeError
from scuff.core.ray_cluster import ADDRESS

INTERRUPTED, SOME_FAILED = 130, 1
"""Exit codes."""

EXAMPLES = """\b
Examples:
  scuff bench benchmarks/paper.toml --smoke
  scuff bench benchmarks/paper.toml --patches patches
  scuff bench plan.toml --ray-address head:6379 --mlflow sqlite:///runs.db"""


def _address(context: click.Context, option: click.Parameter, value: str) -> str:
    if not ADDRESS.fullmatch(value):
        raise click.BadParameter(f"{value}: must be auto, local or HOST:PORT")
    return value


@click.command("bench", epilog=EXAMPLES)
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@click.option(
    "--patches", type=click.Path(path_type=Path), help="Folder of patches to train on; instead of the plan's own."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write into; bench-NAME if not given.")
@click.option("--smoke", is_flag=True, help="See that all of it runs: one seed, one epoch, tiny made-up patches.")
@click.option(
    "--ray-address",
    callback=_address,
    default="local",
    show_default=True,
    metavar="auto|local|HOST:PORT",
    help="Ray cluster to train on; local is this machine alone.",
)
@click.option(
    "--at-once",
    type=click.IntRange(min=1),
    help="Trainings on a machine at the same time; one for each GPU, or one, if not given.",
)
@click.option("--mlflow", "tracking", metavar="URI", help="Write what is done to MLflow, too.")
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
    command tries it again. Writes results.md, results.csv, results.tex and results.png.
    """
    plan = load_plan(plan_file)
    if smoke:
        plan = smoke_plan(plan)
    out = out or Path(f"bench-{plan.name}")
    bench = Bench(plan, make_smoke_patches(out / "data") if smoke else _patches(plan, plan_file, patches), out)
    tracker = Tracker(tracking, plan.name) if tracking else None
    display = Display(sys.stderr)
    click.echo(f"{len(bench.cells)} trainings in {bench.folder}", err=True)
    try:
        problems = bench.train(ray_address, at_once, display.show)
    except KeyboardInterrupt as stopped:
        click.echo("Stopped; the same command goes on after the last finished epochs", err=True)
        raise SystemExit(INTERRUPTED) from stopped
    display.finish(bench.cells, bench.states())
    bench.measure_speeds()
    if tracker is not None:
        for result in bench.results():
            tracker.log(result, bench.run_of(result.cell))
    _report(bench, problems)


def _patches(plan: Plan, plan_file: Path, patches: Path | None) -> Path:
    if patches is None and not plan.patches:
        raise RecipeError(f"{plan_file}: names no patches; say --patches FOLDER, or --smoke to try it without")
    return patches or plan_file.parent / plan.patches


def _report(bench: Bench, problems: dict[str, str]) -> None:
    if bench.results():
        click.echo(bench.write_results())
        click.echo(f"Written to {bench.folder}: {', '.join(RESULTS)}")
    for name, problem in problems.items():
        click.echo(f"scuff: {name}: {problem}", err=True)
    if problems:
        click.echo(f"{len(problems)} trainings failed; the same command tries them again", err=True)
        sys.exit(SOME_FAILED)


class Display:
    """Shows how far the trainings are: a table that changes in place on a terminal, lines about changes in a log."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        self._stream, self._terminal = stream, stream.isatty()
        self._lines: list[str] = []

    def show(self, cells: Sequence[Cell], states: Sequence[State]) -> None:
        """Show states, if anything has changed."""
        lines = states_table(cells, states)
        if lines == self._lines:
            return
        if self._terminal:
            back = f"\033[{len(self._lines)}F" if self._lines else ""
            self._stream.write(back + "".join(f"\033[K{line}\n" for line in lines))
        else:
            changed = set(self._lines)
            self._stream.write("".join(f"{line}\n" for line in lines if line not in changed and self._lines))
        self._stream.flush()
        self._lines = lines

    def finish(self, cells: Sequence[Cell], states: Sequence[State]) -> None:
        """Show the last states, and how many trainings are where."""
        self.show(cells, states)
        self._stream.write(f"{summary(states)}\n")
