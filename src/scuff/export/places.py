"""The places where two score maps of a frame differ most."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scuff.inspection.regions import Criteria
from scuff.inspection.scores import ScoreMap

BLOCK_PX = 128
"""Side of the blocks that differences are added up in."""

CROP_PX = 256
"""Side of what is kept of a place."""

MOST = 8
"""Places that are kept."""


@dataclass(frozen=True, slots=True)
class Place:
    """A crop of a frame.

    Attributes:
        frame: Name of the frame.
        y: Its first row in the frame.
        x: Its first column in the frame.
        weight: How much differs here.
        pixels: H×W×3, RGB.
        checkpoint: H×W class values of the checkpoint.
        bundle: H×W class values of the bundle.
        difference: H×W differences of the scores, in bytes.
    """

    frame: str
    y: int
    x: int
    weight: int
    pixels: NDArray[np.uint8]
    checkpoint: NDArray[np.uint8]
    bundle: NDArray[np.uint8]
    difference: NDArray[np.uint8]


@dataclass
class WorstPlaces:
    """Keeps the worst places of all frames that it is shown, the worst first."""

    places: list[Place] = field(default_factory=list)

    def look_at(
        self, frame: str, pixels: NDArray[np.uint8], checkpoint: ScoreMap, bundle: ScoreMap, criteria: Criteria
    ) -> None:
        """Look at a frame (H×W×3) and its score maps; a pixel with another verdict weighs as the largest difference."""
        masks = [scores.full(scores.mask(criteria.threshold, criteria.thresholds)) for scores in (checkpoint, bundle)]
        there, here = (scores.full(scores.score) for scores in (checkpoint, bundle))
        difference = np.maximum(there, here) - np.minimum(there, here)
        weights = _block_sums(np.where(masks[0] == masks[1], difference, np.uint8(255)))
        for _ in range(MOST):
            row, column = (int(index) for index in np.unravel_index(int(weights.argmax()), weights.shape))
            weight = int(weights[row, column])
            if weight == 0 or (len(self.places) == MOST and weight <= self.places[-1].weight):
                return
            # The neighbours are on the same crop.
            weights[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] = 0
            y, x = (_begin(index, length) for index, length in zip((row, column), there.shape, strict=True))
            window = slice(y, y + CROP_PX), slice(x, x + CROP_PX)
            crops = (values[window].copy() for values in (pixels, *masks, difference))
            self.places.append(Place(frame, y, x, weight, *crops))
            self.places.sort(key=lambda place: -place.weight)
            del self.places[MOST:]


def _block_sums(values: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Add up H×W values in blocks."""
    rows, columns = (np.arange(0, length, BLOCK_PX) for length in values.shape)
    by_row = np.add.reduceat(values, rows, axis=0, dtype=np.int64)
    return np.asarray(np.add.reduceat(by_row, columns, axis=1))


def _begin(block: int, length: int) -> int:
    """Where a crop with a block in its middle begins."""
    return max(0, min(block * BLOCK_PX + (BLOCK_PX - CROP_PX) // 2, length - CROP_PX))
