import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.errors import ScuffError
from scuff.core.mask import OUTSIDE
from scuff.evaluation.counts import count_pixels
from scuff.evaluation.metrics import f1
from scuff.evaluation.operating_point import BINS, ScoreHistogram, best_f1
from scuff.inspection.tiling import classify


def _histogram(truth: list[int], scores: list[float]) -> ScoreHistogram:
    histogram = ScoreHistogram()
    histogram.add(np.array([truth], np.uint8), np.array([[scores]], np.float32))
    return histogram


def test_scores_are_sorted_by_truth_and_pixels_outside_left_out() -> None:
    histogram = _histogram([0, 0, 1, 2, OUTSIDE], [0.0, 0.5, 0.5, 1.0, 0.5])
    assert histogram.frames == 1
    assert (histogram.sound[0], histogram.sound[512], histogram.sound.sum()) == (1, 1, 2)
    assert (histogram.defective[512], histogram.defective[BINS - 1], histogram.defective.sum()) == (1, 1, 2)


def test_the_defect_score_is_the_sum_of_the_classes_but_at_most_1() -> None:
    histogram = ScoreHistogram()
    histogram.add(np.array([[1, 1]], np.uint8), np.array([[[0.25, 0.75]], [[0.25, 0.75]]], np.float32))
    assert (histogram.defective[512], histogram.defective[BINS - 1]) == (1, 1)


def test_histograms_add_up() -> None:
    total = _histogram([0, 1], [0.25, 0.5]) + _histogram([0, 1], [0.25, 0.75])
    assert total.frames == 2
    assert (total.sound[256], total.defective[512], total.defective[768]) == (2, 1, 1)


def test_the_best_threshold_of_a_case_worked_out_by_hand() -> None:
    # From the third pixel on (0.5): 3 found, 1 false, F1 = 6/7. From the fourth (0.75): 2 found, F1 = 4/5.
    # From the second (0.25): 3 found, 2 false, F1 = 6/8.
    histogram = _histogram([0, 0, 1, 0, 1, 1], [0.0, 0.25, 0.5, 0.5, 0.75, 1.0])
    point = best_f1(histogram, source="a test")
    assert point.f1 == pytest.approx(6 / 7)
    assert (point.precision, point.recall) == (3 / 4, 1.0)
    # Every threshold above 0.25 and up to 0.5 does the same; those are edges 257 to 512.
    assert point.threshold == 384 / BINS
    assert (point.frames, point.source) == (1, "a test")


def test_of_separable_scores_the_middle_is_taken() -> None:
    point = best_f1(_histogram([0, 1], [0.25, 0.75]))
    assert (point.f1, point.precision, point.recall) == (1.0, 1.0, 1.0)
    assert point.threshold == 0.5


def test_a_single_best_edge_is_kept() -> None:
    # Sound pixels in the bin below and the next defective ones in the bin above leave one threshold.
    point = best_f1(_histogram([0, 1, 1], [511.5 / BINS, 512.5 / BINS, 513.5 / BINS]))
    assert point.threshold == 512 / BINS


def test_the_threshold_stays_within_0_and_1() -> None:
    assert best_f1(_histogram([1, 1], [1.0, 1.0])).threshold == 512 / BINS
    low = best_f1(_histogram([0, 1], [0.0, 1 / BINS]))
    assert (low.threshold, low.f1) == (1 / BINS, 1.0)


def _random_frame() -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, (32, 32), dtype=np.uint8)
    scores = 0.3 * rng.random((2, 32, 32)) + 0.2 * (truth > 0)
    return truth, scores.astype(np.float32)


def test_no_threshold_is_better_when_pixels_are_counted() -> None:
    truth, scores = _random_frame()
    histogram = ScoreHistogram()
    histogram.add(truth, scores)
    point = best_f1(histogram)

    def counted(threshold: float) -> float:
        return f1(count_pixels(truth, classify(scores, threshold), ("scratch", "dent"))["defect"]) or 0.0

    assert point.f1 == counted(point.threshold)
    assert point.f1 == max(counted(edge / BINS) for edge in range(1, BINS))


def test_without_a_defective_pixel_nothing_is_chosen() -> None:
    with pytest.raises(ScuffError, match=r"none of the 1 frames .* split again .* or set inspection\.threshold"):
        best_f1(_histogram([0, 0], [0.1, 0.9]))


def test_a_network_that_finds_nothing_at_all_has_no_threshold() -> None:
    with pytest.raises(ScuffError, match=r"has learned nothing; train longer, or set inspection\.threshold"):
        best_f1(_histogram([0, 1], [0.9, 0.0]))
