"""Annotations of pictures that show one scene, laid on each other: they should be the same."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.mask import SOUND
from scuff.dataset.audit.findings import Finding
from scuff.dataset.audit.pairs import Pair

TOLERANCE_PX = 4
"""How far outlines of one thing may lie apart, in pixels."""

DIFFERS = 0.35
"""Share of all that is drawn on either picture, and is beyond the tolerance on the other, that is worth a look."""

SMALLEST_PX = 30
"""Fewer pixels are no difference."""

Mask = NDArray[np.uint8]


def differing_labels(
    pairs: Iterable[Pair], read: Callable[[str], Mask | None], names: tuple[str, ...]
) -> Iterator[Finding]:
    """Find the pairs whose annotations differ.

    Args:
        pairs: Those of kind ``scene`` are compared; a shared part may have been pasted beside something else.
        read: Gives the mask of a frame, H×W; ``None`` where it cannot be read.
        names: Classes 1, 2, ….
    """
    mask_of = lru_cache(maxsize=256)(read)
    for pair in pairs:
        if pair.kind != "scene":
            continue
        first, second = mask_of(pair.first), mask_of(pair.second)
        detail = _difference(first, second, pair, names) if first is not None and second is not None else ""
        if detail:
            yield Finding("labels", pair.first, detail, pair.second)


def _difference(first: Mask, second: Mask, pair: Pair, names: tuple[str, ...]) -> str:
    if not first.any() and not second.any():
        return ""
    matrix = np.array(pair.matrix, np.float64).reshape(2, 3)
    size = (first.shape[1], first.shape[0])
    laid = cv2.warpAffine(second, matrix, size, flags=cv2.INTER_NEAREST)
    seen = cv2.warpAffine(np.ones_like(second), matrix, size, flags=cv2.INTER_NEAREST) > 0
    here, there = np.where(seen, first, SOUND), np.where(seen, laid, SOUND)
    both = (here != SOUND) & (there != SOUND)
    either = int(np.count_nonzero((here != SOUND) | (there != SOUND)))
    confused = both & (here != there)
    if np.count_nonzero(confused) > max(SMALLEST_PX, DIFFERS * either):
        value, other = int(np.bincount(here[confused]).argmax()), int(np.bincount(there[confused]).argmax())
        return f"the same place is {names[value - 1]} on one and {names[other - 1]} on the other"
    only = np.count_nonzero(_beyond(here, there)) + np.count_nonzero(_beyond(there, here))
    if only > max(SMALLEST_PX, DIFFERS * either):
        return f"{only / either:.0%} of what is drawn on either is missing on the other"
    return ""


def _beyond(here: Mask, there: Mask) -> NDArray[np.bool_]:
    """What is drawn here, and there not even nearby."""
    near = cv2.dilate((there != SOUND).astype(np.uint8), np.ones((2 * TOLERANCE_PX + 1,) * 2, np.uint8)) > 0
    return np.asarray((here != SOUND) & ~near, np.bool_)
