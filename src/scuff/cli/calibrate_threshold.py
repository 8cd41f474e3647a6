"""`scuff calibrate threshold`: the operating point of a run, with the evidence behind it."""

import json
from functools import partial
from pathlib import Path
from typing import Literal

import click

from scuff.core.picture import sha256
from scuff.evaluation.choosing import Prices, Trial
from scuff.evaluation.claim import Confident, Expected
from scuff.evaluation.decision import Decision
from scuff.evaluation.decision_text import decision_text
from scuff.nets.checkpoint import load_checkpoint
from scuff.nets.screen_file import SCREEN_FILE
from scuff.training.assess import METRICS, figures_folder
from scuff.training.calibration import PICTURE, POINT, Choose, calibrate, parts_of, validation_parts
from scuff.training.precision import choose_device
from scuff.training.run import Run, load_run

CONFIDENCE = 0.95

EXAMPLES = """\b
Examples:
  scuff calibrate threshold run --max-escape 0.02 --confidence 0.95
  scuff calibrate threshold run --max-escape 0.02 --catalogue calibration/catalogue
  scuff calibrate threshold run --max-escape 0.02 --bound expected
  scuff calibrate threshold run --escape-cost 40 --reject-cost 3 --defect-share 0.01"""


@click.command("threshold", epilog=EXAMPLES)
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--catalogue",
    "other",
    type=click.Path(path_type=Path),
    help="Choose on all parts of another catalogue, of which RUN has seen none; its validation parts if not given.",
)
@click.option(
    "--max-escape",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Largest share of defective parts that may pass, as in 0.02.",
)
@click.option(
    "--confidence",
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    default=CONFIDENCE,
    show_default=True,
    help="How sure that must be; also of the intervals that are shown.",
)
@click.option(
    "--bound",
    type=click.Choice(["confident", "expected"]),
    default="confident",
    show_default=True,
    help="What --max-escape bounds: the escape rate, with that confidence; or its mean over all calibrations that "
    "could have been made, which takes a third of the parts and says less of this one.",
)
@click.option("--escape-cost", type=click.FloatRange(0), help="Choose by costs instead: that of an escape.")
@click.option("--reject-cost", type=click.FloatRange(0), help="That of a false reject, in the same unit.")
@click.option(
    "--defect-share",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Share of defective parts in production, for the costs; that of the calibration parts if not given.",
)
def command(
    run: Path,
    other: Path | None,
    max_escape: float | None,
    confidence: float,
    bound: Literal["confident", "expected"],
    escape_cost: float | None,
    reject_cost: float | None,
    defect_share: float | None,
) -> None:
    """Choose the threshold of RUN by what its verdicts on whole parts are worth.

    With --max-escape the threshold with the fewest false rejects is taken of those that carry the claim; where none
    does, nothing is written, and the number of parts that it takes is said. With --escape-cost and --reject-cost that
    of the least expected cost is taken.

    The threshold goes with its evidence into RUN/checkpoint.pt, from where `scuff evaluate` and `scuff export` take it;
    operating-point.json and operating-point.png show all thresholds.
    """
    by_cost = escape_cost is not None or reject_cost is not None or defect_share is not None
    if by_cost == (max_escape is not None):
        raise click.UsageError("say either --max-escape, or --escape-cost and --reject-cost")
    choose: Choose
    if max_escape is not None:
        claim = Confident(max_escape, confidence) if bound == "confident" else Expected(max_escape)
        choose = partial(Decision.by_claim, claim=claim, confidence=confidence)
    elif escape_cost is None or reject_cost is None or escape_cost + reject_cost == 0:
        raise click.UsageError("say both --escape-cost and --reject-cost, one of them above 0")
    else:
        choose = partial(_by_costs, escape_cost, reject_cost, defect_share, confidence)
    _calibrate(load_run(run), other, choose)


def _by_costs(
    escape_cost: float, reject_cost: float, defect_share: float | None, confidence: float, trial: Trial
) -> Decision:
    if defect_share is not None:
        share, source = defect_share, "as given"
    else:
        share = len(trial.passed) / (len(trial.passed) + len(trial.rejected))
        source = "that of the calibration parts; give that of production with --defect-share"
    return Decision.by_costs(trial, Prices(escape_cost, reject_cost, share), source, confidence)


def _calibrate(run: Run, other: Path | None, choose: Choose) -> None:
    checkpoint = load_checkpoint(run.checkpoint)
    before = checkpoint.facts.threshold_in_force
    parts = parts_of(run, other) if other else validation_parts(run)
    with click.progressbar(length=len(parts.rows), label=f"Judging parts on {len(parts.rows)} frames") as bar:
        decision, evidence = calibrate(run, checkpoint, parts, choose, choose_device("auto"), bar.update)
    click.echo("\n" + decision_text(decision, evidence, before))
    click.echo(f"\nWritten to {run.folder}: checkpoint.pt, {POINT}, {PICTURE}")
    if checkpoint.facts.recipe.inspection.threshold is not None:
        _note(f"the recipe of {run.folder} set inspection.threshold = {before:g}; the chosen one takes its place")
    if not evidence.strict:
        _note(
            "the validation parts also chose the epoch, so these figures may be a little too good. Strictly a claim "
            "holds only where it is made on parts that nothing else has seen: --catalogue"
        )
    _name_what_is_old(run)


def _name_what_is_old(run: Run) -> None:
    """Name what was made with the checkpoint of before."""
    digest = sha256(run.checkpoint)
    figures = sorted(path for path in figures_folder(run.folder).parent.glob(f"*/{METRICS}"))
    old = [path.parent.name for path in figures if _checkpoint_of(path) != digest]
    if old:
        _note(
            f"the figures in {figures_folder(run.folder).parent} ({', '.join(old)}) were made with the threshold of "
            f"before; make them again: scuff evaluate {run.folder}"
        )
    if (run.folder / SCREEN_FILE).is_file():
        _note(f"{SCREEN_FILE} was taught with the threshold of before; teach it again: scuff distil {run.folder}")


def _checkpoint_of(metrics: Path) -> str:
    found: str = json.loads(metrics.read_text(encoding="utf-8"))["provenance"]["checkpoint_sha256"]
    return found


def _note(text: str) -> None:
    click.echo(f"Note: {text}", err=True)
