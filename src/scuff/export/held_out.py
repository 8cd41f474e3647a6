"""Whole frames of parts that a network was not trained on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import BundleError
from scuff.dataset.catalogue import Catalogue, Row
from scuff.dataset.split import Side


@dataclass(frozen=True, slots=True)
class HeldOutFrame:
    """One frame with its truth.

    Attributes:
        name: What identifies it.
        pixels: H×W×3, uint8, RGB.
        truth: H×W class values; pixels that are ``OUTSIDE`` do not count.
        camera: The camera that took it; empty where nobody said.
    """

    name: str
    pixels: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    camera: str = ""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Frames that are read one at a time, and again whenever they are iterated.

    Attributes:
        source: Which they are, in words.
        names: Their names, in order.
        read: Reads one of them.
    """

    source: str
    names: tuple[str, ...]
    read: Callable[[str], HeldOutFrame]

    def __iter__(self) -> Iterator[HeldOutFrame]:
        return map(self.read, self.names)

    def __len__(self) -> int:
        return len(self.names)


def choose_held_out(catalogue: Catalogue, sides: Mapping[Side, Sequence[Row]], most: int) -> HeldOut:
    """Choose frames to compare on, the same ones every time.

    Each side gives as many as the other, and of these half have annotated defects and half have none; what one cannot
    give, the other does. Within each kind they are spread evenly over the names.

    Args:
        catalogue: Holds the frames and their masks.
        sides: The frames of each side that was not trained on.
        most: How many to choose, if there are as many.

    Raises:
        BundleError: There is none.
    """
    rows: dict[str, Row] = {}
    told = []
    for (side, given), count in zip(sides.items(), _even([len(given) for given in sides.values()], most), strict=True):
        rows |= {row.frame: row for row in _choose(given, count)}
        if count:
            told.append(f"{count} of {len(given)} {side} frames")
    if not rows:
        raise BundleError(
            f"{catalogue.folder}: no frame of a part that was not trained on ({', '.join(sides)}), so nobody can tell "
            "whether the exported network scores as its checkpoint; split again with shares for them in [split], then "
            "cut patches and train again"
        )

    def read(name: str) -> HeldOutFrame:
        frame = catalogue.frame(rows[name])
        return HeldOutFrame(name, frame.pixels, catalogue.mask(rows[name]), frame.camera)

    return HeldOut(" and ".join(told), tuple(rows), read)


def _choose(rows: Sequence[Row], count: int) -> list[Row]:
    kinds = [row for row in rows if row.annotations], [row for row in rows if not row.annotations]
    shares = _even([len(kind) for kind in kinds], count)
    return [row for kind, share in zip(kinds, shares, strict=True) for row in _spread(kind, share)]


def _spread(rows: Sequence[Row], count: int) -> list[Row]:
    return [rows[number] for number in np.linspace(0, len(rows) - 1, count).round().astype(int)] if count else []


def _even(amounts: Sequence[int], most: int) -> list[int]:
    """Take one after the other from several piles for as long as there is any."""
    taken = [0] * len(amounts)
    while sum(taken) < min(most, sum(amounts)):
        # From the pile that gave least so far; of equals, from the first.
        _, fewest = min((count, number) for number, count in enumerate(taken) if count < amounts[number])
        taken[fewest] += 1
    return taken
