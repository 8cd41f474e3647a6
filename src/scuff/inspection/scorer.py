"""Scores of a frame, from no more tiles than it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import PictureError
from scuff.core.region import Regions
from scuff.core.tile import Tiling, Window
from scuff.inspection.runtime import Runtime
from scuff.inspection.scores import INVALID, ScoreMap
from scuff.inspection.tiling import score_frame, touched


class Screen(Protocol):
    """A first, cheap look at a frame."""

    def choose(self, pixels: NDArray[np.uint8], windows: Sequence[Window]) -> list[Window]:
        """Choose the windows that the network must see.

        Args:
            pixels: H×W×3, RGB.
            windows: Of this frame, in order.
        """
        ...


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of a frame, and how they came about.

    Attributes:
        scores: 0 outside of the region of interest, and in tiles that the screening left out.
        tiles: Number of tiles with any pixel of the region of interest.
        tiles_scored: Number of those that the network saw.
    """

    scores: ScoreMap
    tiles: int
    tiles_scored: int


class Scorer:
    """Scores frames; may be used by several threads at once."""

    def __init__(
        self, runtime: Runtime, tiling: Tiling, regions: Regions | None = None, screen: Screen | None = None
    ) -> None:
        """Put the steps together.

        Args:
            runtime: Runs the network.
            tiling: How frames are divided.
            regions: Where parts are; ``None``: everywhere.
            screen: Chooses tiles; ``None``: all are scored.
        """
        self.runtime = runtime
        self.tiling = tiling
        self.screen = screen
        self._regions = regions or Regions({})

    def score(self, pixels: NDArray[np.uint8], camera: str = "") -> Scored:
        """Score a frame.

        Args:
            pixels: H×W×3, RGB.
            camera: Which camera took it; says which region is inspected.

        Raises:
            PictureError: The region does not fit the frame, or the network gives something that is no number: it must
                not be taken for sound metal.
        """
        frame_hw = pixels.shape[0], pixels.shape[1]
        region = self._regions.of(camera, frame_hw, self.runtime.step)
        windows = self.tiling.windows(frame_hw, self.runtime.step)
        if region is not None:
            windows = touched(windows, region, self.runtime.step)
        chosen = windows if self.screen is None else self.screen.choose(pixels, windows)
        scores = score_frame(pixels, self.runtime, self.tiling, chosen)
        if scores.score.max() == INVALID:
            raise PictureError("the network gives scores for it that are no numbers; export the bundle again")
        if region is not None:
            scores.score[...] &= region
        return Scored(scores, len(windows), len(chosen))
