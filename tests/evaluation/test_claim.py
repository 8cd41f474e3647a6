import math
from functools import cache

import numpy as np
import pytest

from scuff.evaluation.choosing import fewest_false_rejects
from scuff.evaluation.claim import Claim, Confident, Expected
from scuff.evaluation.populations import Population, Scores, by_score, populations
from scuff.evaluation.rates import interval, upper_bound

THRESHOLDS = np.arange(4, 254, 4) / 254

DRAWS = 800
"""Calibrations of each kind of parts."""

SURE = 1 - 1e-4
"""Confidence that the share of broken claims is what it seems, so that chance alone fails no test."""

SETTINGS = [  # defective parts, largest escape rate, confidence
    (60, 0.05, 0.95),
    (149, 0.02, 0.95),
    (400, 0.02, 0.95),
    (300, 0.05, 0.9),
    (500, 0.02, 0.99),
    (120, 0.1, 0.8),
]


def test_the_first_failure_ends_the_sequence() -> None:
    # Of 20 parts, 1 may escape where 20 % are claimed with 90 %: 0.8^20 + 20·0.2·0.8^19 = 0.069; with 2 it is 0.206.
    claim = Confident(0.2, 0.9)
    assert claim.allowed(20) == 1
    passed = np.zeros((20, 5), bool)
    passed[:1, 1], passed[:2, 2] = True, True
    assert claim.certified(passed).tolist() == [True, True, False, False, False]


def test_where_the_strictest_threshold_fails_nothing_is_certified() -> None:
    passed = np.zeros((20, 3), bool)
    passed[:2, 0] = True
    assert not Confident(0.2, 0.9).certified(passed).any()


@pytest.mark.parametrize(("max_escape", "confidence", "parts"), [(0.02, 0.95, 149), (0.01, 0.95, 299), (0.05, 0.9, 45)])
def test_parts_needed_without_an_escape(max_escape: float, confidence: float, parts: int) -> None:
    claim = Confident(max_escape, confidence)
    assert claim.needed(0) == parts == math.ceil(math.log(1 - confidence) / math.log(1 - max_escape))
    assert (claim.allowed(parts), claim.allowed(parts - 1)) == (0, -1)


@pytest.mark.parametrize("claim", [Confident(0.05, 0.95), Expected(0.05)])
@pytest.mark.parametrize("escapes", [0, 1, 7, 40])
def test_what_is_needed_is_just_enough(claim: Claim, escapes: int) -> None:
    parts = claim.needed(escapes)
    assert claim.allowed(parts) >= escapes > claim.allowed(parts - 1)


def test_no_parts_carry_no_claim() -> None:
    nothing = np.zeros((0, 3), bool)
    assert not Confident(0.5, 0.5).certified(nothing).any()
    assert not Expected(0.5).certified(nothing).any()


def test_on_the_average_fewer_parts_are_needed() -> None:
    # (0 + 1) / (49 + 1) = 2 %; (1 + 1) / (99 + 1) = 2 %.
    claim = Expected(0.02)
    assert (claim.needed(0), claim.needed(1)) == (49, 99)
    assert (claim.allowed(48), claim.allowed(49), claim.allowed(98), claim.allowed(99)) == (-1, 0, 0, 1)


def test_on_the_average_a_part_that_passed_before_counts_as_lost() -> None:
    # Of 19 parts one may be lost at 10 %. At the third threshold only part 1 passes, but part 0 did before.
    passed = np.zeros((19, 4), bool)
    passed[0, 1], passed[1, 2] = True, True
    assert Expected(0.1).certified(passed).tolist() == [True, True, False, False]


@cache
def of_settings(max_escape: float) -> tuple[Population, ...]:
    return populations(THRESHOLDS, max_escape)


@pytest.mark.parametrize("kind", range(len(of_settings(0.02))), ids=[each.name for each in of_settings(0.02)])
@pytest.mark.parametrize(("parts", "max_escape", "confidence"), SETTINGS)
def test_the_promised_share_of_claims_is_true(kind: int, parts: int, max_escape: float, confidence: float) -> None:
    population, claim = of_settings(max_escape)[kind], Confident(max_escape, confidence)
    broken = sum(
        claim_is_broken(population, claim, max_escape, np.random.default_rng((kind, draw)), parts)
        for draw in range(DRAWS)
    )
    least, _ = interval(broken, DRAWS, 2 * SURE - 1)
    assert least <= 1 - confidence, f"{broken} of {DRAWS} claims were broken; {1 - confidence:.0%} may be"


def claim_is_broken(
    population: Population, claim: Claim, max_escape: float, generator: np.random.Generator, parts: int
) -> bool:
    """Whether *any* certified threshold lets more escape than claimed: the strictest reading, and the worst choice."""
    certified = claim.certified(population.passed(generator, parts))
    return bool((population.escape_rate[certified] > max_escape).any())


def test_the_simulation_would_notice_a_search_that_is_not_allowed_for() -> None:
    # Each threshold tested by itself, and any that passes is taken: over the waves most claims are broken.
    (population,) = [each for each in of_settings(0.05) if each.name == "a wave around it"]
    allowed, broken = Confident(0.05, 0.9).allowed(300), 0
    for draw in range(DRAWS):
        escapes = np.count_nonzero(population.passed(np.random.default_rng(draw), 300), axis=0)
        broken += bool((population.escape_rate[escapes <= allowed] > 0.05).any())
    assert broken / DRAWS > 0.5


def test_the_promise_is_not_kept_by_promising_little() -> None:
    # The rate jumps from 0 to just above what is claimed: claims are broken nearly as often as they may be.
    (population,) = [each for each in of_settings(0.05) if each.name == "a step to just above"]
    claim = Confident(0.05, 0.9)
    broken = sum(claim_is_broken(population, claim, 0.05, np.random.default_rng(draw), 300) for draw in range(DRAWS))
    assert broken / DRAWS > 0.03


@pytest.mark.parametrize("kind", range(len(of_settings(0.02))), ids=[each.name for each in of_settings(0.02)])
@pytest.mark.parametrize(("parts", "max_escape"), [(60, 0.05), (200, 0.02), (300, 0.1)])
def test_the_mean_escape_rate_is_what_was_promised(kind: int, parts: int, max_escape: float) -> None:
    population, claim = of_settings(max_escape)[kind], Expected(max_escape)
    rates = []
    for draw in range(DRAWS):
        certified = claim.certified(population.passed(np.random.default_rng((kind, draw)), parts))
        # The worst of the certified; where there is none, all parts are rejected.
        rates.append(population.escape_rate[certified].max(initial=0))
    error = 4 * np.std(rates) / math.sqrt(DRAWS)
    assert np.mean(rates) <= max_escape + error


def test_with_enough_parts_it_claims_and_costs_little_more_than_it_must() -> None:
    population = by_score("as after a good training", THRESHOLDS, Scores(6, 2), Scores(0.8, 4))
    best = population.reject_rate[population.escape_rate <= 0.02].min()
    costs = []
    for draw in range(100):
        trial = population.draw(np.random.default_rng(draw), 2000, 2000)
        certified = Confident(0.02, 0.95).certified(trial.passed)
        assert certified.any()
        costs.append(population.reject_rate[fewest_false_rejects(trial, certified)])
    assert best == pytest.approx(0.047, abs=0.001)
    assert np.mean(costs) < best + 0.015


def test_an_exact_bound_is_what_is_tested() -> None:
    claim = Confident(0.02, 0.95)
    for parts in (149, 150, 235, 1000):
        allowed = claim.allowed(parts)
        assert upper_bound(allowed, parts, 0.95) <= 0.02 < upper_bound(allowed + 1, parts, 0.95)
