"""How a camera sees a flat, matt card under one luminaire: few numbers that tell a lamp, a window and a lens apart."""

import math
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from scuff.core.frozen import Frozen
from scuff.station.exposure import CLIPPED
from scuff.station.mosaic import Colours
from scuff.station.raw_frame import RawFrame

CELLS, LEAST_CELL_PX = 24, 32
"""Along the longer side of a frame, as long as none is smaller: in few pixels there is much noise."""

LEAST_LIT = 0.1
"""A cell with less of the light of the brightest tells nothing: it lies beside the card."""

DARK = 1e-3
"""A level, as a share of full scale, that is none."""

SURE = 5.0
"""Standard errors from which structure is told from noise."""

Plane = NDArray[np.float32]


class FlatField(Frozen):
    """What a camera sees of the card under one luminaire."""

    camera: str = Field(description="The camera.")
    luminaire: str = Field(description="The luminaire, alone and full.")
    serial: str = Field(description="Serial number of the camera.")
    pixel_format: str = Field(description="As GenICam names it.")
    width_px: int = Field(description="Width of a frame.")
    height_px: int = Field(description="Height of a frame.")
    exposure_us: float = Field(description="Exposure.")
    gain_db: float = Field(description="Gain, in dB.")
    levels: tuple[tuple[float | None, ...], ...] = Field(
        description="Medians of a grid of cells, of the light of this luminaire alone, as shares of full scale; null: "
        "beside the card or the region."
    )
    dark: float = Field(description="Median with all luminaires off.")
    clipped_share: float = Field(description="Share of the pixels at full scale.")
    noise: float = Field(description="Standard deviation from frame to frame, as a share of full scale.")
    sharpness: float | None = Field(description="Structure by level; null: the card has none that shows.")

    @property
    def brightest(self) -> float:
        """Level of the brightest cell; 0 where the luminaire gives no light."""
        return max((level for row in self.levels for level in row if level is not None), default=0.0)

    @property
    def grid(self) -> Plane:
        """The levels as an array; NaN where nothing counts."""
        return np.array(self.levels, np.float32)


def measure_field(
    lit: Sequence[RawFrame],
    dark: RawFrame,
    luminaire: str,
    inside: NDArray[np.uint8] | None = None,
    reference: FlatField | None = None,
) -> FlatField:
    """Measure the card under a luminaire.

    What is read with all luminaires off is taken away first: stray light and black level do not age with a lamp.
    Structure is what two frames share, noise what they do not; so neither spoils the other.

    Args:
        lit: Two frames of one camera under it alone.
        dark: One with all luminaires off, with the same exposure.
        luminaire: Its name.
        inside: H×W, not 0 where it counts; ``None``: everywhere.
        reference: Of the same view: the same cells count, however dark they are now. ``None``: the lit ones.

    Raises:
        PictureError: The pixel format is none that scuff reads.
    """
    first, second, off = _grey(lit[0]), _grey(lit[1]), _grey(dark)
    mean = (first + second) * np.float32(0.5)
    height, width = lit[0].pixels.shape[:2]
    levels = _medians(mean - off, cells_of((height, width)))
    counted = _counted(levels, inside) if reference is None else ~np.isnan(reference.grid)
    level = float(np.mean(levels[counted])) if counted.any() else 0.0
    pixels = _of_cells(counted, mean.shape) if counted.any() else np.ones(mean.shape, np.bool_)
    return FlatField(
        camera=lit[0].camera,
        luminaire=luminaire,
        serial=lit[0].serial,
        pixel_format=lit[0].pixel_format,
        width_px=width,
        height_px=height,
        exposure_us=lit[0].exposure_us,
        gain_db=lit[0].gain_db,
        levels=_rounded(np.where(counted, levels, np.nan)),
        dark=round(float(np.median(off[pixels])), 5),
        clipped_share=round(_clipped_share(lit[0]), 6),
        noise=round(_noise(first[pixels], second[pixels]), 6),
        sharpness=_sharpness(first, second, pixels, level) if level > DARK else None,
    )


def cells_of(hw: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of the grid of a frame."""
    height, width = hw
    side = max(max(hw) / CELLS, LEAST_CELL_PX)
    return max(1, round(height / side)), max(1, round(width / side))


def _grey(frame: RawFrame) -> Plane:
    """The mean of the colours, as a share of full scale; of a mosaic with half as many rows and columns."""
    colours = Colours.of(frame)
    planes = list(colours.planes.values())
    height, width = (min(plane.shape[side] for plane in planes) for side in (0, 1))
    summed = np.zeros((height, width), np.float32)
    for plane in planes:
        summed += plane[:height, :width]
    return np.asarray(summed * np.float32(1 / (len(planes) * colours.full_scale)), np.float32)


def _edges(length: int, cells: int) -> NDArray[np.int64]:
    return np.linspace(0, length, cells + 1).round().astype(np.int64)


def _medians(plane: Plane, cells: tuple[int, int]) -> Plane:
    down, across = (_edges(length, number) for length, number in zip(plane.shape, cells, strict=True))
    medians = [
        [np.median(plane[top:bottom, left:right]) for left, right in pairwise(across)] for top, bottom in pairwise(down)
    ]
    return np.array(medians, np.float32)


def _counted(levels: Plane, inside: NDArray[np.uint8] | None) -> NDArray[np.bool_]:
    """The cells that are lit and lie wholly in the region; those at the rim of the card hang on how it lies."""
    counted = levels >= max(LEAST_LIT * float(levels.max()), DARK)
    if inside is not None:
        of_pixel = inside != 0
        down, across = (_edges(length, number) for length, number in zip(inside.shape, levels.shape, strict=True))
        for row, (top, bottom) in enumerate(pairwise(down)):
            for column, (left, right) in enumerate(pairwise(across)):
                counted[row, column] &= bool(of_pixel[top:bottom, left:right].all())
    inner = cv2.erode(counted.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) != 0
    return np.asarray(inner if inner.any() else counted)


def _of_cells(counted: NDArray[np.bool_], hw: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which pixels of a plane lie in cells that count."""
    down, across = (np.diff(_edges(length, cells)) for length, cells in zip(hw, counted.shape, strict=True))
    return np.asarray(counted.repeat(down, axis=0).repeat(across, axis=1))


def _clipped_share(frame: RawFrame) -> float:
    colours = Colours.of(frame)
    return float(np.mean(frame.pixels >= CLIPPED * colours.full_scale))


def _noise(first: Plane, second: Plane) -> float:
    """Of one frame, from the mean difference of two: σ = E|d| · √π / 2 for normal noise."""
    difference = first - second
    return float(np.mean(np.abs(difference - difference.mean())) * math.sqrt(math.pi) / 2)


def _sharpness(first: Plane, second: Plane, pixels: NDArray[np.bool_], level: float) -> float | None:
    """The root of what the second derivatives of two frames have in common, by level."""
    shared = (cv2.Laplacian(first, cv2.CV_32F) * cv2.Laplacian(second, cv2.CV_32F))[pixels]
    energy, error = float(shared.mean()), float(shared.std()) / math.sqrt(shared.size)
    return round(math.sqrt(energy) / level, 5) if energy > SURE * error else None


def _rounded(levels: NDArray[np.floating]) -> tuple[tuple[float | None, ...], ...]:
    return tuple(tuple(None if np.isnan(level) else round(float(level), 5) for level in row) for row in levels)
