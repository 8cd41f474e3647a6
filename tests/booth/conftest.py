"""What the tests of this room share."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.booth.geometry import Geometry
from scuff.booth.view import ray, view_of

PlacesOf = Callable[[Geometry], NDArray[np.float64]]


@pytest.fixture(scope="session")
def places_of() -> PlacesOf:
    """A function that says what the middles of the pixels see: H×W×3, in mm."""

    def places(geometry: Geometry) -> NDArray[np.float64]:
        view, (rows, columns) = view_of(geometry.camera, geometry.hw), geometry.hw
        rays = [[ray(view, column + 0.5, row + 0.5) for column in range(columns)] for row in range(rows)]
        return np.asarray(np.array(geometry.camera.position_mm) + geometry.depth_mm[..., None] * np.array(rays))

    return places
