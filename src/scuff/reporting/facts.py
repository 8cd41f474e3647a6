"""All that a report tells of a run, gathered from what the run and its data say of themselves; nothing is made up."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scuff.core.errors import CheckpointError
from scuff.core.picture import sha256
from scuff.dataset.balance import part_of
from scuff.dataset.catalogue import Catalogue, Row
from scuff.dataset.split import Side
from scuff.nets.checkpoint import CheckpointFacts, load_checkpoint
from scuff.training.assess import METRICS, figures_folder
from scuff.training.finish import frames_of
from scuff.training.run import Run, load_run


@dataclass(frozen=True, slots=True)
class SideFacts:
    """What is on a side of the split.

    Attributes:
        side: Which.
        parts: Number of parts.
        frames: Number of frames.
        sound_frames: Those without any annotated pixel.
        frames_with: Number of frames by the class that they have.
    """

    side: Side
    parts: int
    frames: int
    sound_frames: int
    frames_with: Mapping[str, int]

    @classmethod
    def of(cls, side: Side, rows: Sequence[Row], classes: Sequence[str]) -> "SideFacts":
        """Count the frames of a side."""
        with_class = {name: sum(name in row.defect_px for row in rows) for name in classes}
        sound = sum(not row.defect_px for row in rows)
        return cls(side, len({part_of(row) for row in rows}), len(rows), sound, with_class)


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run.

    Attributes:
        run: The folder and what it was started with.
        checkpoint: What the finished network says of itself.
        checkpoint_sha256: Checksum of its file.
        catalogue: The frames.
        rows: The frames of each side.
        figures: The file ``metrics.json`` of the test parts; ``None``: they have not been counted by this network and
            threshold.
    """

    run: Run
    checkpoint: CheckpointFacts
    checkpoint_sha256: str
    catalogue: Catalogue
    rows: Mapping[Side, Sequence[Row]]
    figures: Mapping[str, Any] | None

    @cached_property
    def sides(self) -> list[SideFacts]:
        """The three sides."""
        return [SideFacts.of(side, self.rows[side], self.checkpoint.classes) for side in Side]

    @property
    def evaluation(self) -> Path:
        """The folder of the figures."""
        return figures_folder(self.run.folder)


def gather(folder: Path) -> RunFacts:
    """Gather what is known of a finished run.

    Raises:
        CheckpointError: The run is not finished.
        CatalogueError: The catalogue or the split has changed since.
    """
    run = load_run(folder)
    checkpoint, digest = load_checkpoint(run.checkpoint).facts, sha256(run.checkpoint)
    rows = {side: frames_of(run, side)[1] for side in Side}
    catalogue, _ = frames_of(run, Side.TEST)
    return RunFacts(run, checkpoint, digest, catalogue, rows, _figures(folder, digest))


def counted(facts: RunFacts) -> Mapping[str, Any]:
    """Give the figures of a run.

    Raises:
        CheckpointError: There are none, or only those of another network or threshold.
    """
    if facts.figures is None:
        folder = facts.run.folder
        raise CheckpointError(
            f"{folder}: its test parts have not been counted by the network and threshold that it has now; run "
            f"`scuff evaluate {folder}` first"
        )
    return facts.figures


def _figures(folder: Path, checkpoint: str) -> Mapping[str, Any] | None:
    path = figures_folder(folder) / METRICS
    if not path.is_file():
        return None
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if figures["provenance"]["checkpoint_sha256"] != checkpoint or "parts" not in figures:
        return None
    return figures
