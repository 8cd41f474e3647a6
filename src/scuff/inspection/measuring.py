"""How long the stages of an inspection take, how fast frames go through, and how much memory that needs."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from scuff.core.bundle import open_bundle
from scuff.core.errors import PictureError
from scuff.core.picture import read_picture, sha256
from scuff.core.recipe import Recipe
from scuff.inspection.lanes import run_lanes
from scuff.inspection.outputs import write_picture
from scuff.inspection.pipeline import Inspected, Inspector
from scuff.inspection.regions import find_defects
from scuff.inspection.scorer import Scored, Scorer

STAGES: Final = ("read", "checksum", "network", "label", "write")
"""Of the inspection of a frame; ``network`` is all from cutting tiles to the score map, screening included."""

MOST_FRAMES, MOST_S = 12, 30.0
"""Frames to measure the stages on, and the time after which no further one is begun."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stages:
    """One frame after the other.

    Attributes:
        name: What the network ran on, in words.
        frames: Frames measured.
        megapixels: Of a frame; this and all below are medians over the frames.
        stage_ms: By the names of ``STAGES``.
        whole_ms: Of a frame, from its file to its outputs.
        tiles: Tiles in the region of interest.
        tiles_scored: Those that the network saw.
        peak_mb: Most memory that the process had, in MB; ``None`` where the system does not say.
    """

    name: str
    frames: int
    megapixels: float
    stage_ms: dict[str, float]
    whole_ms: float
    tiles: float
    tiles_scored: float
    peak_mb: float | None


@dataclass(frozen=True, slots=True)
class Throughput:
    """Several frames side by side.

    Attributes:
        frame_ms: Time for all frames, divided by their number.
        peak_mb: As of ``Stages``.
    """

    frame_ms: float
    peak_mb: float | None


class _Watched(Scorer):
    """A scorer with a clock."""

    def __init__(self, scorer: Scorer) -> None:
        vars(self).update(vars(scorer))
        self.last: Scored | None = None
        self.ms = 0.0

    def score(self, pixels: NDArray[np.uint8], camera: str = "") -> Scored:
        self.ms, self.last = _timed(lambda: super(_Watched, self).score(pixels, camera))
        return self.last


def measure_stages(folder: Path, recipe: Recipe, frames: Sequence[Path], most: int = MOST_FRAMES) -> Stages:
    """Inspect frames one after the other, and time what is done with them.

    Args:
        folder: The bundle.
        recipe: With what settings.
        frames: Picture files; repeated if there are fewer than three.
        most: Frames to measure, at most.

    Raises:
        ScuffError: The bundle cannot be run, or a frame cannot be inspected.
    """
    inspector = Inspector(open_bundle(folder), recipe)
    watched = inspector.scorer = _Watched(inspector.scorer)
    times, tiles, began = [], [], perf_counter()
    with TemporaryDirectory() as out:
        _inspect(inspector, frames[0])
        for path in islice(cycle(frames), min(most, max(3, len(frames)))):
            times.append(_stage_ms(inspector, watched, path, Path(out)))
            tiles.append(watched.last)
            if perf_counter() - began > MOST_S:
                break
    ...
