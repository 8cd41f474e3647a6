import numpy as np
import pytest

from scuff.core.errors import ScuffError
from scuff.core.mask import OUTSIDE
from scuff.evaluation.counts import count_pixels
from scuff.evaluation.metrics import f1
from scuff.evaluation.operating_point import ScoreHistogram, best_f1, threshold_or_half
from scuff.inspection.scores import FULL, ScoreMap


def _histogram(truth: list[int], scores: list[int]) -> ScoreHistogram:
    histogram = ScoreHistogram()
    histogram.add(np.array([truth], np.uint8), np.array([scores], np.uint8))
    return histogram


def test_scores_are_sorted_by_truth_and_pixels_outside_left_out() -> None:
    histogram = _histogram([0, 0, 1, 2, OUTSIDE], [0, 127, 127, FULL, 127])
    assert histogram.frames == 1
    assert (histogram.sound[0], histogram.sound[127], histogram.sound.sum()) == (1, 1, 2)
    assert (histogram.defective[127], histogram.defective[FULL], histogram.defective.sum()) == (1, 1, 2)


def test_histograms_add_up() -> None:
    total = _histogram([0, 1], [60, 120]) + _histogram([0, 1], [60, 180])
    assert total.frames == 2
    assert (total.sound[60], total.defective[120], total.defective[180]) == (2, 1, 1)


def test_the_best_threshold_of_a_case_worked_out_by_hand() -> None:
    # From 128 on: 3 found, 1 false, F1 = 6/7. From 192 on: 2 found, F1 = 4/5. From 64 on: 3 found, 2 false, F1 = 6/8.
    histogram = _histogram([0, 0, 1, 0, 1, 1], [0, 64, 128, 128, 192, FULL])
    point = best_f1(histogram, source="a test")
    assert point.f1 == pytest.approx(6 / 7)
    assert (point.precision, point.recall) == (3 / 4, 1.0)
    # Every threshold above 64 and up to 128 does the same.
    assert point.threshold == 96 / FULL
    assert (point.frames, point.source) == (1, "a test")


def test_of_separable_scores_the_middle_is_taken() -> None:
    point = best_f1(_histogram([0, 1], [63, 191]))
    assert (point.f1, point.precision, point.recall) == (1.0, 1.0, 1.0)
    assert point.threshold == 0.5


def test_a_single_best_edge_is_kept() -> None:
    # Sound pixels one below and the next defective ones one above leave one threshold.
    point = best_f1(_histogram([0, 1, 1], [99, 100, 101]))
    assert point.threshold == 100 / FULL


def test_the_threshold_stays_within_0_and_1() -> None:
    assert best_f1(_histogram([1, 1], [FULL, FULL])).threshold == 127 / FULL
    low = best_f1(_histogram([0, 1], [0, 1]))
    assert (low.threshold, low.f1) == (1 / FULL, 1.0)


def test_no_threshold_is_better_when_pixels_are_counted() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, (32, 32), dtype=np.uint8)
    score = (150 * rng.random((32, 32)) + 100 * (truth > 0)).astype(np.uint8)
    histogram = ScoreHistogram()
    histogram.add(truth, score)
    point = best_f1(histogram)

    def counted(threshold: float) -> float:
        mask = ScoreMap(score, np.maximum(truth, 1), 1, (32, 32)).mask(threshold)
        return f1(count_pixels(truth, mask, ("scratch", "dent"))["defect"]) or 0.0

    assert point.f1 == counted(point.threshold)
    assert point.f1 == max(counted(byte / FULL) for byte in range(1, FULL + 1))


def test_without_a_defective_pixel_nothing_is_chosen() -> None:
    with pytest.raises(ScuffError, match=r"none of the 1 frames .* split again .* or set inspection\.threshold"):
        best_f1(_histogram([0, 0], [25, 228]))


def test_a_network_that_finds_nothing_at_all_has_no_threshold() -> None:
    with pytest.raises(ScuffError, match=r"has learned nothing; train longer, or set inspection\.threshold"):
        best_f1(_histogram([0, 1], [228, 0]))


def test_threshold_is_the_best_one_or_a_half_with_the_reason() -> None:
    assert threshold_or_half(_histogram([0, 1], [63, 191]), "validation frames") == (
        0.5,
        "best pixel F1 (1.000) on 1 validation frames",
    )
    threshold, source = threshold_or_half(_histogram([0, 0], [63, 191]), "validation frames")
    assert (threshold, source.partition(":")[0]) == (0.5, "0.5 by default")
