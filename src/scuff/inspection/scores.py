"""Scores as a network gives them: a byte for each pixel."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.core.mask import SOUND

FULL = 254
"""The byte of score 1; score p is the byte round(254·p)."""

INVALID = 255
"""The byte of what is no number."""


NOTHING: Mapping[int, float] = {}


def level(threshold: float) -> int:
    """The least byte that reaches a threshold in (0, 1)."""
    return max(1, math.ceil(threshold * FULL - 1e-6))


@dataclass(frozen=True, slots=True)
class ScoreMap:
    """The scores of a frame.

    Attributes:
        score: h×w bytes: how likely a pixel is defective, whatever its class.
        label: h×w: the value of each pixel's likeliest defect class; ``None`` where there is only one class.
        step: Frame pixels per side of a pixel of the map: 1, or 2 at half resolution (h = ⌈H / 2⌉).
        hw: Height and width of the frame, H and W.
    """

    score: NDArray[np.uint8]
    label: NDArray[np.uint8] | None
    step: int
    hw: tuple[int, int]

    def mask(self, threshold: float, by_value: Mapping[int, float] = NOTHING) -> NDArray[np.uint8]:
        """The class of each pixel whose score reaches a threshold, else 0 for sound metal; h×w.

        Args:
            threshold: For all pixels.
            by_value: Instead, for pixels whose likeliest class has this value.
        """
        if self.label is None:
            return (self.score >= level(by_value.get(1, threshold))).view(np.uint8)
        least = np.full(256, level(threshold), np.uint8)
        for value, limit in by_value.items():
            least[value] = level(limit)
        defective = self.score >= (least[self.label] if by_value else level(threshold))
        return np.where(defective, self.label, np.uint8(SOUND))

    def part(self, rows: slice, columns: slice) -> "ScoreMap":
        """A part of the map, as a map of its own; in pixels of the map."""
        score, label = self.score[rows, columns], None if self.label is None else self.label[rows, columns]
        return ScoreMap(score, label, self.step, (score.shape[0] * self.step, score.shape[1] * self.step))

    def full(self, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring a map of h×w to the frame's H×W, by repeating."""
        if self.step == 1:
            return values
        repeated = values.repeat(self.step, axis=0).repeat(self.step, axis=1)
        return np.ascontiguousarray(repeated[: self.hw[0], : self.hw[1]])
