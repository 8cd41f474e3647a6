"""Whether `scuff calibrate threshold` keeps its promise: claims over many made-up calibrations, and how many are true.

Prints, for each kind of parts and each claim, how often a threshold was certified, how often one that lets more escape
than claimed was among the certified, and what the chosen threshold costs in false rejects beside the best possible one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import click
import numpy as np

from scuff.evaluation.choosing import Trial, fewest_false_rejects
from scuff.evaluation.claim import Claim, Confident
from scuff.evaluation.populations import Population, populations
from scuff.evaluation.rates import upper_bound

THRESHOLDS = np.arange(1, 254) / 254

SETTINGS = ((60, 0.05, 0.95), (149, 0.02, 0.95), (400, 0.02, 0.95), (300, 0.05, 0.9), (1000, 0.02, 0.99))
"""Defective parts, as many sound ones, largest escape rate, confidence."""


@dataclass
class Kept:
    """What became of many claims.

    Attributes:
        certified: Calibrations in which a threshold was certified.
        broken: Those in which any certified threshold lets more escape than claimed.
        naive: Those in which the highest threshold whose *counted* rate is no more than claimed does.
        rejects: True false-reject rates of the chosen thresholds.
    """

    certified: int = 0
    broken: int = 0
    naive: int = 0
    rejects: Sequence[float] = ()


def try_claim(population: Population, claim: Claim, parts: int, draws: int) -> Kept:
    """Calibrate on many draws of parts."""
    kept, rejects = Kept(), []
    for draw in range(draws):
        trial = population.draw(np.random.default_rng((parts, draw)), parts, parts)
        certified = claim.certified(trial.passed)
        too_many = population.escape_rate > claim.max_escape
        kept.broken += bool(too_many[certified].any())
        kept.naive += _naive_is_wrong(trial, too_many, claim.max_escape)
        if certified.any():
            kept.certified += 1
            rejects.append(float(population.reject_rate[fewest_false_rejects(trial, certified)]))
    kept.rejects = rejects
    return kept


def _naive_is_wrong(trial: Trial, too_many: np.ndarray[tuple[int], np.dtype[np.bool_]], max_escape: float) -> bool:
    good = np.flatnonzero(trial.escapes <= max_escape * len(trial.passed))
    return bool(len(good) and too_many[good[-1]])


@click.command()
@click.option("--draws", default=2000, show_default=True, help="Calibrations for each line.")
def main(draws: int) -> None:
    """Print the table of docs/benchmarks.md."""
    click.echo("| parts | claim | kind | certified | true, promised | true, found | naive | false rejects, best |")
    click.echo("|---|---|---|---|---|---|---|---|")
    for parts, max_escape, confidence in SETTINGS:
        for population in populations(THRESHOLDS, max_escape):
            kept = try_claim(population, Confident(max_escape, confidence), parts, draws)
            worst = 1 - upper_bound(kept.broken, draws, 0.999)
            allowed = population.escape_rate <= max_escape
            best = f"{population.reject_rate[allowed].min():.3f}" if allowed.any() else "–"
            cost = f"{np.mean(kept.rejects):.3f}, {best}" if kept.certified else f"–, {best}"
            click.echo(
                f"| {parts} | {max_escape:.0%}, {confidence:.0%} | {population.name} | {kept.certified / draws:.1%} | "
                f"{confidence:.0%} | {1 - kept.broken / draws:.1%} (≥ {worst:.1%}) | {1 - kept.naive / draws:.1%} | "
                f"{cost} |"
            )


if __name__ == "__main__":
    main()
