"""The operating point: the threshold, with the evidence behind it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import ScuffError
from scuff.core.mask import OUTSIDE, SOUND
from scuff.inspection.scores import FULL

LEVELS = FULL + 1
"""Bytes that a score may be."""


def _no_pixels() -> NDArray[np.int64]:
    return np.zeros(LEVELS, np.int64)


@dataclass(eq=False)
class ScoreHistogram:
    """Defect scores of all pixels, sorted by what the pixels are.

    Attributes:
        sound: Number of sound pixels with each of the ``LEVELS`` scores.
        defective: The same of defective pixels, whatever their class.
        frames: Number of frames in it.
    """

    sound: NDArray[np.int64] = field(default_factory=_no_pixels)
    defective: NDArray[np.int64] = field(default_factory=_no_pixels)
    frames: int = 0

    def add(self, truth: NDArray[np.uint8], score: NDArray[np.uint8]) -> None:
        """Count the pixels of one frame.

        Args:
            truth: H×W class values; pixels that are ``OUTSIDE`` are not counted.
            score: H×W scores, bytes as in ``inspection.scores``.
        """
        self.sound = self.sound + np.bincount(score[truth == SOUND], minlength=LEVELS)
        defective = (truth != SOUND) & (truth != OUTSIDE)
        self.defective = self.defective + np.bincount(score[defective], minlength=LEVELS)
        self.frames += 1

    def __add__(self, other: "ScoreHistogram") -> "ScoreHistogram":
        return ScoreHistogram(self.sound + other.sound, self.defective + other.defective, self.frames + other.frames)


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold, and how it does on the frames it was chosen on.

    Attributes:
        threshold: Defect score from which a pixel is defective, in (0, 1).
        f1: Pooled pixel F1 on those frames.
        precision: Pooled pixel precision on those frames.
        recall: Pooled pixel recall on those frames.
        frames: Number of frames it was chosen on.
        source: Which frames those were, and by what rule.
    """

    threshold: float
    f1: float
    precision: float
    recall: float
    frames: int
    source: str


def best_f1(histogram: ScoreHistogram, source: str = "best pixel F1") -> OperatingPoint:
    """Choose the threshold whose pooled pixel F1 is highest; of several, the middle of the longest run.

    Args:
        histogram: Of frames that the network was not trained on and the final figures are not made of.
        source: What to say about where the threshold comes from.

    Raises:
        ScuffError: There is no defective pixel, or the network gives none of them any score.
    """
    if not histogram.defective.any():
        raise ScuffError(
            f"no threshold can be chosen: none of the {histogram.frames} frames it is chosen on has a "
            "defective pixel; split again so that validation gets defective parts, or set "
            "inspection.threshold"
        )
    # Entry i counts the pixels that a threshold of i / FULL calls defective; a threshold of 0 is none.
    tp, predicted = (
        _from_each_edge(histogram.defective),
        _from_each_edge(histogram.sound + histogram.defective),
    )
    truth = int(histogram.defective.sum())
    f1 = 2 * tp / (predicted + truth)
    if not tp[1]:
        raise ScuffError(
            f"no threshold can be chosen: not one defective pixel of {histogram.frames} frames scores "
            f"{1 / FULL:.3f} or more: the network has learned nothing; train longer, or set "
            "inspection.threshold"
        )
    best = middle_of_longest_run(f1[1:] == f1[1:].max()) + 1
    return OperatingPoint(
        threshold=best / FULL,
        f1=float(f1[best]),
        precision=float(tp[best] / predicted[best]),
        recall=float(tp[best] / truth),
        frames=histogram.frames,
        source=source,
    )


def threshold_or_half(histogram: ScoreHistogram, frames: str) -> tuple[float, str]:
    """Choose a threshold as ``best_f1`` does; where the frames cannot carry a choice, say so and take one half.

    Args:
        histogram: As for ``best_f1``.
        frames: What the frames are, in words.

    Returns:
        The threshold, and where it comes from.
    """
    try:
        point = best_f1(histogram)
    except ScuffError as error:
        return 0.5, f"0.5 by default: {error}"
    return point.threshold, f"best pixel F1 ({point.f1:.3f}) on {point.frames} {frames}"


def _from_each_edge(bins: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.cumsum(bins[::-1])[::-1]


def middle_of_longest_run(flags: NDArray[np.bool_]) -> int:
    """Find the longest run of true flags, the first of equals; return the index of its middle."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]])))
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return int(starts[longest] + ends[longest] - 1) // 2
