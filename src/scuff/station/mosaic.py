"""The values of a frame as the sensor has them, colour by colour: nothing is mixed, so that clipping can be seen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import PictureError
from scuff.core.pixel_format import genicam_format
from scuff.station.raw_frame import RawFrame

FULL_SCALE_8 = 255

NAMES = {"R": "red", "G": "green", "B": "blue"}

SAMPLES = 65_536
"""At least as many of each colour are measured, where a frame has them."""


@dataclass(frozen=True, slots=True)
class Colours:
    """The planes of a frame.

    Attributes:
        planes: By colour, h×w; views of the frame. The two greens of a mosaic are two.
        at: Row and column of each colour's first pixel.
        step: Pixels of the frame from one value of a plane to the next.
        full_scale: The largest value.
        where: What it is a frame of, for messages.
    """

    planes: Mapping[str, NDArray[Any]]
    at: Mapping[str, tuple[int, int]]
    step: int
    full_scale: int
    where: str

    @classmethod
    def of(cls, frame: RawFrame) -> "Colours":
        """Take a frame apart.

        Raises:
            PictureError: Its pixel format is none that scuff reads, or its shape does not belong to it.
        """
        where = f"{frame.camera}, frame {frame.frame_id}"
        pixels = frame.pixels
        meaning = genicam_format(frame.pixel_format)
        full_scale = FULL_SCALE_8 if pixels.dtype == np.uint8 else meaning.white_level
        if frame.pixel_format.startswith("RGB"):
            if pixels.ndim != 3:
                raise PictureError(f"{where}: {frame.pixel_format} has three channels, not the shape {pixels.shape}")
            planes = {name: pixels[..., channel] for channel, name in enumerate(NAMES.values())}
            return cls(planes, dict.fromkeys(planes, (0, 0)), 1, full_scale, where)
        if not meaning.bayer:
            return cls({"grey": pixels}, {"grey": (0, 0)}, 1, full_scale, where)
        at = _places(meaning.bayer)
        planes = {name: pixels[row::2, column::2] for name, (row, column) in at.items()}
        return cls(planes, at, 2, full_scale, where)

    def samples(self, inside: NDArray[np.uint8] | None) -> dict[str, NDArray[np.float32]]:
        """Values on a regular grid, as shares of full scale.

        Args:
            inside: H×W, not 0 where they count; ``None``: everywhere.

        Raises:
            PictureError: None of them counts.
        """
        height, width = next(iter(self.planes.values())).shape
        thin = max(1, math.isqrt(height * width // SAMPLES))
        taken: dict[str, NDArray[np.float32]] = {}
        for name, plane in self.planes.items():
            values = plane[::thin, ::thin]
            if inside is not None:
                row, column = self.at[name]
                values = values[inside[row :: self.step, column :: self.step][::thin, ::thin] != 0]
            taken[name] = values.ravel().astype(np.float32) / np.float32(self.full_scale)
        if not all(values.size for values in taken.values()):
            raise PictureError(f"{self.where}: inspection.region is too small to measure its light; draw it larger")
        return taken


def _places(pattern: str) -> dict[str, tuple[int, int]]:
    """Where each colour of a mosaic begins, by the first two pixels of its first row."""
    second = {"RG": "GB", "GR": "BG", "GB": "RG", "BG": "GR"}[pattern]
    found: dict[str, tuple[int, int]] = {}
    for row, letters in enumerate((pattern, second)):
        for column, letter in enumerate(letters):
            name = NAMES[letter]
            found[f"{name} 2" if name in found else name] = (row, column)
    return found
