"""Which pairs of pictures are worth a closer look, out of all: millions are compared in seconds.

Two searches: by the whole picture in few pixels, under the eight flips and turns; and by single features, which finds
crops, shifts and scales. Neither decides anything; what they propose is looked at pixel by pixel.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.dataset.audit.features import Features, main_directions, mirrored, reduced
from scuff.dataset.audit.motion import FLIPS_AND_TURNS
from scuff.dataset.audit.small import Small
from scuff.dataset.audit.texture import unpacked

SIDE = 40
"""Of the whole picture in few pixels; rectangles are squeezed to squares, so that they can be turned."""

ALIKE = 0.45
"""Correlation of whole pictures that is worth a look: half of the picture that is the same gives that much."""

LIKE_FEATURES = 0.9
"""Likeness of two features that counts as a vote for their pictures."""

VOTES = 3
"""Votes that are worth a look: as many features fix how one picture lies in the other, with one to spare."""

MOST_FEATURES = 72_000
"""Of all pictures together: twice as many take four times as long. Large catalogues get fewer for each picture."""

FEWEST_FEATURES = 16
"""For each picture, however many pictures there are."""

ROWS = 1024
"""Pictures that are compared with all others at once, so that memory does not grow with their square."""

Pairs = dict[tuple[int, int], int]
"""By first and second picture, the first having the smaller number: which flip and turn of ``FLIPS_AND_TURNS``."""

Votes = dict[tuple[int, int], tuple[int, bool]]
"""By first and second picture: how many features vote for them, and whether one shows the other in a mirror."""


def alike_as_a_whole(copies: Sequence[Small]) -> Pairs:
    """Find pairs that are alike as a whole, and under which of ``FLIPS_AND_TURNS``."""
    squares = np.stack([_square(copy) for copy in copies])
    upright = _unit(squares)
    turned = [_unit(_turned(squares, number)) for number in range(len(FLIPS_AND_TURNS))]
    found: Pairs = {}
    for start in range(0, len(copies), ROWS):
        likeness = np.stack([upright[start : start + ROWS] @ other[start:].T for other in turned])
        best = likeness.max(axis=0)
        for first, second in zip(*np.nonzero(np.triu(best, 1) > ALIKE), strict=True):
            found[int(start + first), int(start + second)] = int(likeness[:, first, second].argmax())
    return found


def alike_in_features(features: Sequence[Features]) -> Votes:
    """Find pairs that share features."""
    most = int(np.clip(MOST_FEATURES // max(len(features), 1), FEWEST_FEATURES, None))
    described = [each.described[:most] for each in features]
    owners = np.repeat(np.arange(len(features)), [len(each) for each in described])
    if not len(owners):
        return {}
    together = np.concatenate(described)
    mean, directions = main_directions(together)
    plain, mirror = reduced(together, mean, directions), reduced(mirrored(together), mean, directions)
    found: Votes = {}
    rows = max(1, ROWS // most * 2)
    for start in range(0, len(features), rows):
        here = slice(*np.searchsorted(owners, [start, start + rows]))
        votes = np.stack(
            [
                _votes(plain[here], owners[here] - start, other[here.start :], owners[here.start :] - start, rows)
                for other in (plain, mirror)
            ]
        )
        for first, second in zip(*np.nonzero(np.triu(votes.max(axis=0), 1) >= VOTES), strict=True):
            plain_votes, mirror_votes = votes[:, first, second].tolist()
            found[int(start + first), int(start + second)] = max(plain_votes, mirror_votes), mirror_votes > plain_votes
    return found


def _votes(
    first: NDArray[np.float32],
    first_owner: NDArray[np.int64],
    second: NDArray[np.float32],
    second_owner: NDArray[np.int64],
    rows: int,
) -> NDArray[np.int64]:
    columns = int(second_owner[-1]) + 1 if len(second_owner) else 1
    row, column = np.nonzero(first @ second.T > LIKE_FEATURES)
    both = first_owner[row] * columns + second_owner[column]
    return np.bincount(both, minlength=rows * columns).reshape(rows, columns)


def _square(copy: Small) -> NDArray[np.float32]:
    smooth = cv2.GaussianBlur(unpacked(copy.texture), (0, 0), max(copy.hw) / SIDE / 4)
    return np.asarray(cv2.resize(smooth, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)


def _turned(squares: NDArray[np.float32], number: int) -> NDArray[np.float32]:
    """Turn N×SIDE×SIDE as ``FLIPS_AND_TURNS`` does."""
    flipped = squares[:, :, ::-1] if number >= 4 else squares
    return np.rot90(flipped, -number % 4, axes=(1, 2))


def _unit(squares: NDArray[np.float32]) -> NDArray[np.float32]:
    flat = squares.reshape(len(squares), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(lengths, 1e-6), np.float32)
