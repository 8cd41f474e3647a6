"""Parity: an exported network must score as its checkpoint does."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scuff.core.bundle import Agreement
from scuff.core.errors import BundleError
from scuff.inspection.runtime import Runtime

TOLERANCE = 1e-3
"""Largest difference allowed between two scores of a pixel; scores lie in [0, 1]."""


def check_agreement(
    exported: Runtime,
    reference: Runtime,
    patches: Sequence[NDArray[np.uint8]],
    source: str,
    tolerance: float = TOLERANCE,
) -> Agreement:
    """Compare two runtimes on real patches.

    Args:
        exported: What a station would run.
        reference: The checkpoint.
        patches: Of S×S×3 pixels each.
        source: Which patches these are, in words.
        tolerance: Largest difference allowed.

    Raises:
        BundleError: There is no patch to compare on, or the scores differ by more.
    """
    if not patches:
        raise BundleError("no patch to compare the exported network on; cut patches with `scuff patches` first")
    differences = [_difference(exported, reference, patch) for patch in patches]
    worst = int(np.argmax(differences))  # which takes a NaN for the largest
    largest = differences[worst]
    if not largest <= tolerance:
        raise BundleError(
            f"the exported network does not agree with its checkpoint: patch {worst} of "
            f"{len(patches)} ({source}) differs by {largest:.2g}, allowed is {tolerance:g}; no bundle was written"
        )
    return Agreement(patches=len(patches), source=source, largest_difference=largest, tolerance=tolerance)


def _difference(exported: Runtime, reference: Runtime, patch: NDArray[np.uint8]) -> float:
    tile = np.asarray(patch)[None]
    here, there = exported.scores(tile), reference.scores(tile)
    if here.shape != there.shape:
        raise BundleError(f"the exported network gives {here.shape} scores where its checkpoint gives {there.shape}")
    return float(np.abs(here - there).max())
