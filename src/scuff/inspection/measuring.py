"""How long the stages of an inspection take, how fast frames go through, and how much memory that needs."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scuff.core.bundle import open_bundle
from scuff.core.errors import PictureError
from scuff.core.recipe import Recipe
from scuff.inspection.lanes import run_lanes
from scuff.inspection.outputs import write_picture
from scuff.inspection.pipeline import Inspected, Inspector
from scuff.inspection.reading import checksum_of, read_frame
from scuff.inspection.regions import find_defects
from scuff.inspection.scorer import Scored, Scorer

STAGES: Final = ("read", "checksum", "network", "label", "write")
"""Of the inspection of a frame; ``network`` is all from cutting tiles to the score map, screening included."""

FEWEST_FRAMES, MOST_FRAMES, ENOUGH_S = 3, 12, 30.0
"""Frames to measure the stages on, and the time after which the fewest are enough."""


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """One frame.

    Attributes:
        stage_ms: By the names of ``STAGES``.
        whole_ms: From its file to its outputs.
        megapixels: Its size.
        tiles: Tiles in the region of interest.
        tiles_scored: Those that the network saw.
    """

    stage_ms: dict[str, float]
    whole_ms: float
    megapixels: float
    tiles: int
    tiles_scored: int


@dataclass(frozen=True, slots=True)
class Stages:
    """Frames, one after the other.

    Attributes:
        name: What the network ran on, in words.
        screened: Whether a first, cheap pass chose tiles.
        frames: One entry each.
        peak_mb: Most memory that the process had, in MB; ``None`` where the system does not say.
    """

    name: str
    screened: bool
    frames: tuple[FrameTimes, ...]
    peak_mb: float | None

    def typical(self, value: Callable[[FrameTimes], float]) -> float:
        """The median of a value over the frames."""
        return median(map(value, self.frames))


@dataclass(frozen=True, slots=True)
class Throughput:
    """Frames side by side.

    Attributes:
        frame_ms: Time for all frames, divided by their number.
        peak_mb: As of ``Stages``.
    """

    frame_ms: float
    peak_mb: float | None


class _Watched(Scorer):
    """A scorer with a clock, for one thread; keeps what it gave and the time for it, in ms."""

    def __init__(self, scorer: Scorer) -> None:
        vars(self).update(vars(scorer))
        self.seen: list[tuple[Scored, float]] = []

    def score(self, pixels: NDArray[np.uint8], camera: str = "") -> Scored:
        began = perf_counter()
        scored = super().score(pixels, camera)
        self.seen.append((scored, _ms_since(began)))
        return scored


def measure_stages(folder: Path, recipe: Recipe, frames: Sequence[Path]) -> Stages:
    """Inspect frames one after the other, and time what is done with them.

    Args:
        folder: The bundle.
        recipe: With what settings.
        frames: Picture files; each is measured, if there are many not all of them, and if there are few repeatedly.

    Raises:
        ScuffError: The bundle cannot be run, or a frame cannot be inspected.
    """
    inspector = Inspector(open_bundle(folder), recipe)
    watched = inspector.scorer = _Watched(inspector.scorer)
    times: list[FrameTimes] = []
    with TemporaryDirectory() as out:
        _inspect(inspector, frames[0])  # the first one waits for networks to be compiled and memory to be had
        watched.seen.clear()
        began = perf_counter()
        for path in islice(cycle(frames), max(FEWEST_FRAMES, min(len(frames), MOST_FRAMES))):
            times.append(_frame_times(inspector, watched, path, Path(out)))
            if len(times) >= FEWEST_FRAMES and perf_counter() - began > ENOUGH_S:
                break
    return Stages(watched.runtime.name, watched.screen is not None, tuple(times), peak_mb())


def measure_throughput(folder: Path, recipe: Recipe, frames: Sequence[Path], count: int) -> Throughput:
    """Inspect frames in as many lanes as the recipe says, and write their outputs, as ``scuff inspect`` does.

    Args:
        folder: The bundle.
        recipe: With what settings.
        frames: Picture files.
        count: How many to inspect; repeated if there are fewer.

    Raises:
        ScuffError: As ``measure_stages``.
    """
    inspector = Inspector(open_bundle(folder), recipe)
    with TemporaryDirectory() as out:

        def work(numbered: tuple[int, Path]) -> None:
            number, path = numbered
            write_picture(Path(out), _inspect(inspector, path, f"{number}"))

        work((0, frames[0]))
        began = perf_counter()
        run_lanes(work, enumerate(islice(cycle(frames), count)), recipe.inspection.lanes, lambda _: None)
        return Throughput(_ms_since(began) / count, peak_mb())


def peak_mb() -> float | None:
    """Most memory that this process had so far, in MB; ``None`` where the system does not say."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says on Linux is no less than what the parent process had
        kib = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(kib) * 1024 / 1e6
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return None


def _frame_times(inspector: Inspector, watched: _Watched, path: Path, out: Path) -> FrameTimes:
    """Inspect one frame; what is quick beside the network is done once more for its time alone."""
    paths = _paths(inspector, path)
    read_ms = _ms(lambda: read_frame(paths, inspector.recipe.frames))
    checksum_ms = _ms(lambda: checksum_of(paths))
    began = perf_counter()
    inspected = _inspect(inspector, path)
    inspected_ms = _ms_since(began)
    write_ms = _ms(lambda: write_picture(out, inspected))
    scored, network_ms = watched.seen.pop()
    pixels = read_frame(paths, inspector.recipe.frames)
    label_ms = _ms(lambda: find_defects(scored.scores, inspector.criteria, None, pixels))
    height, width = scored.scores.hw
    return FrameTimes(
        stage_ms=dict(zip(STAGES, (read_ms, checksum_ms, network_ms, label_ms, write_ms), strict=True)),
        whole_ms=inspected_ms + write_ms,
        megapixels=height * width / 1e6,
        tiles=scored.tiles,
        tiles_scored=scored.tiles_scored,
    )


def _inspect(inspector: Inspector, path: Path, frame: str = "frame") -> Inspected:
    inspected = inspector.inspect(path, frame=frame, also=_paths(inspector, path)[1:])
    if inspected.result.error is not None:
        raise PictureError(f"{path}: {inspected.result.error}")
    return inspected


def _paths(inspector: Inspector, path: Path) -> tuple[Path, ...]:
    """A file for each lighting that the recipe fuses: it takes as long whatever they show."""
    return (path,) * (len(inspector.recipe.frames.fused) or 1)


def _ms(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return _ms_since(began)


def _ms_since(began: float) -> float:
    return 1e3 * (perf_counter() - began)
