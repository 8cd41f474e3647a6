from pathlib import Path

import numpy as np
import pytest

from scuff.core.errors import BundleError
from scuff.inspection.probing import planes_and_step


@pytest.mark.parametrize(
    ("tile_hw", "shape", "expected"),
    [
        ((32, 64), (1, 1, 32, 64), (1, 1)),
        ((32, 64), (1, 2, 16, 32), (2, 2)),
        ((33, 65), (1, 1, 17, 33), (1, 2)),
    ],
)
def test_planes_and_step(tile_hw: tuple[int, int], shape: tuple[int, ...], expected: tuple[int, int]) -> None:
    assert planes_and_step(Path("net"), tile_hw, np.zeros(shape, np.uint8)) == expected


@pytest.mark.parametrize("shape", [(1, 3, 32, 32), (1, 1, 8, 8), (1, 32, 32), (2, 1, 32, 32), (1, 1, 32, 16)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(BundleError, match=f"net: gives {'×'.join(map(str, shape))} uint8 for a tile of 32×32 px"):
        planes_and_step(Path("net"), (32, 32), np.zeros(shape, np.uint8))


def test_floating_point_is_refused() -> None:
    with pytest.raises(BundleError, match=r"float32 .* scuff needs 1×K×h×w bytes"):
        planes_and_step(Path("net"), (32, 32), np.zeros((1, 1, 32, 32), np.float32))
