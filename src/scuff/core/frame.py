"""A frame: one picture of one part by one camera under one light."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of one part.

    Attributes:
        name: What identifies it within its catalogue or run.
        pixels: H×W×3, uint8, RGB.
        part: Serial number of the part it shows.
        camera: The camera that took it; empty where nobody said.
    """

    name: str
    pixels: NDArray[np.uint8]
    part: str
    camera: str = ""

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width, in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]
