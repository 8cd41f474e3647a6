"""How well a flaw can be seen: its contrast to the noise around it, under each light.

Contrast is the root mean square of what the flaw changes within its pixels, after the lens. Noise is the standard
deviation of the sound metal around it, less a slope of brightness, and the shot noise of a frame whose 99th percentile
is exposed to nine tenths of the full well.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scuff.booth.band import Footprint

FULL_WELL_E = 10_500
LEVEL = 0.9
PERCENTILE = 99.0

Box = tuple[int, int, int, int]


@dataclass(slots=True)
class Sums:
    """What is added up for a flaw over the bands; each array has one entry per layer."""

    layers: int
    pixels: int = 0
    own: list[NDArray[np.intp]] = field(default_factory=list)
    box: Box | None = None
    contrast: NDArray[np.float64] = field(init=False)
    around: list[NDArray[np.float32]] = field(default_factory=list)
    places: list[NDArray[np.float32]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.contrast = np.zeros(self.layers)

    def add(
        self,
        footprint: Footprint,
        row0: int,
        kept: NDArray[np.bool_],
        planes: list[NDArray[np.float32]],
        changes: list[NDArray[np.float32]],
        free: NDArray[np.bool_],
    ) -> None:
        """Add a band.

        Args:
            footprint: The flaw's pixels in the band.
            row0: First row of the band in the frame.
            kept: B×W, whether a row of the band counts; the others belong to its neighbours.
            planes: For each layer, B×W: what reaches the sensor.
            changes: For each layer, B×W: what of that the flaws change.
            free: B×W, pixels that no flaw has.
        """
        rows, columns = (index[kept[footprint.own]] for index in footprint.own)
        if rows.size:
            left, right = int(columns.min()), int(columns.max()) + 1
            box = (left, int(rows.min()) + row0, right, int(rows.max()) + 1 + row0)
            self.box = box if self.box is None else _joined(self.box, box)
            self.pixels += rows.size
            self.own.append(np.stack([rows + row0, columns]))
            self.contrast += [float((change[rows, columns].astype(np.float64) ** 2).sum()) for change in changes]
        sound = kept[footprint.around] & free[footprint.around]
        rows, columns = (index[sound] for index in footprint.around)
        self.around.append(np.stack([plane[rows, columns] for plane in planes]))
        self.places.append(np.stack([np.ones(rows.size), rows + row0, columns]).astype(np.float32))

    def own_pixels(self) -> NDArray[np.bool_]:
        """Which pixels of its box are its own."""
        if self.box is None:
            return np.zeros((0, 0), np.bool_)
        left, top, right, bottom = self.box
        own = np.zeros((bottom - top, right - left), np.bool_)
        rows, columns = np.concatenate(self.own, axis=1)
        own[rows - top, columns - left] = True
        return own

    def visibility(self, bright: NDArray[np.float64]) -> NDArray[np.float64]:
        """Contrast to noise in each layer, whose 99th percentiles are given; 0 where nothing was to be seen."""
        if not self.pixels:
            return np.zeros(self.layers)
        contrast = np.sqrt(self.contrast / self.pixels)
        values, places = np.concatenate(self.around, axis=1), np.concatenate(self.places, axis=1)
        if values.shape[1] < 8:
            return np.zeros(self.layers)
        fit, *_ = np.linalg.lstsq(places.T.astype(np.float64), values.T.astype(np.float64), rcond=None)
        texture = (values.T - places.T @ fit).std(axis=0)
        bright = np.maximum(bright, 1e-9)
        shot = np.sqrt(np.maximum(values.mean(axis=1), 0) * bright / (LEVEL * FULL_WELL_E))
        return np.asarray(contrast / np.sqrt(texture**2 + shot**2 + 1e-18))


def _joined(first: Box, second: Box) -> Box:
    return (
        min(first[0], second[0]),
        min(first[1], second[1]),
        max(first[2], second[2]),
        max(first[3], second[3]),
    )
