import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import (
    binary_f1_score,
    binary_jaccard_index,
    binary_precision,
    binary_recall,
)

from scuff.evaluation.counts import Counts, add_counts, count_pixels
from scuff.evaluation.metrics import FIGURES, f1, iou, precision, recall


def test_figures_are_the_shares_they_are_defined_as() -> None:
    counts = Counts(tp=6, fp=2, fn=4, tn=88)
    assert precision(counts) == 6 / 8
    assert recall(counts) == 6 / 10
    assert f1(counts) == 12 / 18
    assert iou(counts) == 6 / 12


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param(Counts(0, 0, 0, 9), (None, None, None, None), id="nothing true, nothing predicted"),
        pytest.param(Counts(0, 0, 5, 4), (None, 0.0, 0.0, 0.0), id="nothing predicted"),
        pytest.param(Counts(0, 5, 0, 4), (0.0, None, 0.0, 0.0), id="nothing true"),
        pytest.param(Counts(0, 5, 3, 4), (0.0, 0.0, 0.0, 0.0), id="nothing right"),
        pytest.param(Counts(5, 0, 0, 4), (1.0, 1.0, 1.0, 1.0), id="everything right"),
        pytest.param(Counts(), (None, None, None, None), id="no pixels"),
    ],
)
def test_empty_cases(counts: Counts, expected: tuple[float | None, ...]) -> None:
    assert tuple(figure(counts) for figure in FIGURES.values()) == expected


def test_pooled_figures_are_those_of_torchmetrics() -> None:
    rng = np.random.default_rng(0)
    truths = rng.integers(0, 3, (4, 16, 16), dtype=np.uint8)
    predictions = np.where(rng.random((4, 16, 16)) < 0.6, truths, rng.integers(0, 3, (4, 16, 16))).astype(np.uint8)
    classes = ("scratch", "dent")
    frames = [count_pixels(*pair, classes) for pair in zip(truths, predictions, strict=True)]
    pooled = add_counts(frames, classes)
    for name, value in (("scratch", 1), ("dent", 2)):
        target, called = torch.from_numpy(truths == value), torch.from_numpy(predictions == value).int()
        assert f1(pooled[name]) == pytest.approx(float(binary_f1_score(called, target)))
        assert iou(pooled[name]) == pytest.approx(float(binary_jaccard_index(called, target)))
        assert precision(pooled[name]) == pytest.approx(float(binary_precision(called, target)))
        assert recall(pooled[name]) == pytest.approx(float(binary_recall(called, target)))
    target, called = torch.from_numpy(truths > 0), torch.from_numpy(predictions > 0).int()
    assert iou(pooled["defect"]) == pytest.approx(float(binary_jaccard_index(called, target)))
