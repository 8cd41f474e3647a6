"""Run-length encoded masks: COCO's, down the columns of a picture, and CVAT's, along the rows of a window.

Both list the lengths of runs that alternate between unmarked and marked, beginning with unmarked.

COCO packs the lengths into a string. From the fourth on, a length is written as its difference to the one two
before. Each number is cut into groups of five bits, the lowest first; a group becomes the character
``48 + bits``, plus 32 when another group follows; the sign is bit 4 of the last group. This is a codec of our
own, because pycocotools reads beyond its memory when a string is damaged; the tests hold it against pycocotools.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import AnnotationError
from scuff.dataset.formats.region import Bitmap

_BITS, _MORE, _SIGN, _ZERO = 0x1F, 0x20, 0x10, 48
_LONGEST = 10
"""Groups of the longest number that fits into 64 bits with room for its sign."""


def decode_columns(counts: Sequence[int] | str, size_hw: tuple[int, int]) -> Bitmap:
    """Decode COCO's run lengths.

    Args:
        counts: Their list, or the string that packs them.
        size_hw: Height and width of the picture, in pixels.

    Returns:
        The window of columns that holds marked pixels.

    Raises:
        AnnotationError: They do not describe a picture of this size.
    """
    height, width = size_hw
    lengths = _unpack(counts) if isinstance(counts, str) else np.asarray(counts, dtype=np.int64)
    ends = _ends(lengths, height * width)
    starts, stops = ends[:-1:2], ends[1::2]
    if not len(starts):
        return Bitmap(np.zeros((0, 0), np.bool_))
    first, last = int(starts[0]) // height, (int(stops[-1]) - 1) // height
    flat = _filled(starts - first * height, stops - first * height, (last - first + 1) * height)
    return Bitmap(flat.reshape(-1, height).T, x=first)


def encode_columns(bitmap: Bitmap, size_hw: tuple[int, int]) -> str:
    """Encode a bitmap as COCO's packed run lengths, exactly as pycocotools does.

    Args:
        bitmap: A window within the picture.
        size_hw: Height and width of the picture, in pixels.
    """
    height, width = size_hw
    rows, columns = bitmap.marked.shape
    strip = np.zeros((columns, height), np.int8)
    strip[:, bitmap.y : bitmap.y + rows] = bitmap.marked.T
    changes = np.flatnonzero(np.diff(strip.ravel(), prepend=0, append=0)) + bitmap.x * height
    ends = changes if len(changes) and changes[-1] == height * width else np.append(changes, height * width)
    return _pack(np.diff(ends, prepend=0))


def decode_rows(counts: Sequence[int], x: int, y: int, size_hw: tuple[int, int]) -> Bitmap:
    """Decode CVAT's run lengths.

    Args:
        counts: The lengths, along the rows of the window.
        x: Column of the window's left edge.
        y: Row of its top edge.
        size_hw: Height and width of the window, in pixels.

    Raises:
        AnnotationError: They do not describe a window of this size.
    """
    ends = _ends(np.asarray(counts, dtype=np.int64), size_hw[0] * size_hw[1])
    return Bitmap(_filled(ends[:-1:2], ends[1::2], size_hw[0] * size_hw[1]).reshape(size_hw), x, y)


def _ends(lengths: NDArray[np.int64], pixels: int) -> NDArray[np.int64]:
    """Check run lengths; return where each run ends, an even number of them."""
    total = sum(lengths.tolist())  # Python's integers, because lengths of a damaged file may overflow
    if (lengths < 0).any() or total != pixels:
        raise AnnotationError(
            f"its run lengths add up to {total} pixels instead of {pixels}; the mask is damaged, export it again"
        )
    ends = np.cumsum(lengths)
    return ends if len(ends) % 2 == 0 else ends[:-1]


def _filled(starts: NDArray[np.int64], stops: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
    steps = np.zeros(length + 1, np.int8)
    # Runs of length 0 may meet: add, do not assign.
    np.add.at(steps, starts, np.int8(1))
    np.add.at(steps, stops, np.int8(-1))
    return np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_)


def _unpack(packed: str) -> NDArray[np.int64]:
    groups = np.frombuffer(packed.encode("utf-8"), np.uint8).astype(np.int64) - _ZERO
    last = np.flatnonzero((groups & _MORE) == 0)
    first = np.append(0, last[:-1] + 1)[: len(last)]
    damaged = not len(last) or last[-1] != len(groups) - 1 or (last - first >= _LONGEST).any()
    if damaged or ((groups < 0) | (groups > _BITS + _MORE)).any():
        raise AnnotationError("its packed run lengths cannot be read; the mask is damaged, export it again")
    shifts = 5 * (np.arange(len(groups)) - np.repeat(first, last - first + 1))
    numbers = np.add.reduceat((groups & _BITS) << shifts, first)
    negative = (groups[last] & _SIGN) != 0
    numbers -= np.where(negative, np.int64(1) << (shifts[last] + 5), 0)
    numbers[1::2] = np.cumsum(numbers[1::2])
    numbers[2::2] = np.cumsum(numbers[2::2])
    return numbers


def _pack(lengths: NDArray[np.int64]) -> str:
    numbers = lengths.copy()
    numbers[3:] -= lengths[1:-2]
    characters = bytearray()
    for number in numbers.tolist():
        rest, more = number, True
        while more:
            group, rest = rest & _BITS, rest >> 5
            more = rest != (-1 if group & _SIGN else 0)
            characters.append(_ZERO + group + (_MORE if more else 0))
    return characters.decode("ascii")
