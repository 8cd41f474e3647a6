"""How alike the answers of two networks or two ways of tiling are, on frames with known truth."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

MATCH = 0.5
"""Share of a region's pixels that the other side must have for the region to count as found by both."""

Masks = Mapping[str, NDArray[np.bool_]]
"""Defective pixels (H×W) by the name of the frame."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two answers compared.

    Attributes:
        f1: Pixel F1 of the one against the truth.
        f1_reference: The same of the other.
        defects: Regions of both.
        matched: Those that the other side has too.
        differing: Share of pixels that only one calls defective.
    """

    f1: float
    f1_reference: float
    defects: int
    matched: int
    differing: float

    def __str__(self) -> str:
        return (
            f"F1 {self.f1:.4f} ({self.f1 - self.f1_reference:+.4f}), {self.matched} of {self.defects} defects, "
            f"{1e4 * self.differing:.2f} px of 10,000 differ"
        )


def compare(one: Masks, reference: Masks, truth: Masks) -> Likeness:
    """Compare two answers on the frames that have a truth."""
    pairs = [again(a[name], b[name]) for name in truth for a, b in ((one, reference), (reference, one))]
    pixels = sum(mask.size for mask in truth.values())
    differing = sum(int(np.count_nonzero(one[name] ^ reference[name])) for name in truth)
    return Likeness(
        f1(one, truth),
        f1(reference, truth),
        sum(count for count, _ in pairs),
        sum(found for _, found in pairs),
        differing / pixels,
    )


def f1(masks: Masks, truth: Masks) -> float:
    """Pixel F1 over all frames together."""
    right = sum(int(np.count_nonzero(masks[name] & truth[name])) for name in truth)
    called = sum(int(np.count_nonzero(masks[name])) for name in truth)
    return 2 * right / (called + sum(int(np.count_nonzero(mask)) for mask in truth.values()))


def again(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> tuple[int, int]:
    """Count the regions of one mask, and those of them of which the other has ``MATCH`` of the pixels."""
    count, numbered = cv2.connectedComponents(one.view(np.uint8), connectivity=8)
    sizes = np.bincount(numbered.ravel(), minlength=count)[1:]
    kept = np.bincount(numbered[other], minlength=count)[1:]
    return count - 1, int(np.count_nonzero(kept >= MATCH * sizes))
