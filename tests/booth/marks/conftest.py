"""Places around a mark that the tests of this room share."""

from collections.abc import Callable

import numpy as np
import pytest

from scuff.booth.surface import Values

Grid = Callable[[float, float], tuple[Values, Values]]


@pytest.fixture
def grid() -> Grid:
    """A function that returns p and q of square pixels of a width, up to a distance on all sides, both in mm."""

    def places(half_mm: float, pixel_mm: float) -> tuple[Values, Values]:
        number = round(half_mm / pixel_mm)
        middles = ((np.arange(-number, number) + 0.5) * pixel_mm).astype(np.float32)
        p, q = np.meshgrid(middles, middles)
        return p, q

    return places
