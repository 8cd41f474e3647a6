"""Run a network over whole frames of a catalogue, one frame at a time."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import CatalogueError, CheckpointError
from scuff.core.tile import Tiling
from scuff.dataset.catalogue import Catalogue, Row
from scuff.inspection.runtime import Runtime
from scuff.inspection.scores import INVALID, ScoreMap
from scuff.inspection.tiling import score_frame

Progress = Callable[[int], None]
"""Told how many more frames are done; ``update`` of a ``click.progressbar`` fits."""

Scored = tuple[Row, NDArray[np.uint8], ScoreMap]
"""A row of a catalogue with its truth (H×W class values) and its scores."""


def scored_frames(
    catalogue: Catalogue,
    rows: Sequence[Row],
    runtime: Runtime,
    tiling: Tiling,
    progress: Progress | None = None,
) -> Iterator[Scored]:
    """Give each row with its truth and its scores, in the order of the rows; each frame is scored once.

    Args:
        catalogue: Holds the frames and their masks.
        rows: The frames to score.
        runtime: Runs the network.
        tiling: How frames are divided, into tiles as the network was trained on.
        progress: Called with 1 after each frame.

    Raises:
        CatalogueError: There are no rows.
        CheckpointError: The network gives scores that are no numbers.
    """
    if not rows:
        raise CatalogueError(
            f"{catalogue.folder}: no frame to evaluate on this side of the split; split again with a larger share"
        )
    for row in rows:
        scores = score_frame(catalogue.frame(row).pixels, runtime, tiling)
        if scores.score.max() == INVALID:
            raise CheckpointError(
                f"the network gives scores for {row.frame} that are no numbers; train again with a lower "
                "training.learning_rate, or with training.precision=fp32"
            )
        yield row, catalogue.mask(row), scores
        if progress is not None:
            progress(1)
