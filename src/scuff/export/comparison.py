"""Figures of how far two score maps of a frame agree; they are counts, and counts of several frames add up."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import BundleError
from scuff.evaluation.counts import DEFECT, Counts, count_pixels
from scuff.evaluation.metrics import f1
from scuff.export.matching import Matches, match_defects
from scuff.inspection.regions import Criteria
from scuff.inspection.scores import FULL, ScoreMap, level

RELEVANT = 0.1
"""Scores are compared where either is at least this: elsewhere both are almost nothing, and most of a frame is."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How far a bundle agrees with its checkpoint on one frame, or on several.

    Attributes:
        checkpoint: Pixels of the checkpoint against the truth, all classes as one.
        bundle: Pixels of the bundle against the truth.
        matches: Defects that both found.
        scored: Pixels of the score map where either score is at least ``RELEVANT``.
        difference_sum: Their differences, in bytes, together.
        differing_px: Pixels that get another class, or are defective for one only.
        px: All pixels.
        largest_byte: Largest difference of any score, in bytes.
    """

    checkpoint: Counts = field(default_factory=Counts)
    bundle: Counts = field(default_factory=Counts)
    matches: Matches = field(default_factory=Matches)
    scored: int = 0
    difference_sum: int = 0
    differing_px: int = 0
    px: int = 0
    largest_byte: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            checkpoint=self.checkpoint + other.checkpoint,
            bundle=self.bundle + other.bundle,
            matches=self.matches + other.matches,
            scored=self.scored + other.scored,
            difference_sum=self.difference_sum + other.difference_sum,
            differing_px=self.differing_px + other.differing_px,
            px=self.px + other.px,
            largest_byte=max(self.largest_byte, other.largest_byte),
        )

    @property
    def f1(self) -> tuple[float, float] | None:
        """Pixel F1 of the checkpoint and of the bundle; ``None`` where no pixel is truly defective."""
        if not self.checkpoint.truth:
            return None
        return f1(self.checkpoint) or 0.0, f1(self.bundle) or 0.0

    @property
    def distance(self) -> float:
        """Mean difference of scores in [0, 1] where either is at least ``RELEVANT``; 0 where none is."""
        return self.difference_sum / FULL / max(1, self.scored)

    @property
    def differing(self) -> float:
        """Share of pixels that get another class, or are defective for one only."""
        return self.differing_px / max(1, self.px)

    @property
    def largest(self) -> float:
        """Largest difference of any score in [0, 1]."""
        return self.largest_byte / FULL


def compare(checkpoint: ScoreMap, bundle: ScoreMap, truth: NDArray[np.uint8], criteria: Criteria) -> Figures:
    """Compare two score maps of a frame.

    Args:
        checkpoint: The checkpoint's.
        bundle: The bundle's; of the same frame and step.
        truth: H×W class values.
        criteria: What makes a defect.

    Raises:
        BundleError: The maps have another resolution, or only one has classes.
    """
    there, here = _form(checkpoint), _form(bundle)
    if there != here:
        raise BundleError(f"the exported network gives {here} where its checkpoint gives {there}")
    masks = [scores.full(scores.mask(criteria.threshold, criteria.thresholds)) for scores in (checkpoint, bundle)]
    counts = [count_pixels(truth, mask, criteria.classes)[DEFECT] for mask in masks]
    difference = np.maximum(checkpoint.score, bundle.score) - np.minimum(checkpoint.score, bundle.score)
    relevant = np.maximum(checkpoint.score, bundle.score) >= level(RELEVANT)
    return Figures(
        checkpoint=counts[0],
        bundle=counts[1],
        matches=match_defects(checkpoint, bundle, criteria),
        scored=int(np.count_nonzero(relevant)),
        difference_sum=int(difference[relevant].sum(dtype=np.int64)),
        differing_px=int(np.count_nonzero(masks[0] != masks[1])),
        px=truth.size,
        largest_byte=int(difference.max()),
    )


def _form(scores: ScoreMap) -> str:
    height, width = scores.score.shape
    return f"{height}×{width} scores {'without' if scores.label is None else 'with'} classes, step {scores.step}"
