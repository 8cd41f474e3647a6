"""Pixels are counted once, per frame and class; every figure is derived from these counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.core.mask import OUTSIDE, SOUND

DEFECT = "defect"
"""Name of the row in which all classes are one: a pixel is defective or it is not."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Pixels of one class, against everything that is not this class.

    Attributes:
        tp: True positives: of the class, and predicted so.
        fp: False positives: predicted so, but not of the class.
        fn: False negatives: of the class, but not predicted so.
        tn: True negatives: neither.
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn)

    @property
    def truth(self) -> int:
        """Pixels of the class."""
        return self.tp + self.fn

    @property
    def wrong(self) -> int:
        """Pixels missed or falsely alarmed."""
        return self.fp + self.fn


def row_names(classes: Sequence[str]) -> tuple[str, ...]:
    """Name the rows of every table: ``DEFECT`` first, then the classes.

    A single class that is itself called "defect" is the same thing as all classes together: one row. Beside
    other classes it is told apart as "defect (class)".
    """
    if tuple(classes) == (DEFECT,):
        return (DEFECT,)
    return (DEFECT, *(f"{DEFECT} (class)" if name == DEFECT else name for name in classes))


def count_pixels(truth: NDArray[np.uint8], predicted: NDArray[np.uint8], classes: Sequence[str]) -> dict[str, Counts]:
    """Count the pixels of one frame.

    Args:
        truth: H×W class values; pixels that are ``OUTSIDE`` are not counted.
        predicted: H×W class values.
        classes: Names of the values 1, 2, ….

    Returns:
        Counts by the names of ``row_names``: first all classes as one, whatever the class, then each class
        against the rest. A pixel given the wrong class is right in the first row and wrong in two others.

    Raises:
        ValueError: The shapes differ, or a value has no class.
    """
    matrix = _confusion(truth, predicted, len(classes) + 1)
    defect = Counts(
        tp=int(matrix[1:, 1:].sum()),
        fp=int(matrix[SOUND, 1:].sum()),
        fn=int(matrix[1:, SOUND].sum()),
        tn=int(matrix[SOUND, SOUND]),
    )
    every_class = [_one_against_rest(matrix, value) for value in range(1, len(classes) + 1)]
    # A single class called "defect" ends the names early; its counts are those of the first row.
    return dict(zip(row_names(classes), [defect, *every_class], strict=False))


def add_counts(several: Sequence[Mapping[str, Counts]], classes: Sequence[str]) -> dict[str, Counts]:
    """Pool the counts of several frames."""
    return {name: sum((counts[name] for counts in several), Counts()) for name in row_names(classes)}


def _confusion(truth: NDArray[np.uint8], predicted: NDArray[np.uint8], values: int) -> NDArray[np.int64]:
    """Count the pixels of each pair of values: truth down, prediction across."""
    if truth.shape != predicted.shape:
        raise ValueError(f"truth is {truth.shape} but prediction {predicted.shape}")
    inside = truth != OUTSIDE
    truth, predicted = truth[inside], predicted[inside]
    largest = max(truth.max(initial=0), predicted.max(initial=0))
    if largest >= values:
        raise ValueError(f"value {largest} in a mask of {values - 1} classes")
    pairs = truth.astype(np.uint16) * np.uint16(values) + predicted  # at most 255² - 1
    return np.bincount(pairs, minlength=values * values).reshape(values, values)


def _one_against_rest(matrix: NDArray[np.int64], value: int) -> Counts:
    tp = int(matrix[value, value])
    fn = int(matrix[value].sum()) - tp
    fp = int(matrix[:, value].sum()) - tp
    return Counts(tp, fp, fn, int(matrix.sum()) - tp - fn - fp)
