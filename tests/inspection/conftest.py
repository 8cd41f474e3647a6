"""Pictures and inspected pictures that the tests of this room share."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from scuff.core.bundle import Bundle
from scuff.core.recipe import Recipe
from scuff.inspection.pipeline import Inspector

Pixels = NDArray[np.uint8]


@pytest.fixture
def plate() -> Pixels:
    """A grey plate of 40×60 px with a bright scratch of 20×1 px and a dark dent of 3×3 px."""
    pixels = np.full((40, 60, 3), 128, np.uint8)
    pixels[10, 5:25] = 255
    pixels[30:33, 50:53] = 0
    return pixels


@pytest.fixture
def write_picture_file(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes pixels as a picture file."""

    def write(name: str, pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> Path:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
        return path

    return write


@pytest.fixture
def inspector(make_bundle: Callable[..., Bundle]) -> Inspector:
    """An inspector with the tiny network and the settings that a recipe has by default."""
    return Inspector(make_bundle(), Recipe())
