"""What runs a network on tiles: one small interface; each file ``…_runtime.py`` beside this one implements it."""

import os
from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Tiles = Iterable[NDArray[np.uint8]]
"""Each H×W×3, RGB; all of one size."""

Take = Callable[[int, NDArray[np.uint8]], object]
"""Given the number of a tile, from 0, and its scores: K×h×w bytes, of which K = 1 (score) or 2 (score, label).

The scores are valid during the call only. Their meaning is that of ``scores.ScoreMap``; h = H / step.
"""


class Runtime(Protocol):
    """Runs a network on tiles; may be used by several threads at once."""

    @property
    def name(self) -> str:
        """What it runs on, in words: library, device, arithmetic."""
        ...

    @property
    def step(self) -> int:
        """Pixels of a tile per side of a pixel of its scores: 1 or 2."""
        ...

    @property
    def planes(self) -> int:
        """K: 1 with a single class, else 2."""
        ...

    def score(self, tiles: Tiles, take: Take) -> None:
        """Score tiles; ``take`` is called once for each, in any order and from any thread.

        Raises:
            BundleError: The network cannot run on tiles of this size.
        """
        ...


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
