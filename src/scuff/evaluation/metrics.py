"""Precision, recall, F1 and IoU of pooled counts; ``None`` where a figure is not defined.

A figure is a share, and a share of nothing is neither 0 nor 1: it is undefined, and shown as such. Counts are
pooled before any figure is derived, so that an undefined figure of one frame never enters an average.
"""

from collections.abc import Callable

from scuff.evaluation.counts import Counts

SHARES: dict[str, Callable[[Counts], tuple[int, int]]] = {
    "precision": lambda counts: (counts.tp, counts.tp + counts.fp),
    "recall": lambda counts: (counts.tp, counts.tp + counts.fn),
    "f1": lambda counts: (2 * counts.tp, 2 * counts.tp + counts.fp + counts.fn),
    "iou": lambda counts: (counts.tp, counts.tp + counts.fp + counts.fn),
}
"""Every figure by the name it has in files: what is above and below the line. Both add up over frames and parts."""


def precision(counts: Counts) -> float | None:
    """Share of the predicted pixels that are right; undefined where nothing was predicted."""
    return _share(*SHARES["precision"](counts))


def recall(counts: Counts) -> float | None:
    """Share of the true pixels that were found; undefined where there are none."""
    return _share(*SHARES["recall"](counts))


def f1(counts: Counts) -> float | None:
    """Dice score, 2·TP / (2·TP + FP + FN); undefined where nothing is true and nothing predicted."""
    return _share(*SHARES["f1"](counts))


def iou(counts: Counts) -> float | None:
    """Intersection over union, TP / (TP + FP + FN); undefined where nothing is true and nothing predicted."""
    return _share(*SHARES["iou"](counts))


FIGURES = {"precision": precision, "recall": recall, "f1": f1, "iou": iou}
"""Every figure by the name it has in files."""


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
