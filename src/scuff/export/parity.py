"""The parity gate: an exported network must score whole frames as its checkpoint does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scuff.core.bundle import Agreement, RuntimeName
from scuff.core.errors import BundleError, CheckpointError, PictureError
from scuff.core.tile import Tiling
from scuff.export.checks import agreement, checks
from scuff.export.comparison import RELEVANT, Figures, compare
from scuff.export.held_out import HeldOut, HeldOutFrame
from scuff.export.limits import Limits
from scuff.export.places import WorstPlaces
from scuff.inspection.regions import Criteria
from scuff.inspection.runtime import Runtime
from scuff.inspection.scorer import Scorer
from scuff.inspection.scores import INVALID, ScoreMap
from scuff.inspection.tiling import score_frame

Progress = Callable[[int], None]
"""Told how many more frames are done; ``update`` of a ``click.progressbar`` fits."""


@dataclass(slots=True)
class Parity:
    """What a comparison on whole frames showed.

    Attributes:
        runtime: What the bundle ran on, in words.
        frames: Figures by frame, in the order of the comparison.
        worst: The places where the two differ most.
    """

    runtime: str
    frames: dict[str, Figures] = field(default_factory=dict)
    worst: WorstPlaces = field(default_factory=WorstPlaces)

    @property
    def total(self) -> Figures:
        """Of all frames together."""
        return sum(self.frames.values(), Figures())

    def agreement(self, source: str, limits: Limits) -> Agreement:
        """State the figures of all frames together; ``source`` says which frames they are."""
        return agreement(self.total, limits, self.runtime, len(self.frames), source)

    def misses(self, limits: Limits) -> list[str]:
        """Say which figures exceed their limits, each with the frame where it is worst."""
        by_frame = {
            name: checks(agreement(figures, limits, self.runtime, 1, name)) for name, figures in self.frames.items()
        }
        said = []
        for number, check in enumerate(checks(self.agreement("all", limits))):
            if check.missed:
                worst = max(by_frame, key=lambda name: by_frame[name][number].deviation)
                said.append(f"{check.name}: {check.said}, allowed is {check.allowed}, worst on frame {worst}")
        return said


def compare_frames(
    checkpoint: Runtime,
    tiling: Tiling,
    exported: Mapping[RuntimeName, Scorer],
    held_out: HeldOut,
    criteria: Criteria,
    progress: Progress | None = None,
) -> dict[RuntimeName, Parity]:
    """Score whole frames with the checkpoint and as a station does, each frame once.

    Args:
        checkpoint: Runs the checkpoint.
        tiling: How frames are divided for it: into squares as it was trained on.
        exported: What a station runs, by runtime.
        held_out: The frames.
        criteria: What makes a defect.
        progress: Called with 1 after each frame.

    Raises:
        BundleError: The network gives something that is no number, or another kind of scores than its checkpoint; or
            neither finds anything, so that there is nothing to compare.
        CheckpointError: The checkpoint itself gives something that is no number.
    """
    found = {name: Parity(scorer.runtime.name) for name, scorer in exported.items()}
    for frame in held_out:
        reference = score_frame(frame.pixels, checkpoint, tiling)
        if reference.score.max() == INVALID:
            raise CheckpointError(f"frame {frame.name}: the checkpoint gives scores that are no numbers; train again")
        for name, scorer in exported.items():
            scores = _scores(frame, scorer)
            found[name].frames[frame.name] = compare(reference, scores, frame.truth, criteria)
            found[name].worst.look_at(frame.name, frame.pixels, reference, scores, criteria)
        if progress is not None:
            progress(1)
    if not all(parity.total.scored for parity in found.values()):
        raise BundleError(
            f"on {held_out.source}, neither the checkpoint nor the exported network gives any score of {RELEVANT:g} or "
            "more, so that nothing shows whether they agree; train longer, or compare on more frames with --frames"
        )
    return found


def _scores(frame: HeldOutFrame, scorer: Scorer) -> ScoreMap:
    try:
        return scorer.score(frame.pixels, frame.camera).scores
    except PictureError as error:
        raise BundleError(f"frame {frame.name}: {error}; no bundle was written") from error
