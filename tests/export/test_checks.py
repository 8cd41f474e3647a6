import pytest

from scuff.core.bundle import Precision
from scuff.evaluation.counts import Counts
from scuff.export.checks import agreement, checks
from scuff.export.comparison import Figures
from scuff.export.limits import LIMITS, limits_of
from scuff.export.matching import Matches

SAME = Counts(tp=1000)


def missed(figures: Figures, precision: Precision = "bf16", strips: bool = False) -> list[str]:
    stated = agreement(figures, limits_of(precision, strips), "by hand", 1, "one")
    return [check.name for check in checks(stated) if check.missed]


def test_full_agreement_misses_nothing() -> None:
    assert missed(Figures(SAME, SAME, Matches(2, 2), scored=10, px=10), "fp32") == []


@pytest.mark.parametrize("precision", LIMITS)
def test_f1_may_differ_either_way_by_so_much(precision: Precision) -> None:
    limit = LIMITS[precision].f1
    for wrong, names in ((round(1000 * limit), []), (round(2000 * limit) + 2, ["pixel F1"])):
        # F1 with so many pixels missed is 1 - wrong / (2000 - wrong), about wrong / 2000 below 1.
        worse = Counts(tp=1000 - wrong, fn=wrong)
        assert missed(Figures(SAME, worse, px=1000), precision) == names
        assert missed(Figures(worse, SAME, px=1000), precision) == names


FOUND_BY_BOTH = "defects found by both, the marginal ones left out"
MARGINAL = "marginal defects (0.05 around the threshold) that one finds"


@pytest.mark.parametrize(
    ("matches", "names"),
    [
        (Matches(200, 198), []),
        (Matches(200, 197), [FOUND_BY_BOTH]),
        (Matches(99, 98), [FOUND_BY_BOTH]),
        (Matches(99, 98, marginal=1), []),
        (Matches(100, 95, marginal=5), []),
        (Matches(100, 94, marginal=6), [MARGINAL]),
        (Matches(100, 93, marginal=5), [FOUND_BY_BOTH]),
        (Matches(1, 0, marginal=1), []),
        (Matches(2, 0, marginal=2), [MARGINAL]),
        (Matches(1, 0), [FOUND_BY_BOTH]),
    ],
)
def test_a_share_of_the_defects_must_match(matches: Matches, names: list[str]) -> None:
    assert missed(Figures(SAME, SAME, matches)) == names


def test_single_scores_are_limited_in_fp32_only() -> None:
    figures = Figures(SAME, SAME, scored=10_000, difference_sum=3, px=10_000, largest_byte=3)
    assert missed(figures, "fp32") == ["largest difference of a score"]
    assert missed(figures, "bf16") == []
    assert missed(figures, "fp32", strips=True) == []


def test_verdicts_of_pixels_are_limited_in_fp32_only() -> None:
    figures = Figures(SAME, SAME, px=10_000, differing_px=2)
    assert missed(figures, "fp32") == ["share of pixels with another verdict"]
    assert missed(figures, "int8") == []
    assert missed(figures, "fp32", strips=True) == []


def test_the_bundle_says_what_was_measured_and_allowed() -> None:
    figures = Figures(SAME, Counts(tp=999, fn=1), Matches(201, 198, 1), scored=254, difference_sum=254, px=10_000)
    stated = agreement(figures, limits_of("bf16", strips=False), "by hand", 3, "three frames")
    assert (stated.runtime, stated.frames, stated.source) == ("by hand", 3, "three frames")
    assert (stated.f1_checkpoint, stated.f1_bundle, stated.f1_tolerance) == (1, 0.9995, 0.002)
    assert (stated.defects, stated.matched, stated.marginal, stated.matched_tolerance) == (201, 198, 1, 0.99)
    assert (stated.score_distance, stated.score_tolerance) == (0.003937, 0.02)
    assert [check.said for check in checks(stated)] == [
        "0.9995 against the checkpoint's 1.0000",
        "198 of 200 (0.9900)",
        "1 of 201",
        "0.0039",
        "0",
        "0",
    ]
