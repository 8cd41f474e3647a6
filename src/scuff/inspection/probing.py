"""What a network gives for a tile, found by asking it once."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import BundleError


def planes_and_step(network: Path, tile_hw: tuple[int, int], scores: NDArray[np.generic]) -> tuple[int, int]:
    """Check what a network gave for one tile.

    Args:
        network: Its file, for the message.
        tile_hw: Height and width of the tile, H and W.
        scores: What it gave.

    Returns:
        K and the step of ``Runtime``.

    Raises:
        BundleError: It is not 1×K×h×w bytes.
    """
    for step in (1, 2):
        for planes in (1, 2):
            if scores.shape == (1, planes, -(-tile_hw[0] // step), -(-tile_hw[1] // step)) and scores.dtype == np.uint8:
                return planes, step
    raise BundleError(
        f"{network}: gives {'×'.join(map(str, scores.shape))} {scores.dtype} for a tile of {tile_hw[0]}×{tile_hw[1]} "
        "px, but scuff needs 1×K×h×w bytes, with K = 1 or 2 and h = H or H / 2; export the bundle again"
    )
