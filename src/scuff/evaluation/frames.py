"""Run a network over whole frames of a catalogue, and count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from scuff.core.tile import Tiling
from scuff.dataset.catalogue import Catalogue, Row
from scuff.evaluation.counts import DEFECT, Counts, add_counts, count_pixels
from scuff.evaluation.operating_point import ScoreHistogram
from scuff.evaluation.scored import Progress, Scored, scored_frames
from scuff.inspection.runtime import Runtime
from scuff.inspection.scores import NOTHING


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """The counts of one frame.

    Attributes:
        frame: Its name in the catalogue.
        part: Serial number of the part it shows.
        counts: By the names of ``counts.row_names``.
    """

    frame: str
    part: str
    counts: Mapping[str, Counts]

    @property
    def sound(self) -> bool:
        """Whether the frame has no defective pixel."""
        return self.counts[DEFECT].truth == 0


@dataclass(frozen=True)
class Evaluation:
    """The counts of all frames.

    Attributes:
        classes: Names of the mask values 1, 2, ….
        frames: One entry per frame, in the order of the rows.
        threshold: The defect score from which a pixel was called defective.
    """

    classes: tuple[str, ...]
    frames: tuple[FrameCounts, ...]
    threshold: float

    @cached_property
    def pooled(self) -> dict[str, Counts]:
        """Counts of all frames together, by the names of ``counts.row_names``."""
        return add_counts([frame.counts for frame in self.frames], self.classes)

    @property
    def sound_frames(self) -> tuple[FrameCounts, ...]:
        """The frames without any defective pixel."""
        return tuple(frame for frame in self.frames if frame.sound)

    @property
    def false_alarms(self) -> tuple[FrameCounts, ...]:
        """The sound frames on which any pixel was called defective."""
        return tuple(frame for frame in self.sound_frames if frame.counts[DEFECT].fp)

    def frames_with(self, name: str) -> int:
        """Count the frames whose truth has the class (or any, for ``DEFECT``)."""
        return sum(frame.counts[name].truth > 0 for frame in self.frames)


def evaluate_frames(
    catalogue: Catalogue,
    rows: Sequence[Row],
    runtime: Runtime,
    tiling: Tiling,
    threshold: float,
    progress: Progress | None = None,
) -> Evaluation:
    """Inspect whole frames and count their pixels, each frame once.

    Args:
        catalogue: Holds the frames and their masks.
        rows: The frames to count.
        runtime: Runs the network.
        tiling: How frames are divided, into tiles as the network was trained on.
        threshold: Defect score from which a pixel is defective.
        progress: Called with 1 after each frame.

    Raises:
        CatalogueError: There are no rows.
        CheckpointError: The network gives scores that are no numbers.
    """
    scored = scored_frames(catalogue, rows, runtime, tiling, progress)
    frames = tuple(count_frame(each, threshold, catalogue.classes) for each in scored)
    return Evaluation(catalogue.classes, frames, threshold)


def count_frame(
    scored: Scored, threshold: float, classes: Sequence[str], by_value: Mapping[int, float] = NOTHING
) -> FrameCounts:
    """Count the pixels of one frame.

    Args:
        scored: The frame, its truth and its scores.
        threshold: Defect score from which a pixel is defective.
        classes: Names of the class values 1, 2, ….
        by_value: Instead of ``threshold``, for pixels whose likeliest class has this value.
    """
    row, truth, scores = scored
    return FrameCounts(row.frame, row.part, count_pixels(truth, scores.full(scores.mask(threshold, by_value)), classes))


def score_histogram(
    catalogue: Catalogue,
    rows: Sequence[Row],
    runtime: Runtime,
    tiling: Tiling,
    progress: Progress | None = None,
) -> ScoreHistogram:
    """Sort the pixels of whole frames by their score; arguments and errors as ``evaluate_frames``."""
    histogram = ScoreHistogram()
    for _, truth, scores in scored_frames(catalogue, rows, runtime, tiling, progress):
        histogram.add(truth, scores.full(scores.score))
    return histogram
