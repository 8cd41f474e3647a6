"""What the parts of a catalogue hold, and how to spread it evenly over the sides of a split."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import CatalogueError
from scuff.dataset.catalogue import Catalogue, Row

ROUNDS = 20
"""How often each part is looked at, at most; sets of a thousand parts were even after four rounds."""

CANDIDATES = 256
"""With how many others of a side a part is compared, so that ten thousand parts do not take hours."""

GAIN = 1e-6
"""An exchange that gains less is not made; it would move a side's share by less than a thousandth."""


@dataclass(frozen=True, eq=False)
class Holdings:
    """What each part holds.

    Attributes:
        parts: Serial numbers of the P parts, sorted.
        kinds: Names of the K things that are counted, such as ``frames`` or ``scratch px``.
        counts: P×K, int64; how much of each kind a part holds. A kind that no part holds is left out.
    """

    parts: tuple[str, ...]
    kinds: tuple[str, ...]
    counts: NDArray[np.int64]


def part_of(row: Row) -> str:
    """Serial number of the part that a frame shows; one whose part nobody named is a part of its own."""
    return row.part or row.frame


def holdings(catalogue: Catalogue) -> Holdings:
    """Count what each part holds: frames, defective pixels, and of each class the pixels and whether any.

    The order of the catalogue's rows makes no difference.

    Raises:
        CatalogueError: A row names a class that the catalogue does not have.
    """
    parts, classes = sorted({part_of(row) for row in catalogue.rows}), catalogue.classes
    place = {part: index for index, part in enumerate(parts)}
    frames = np.zeros(len(parts), np.int64)
    pixels = np.zeros((len(parts), len(classes)), np.int64)
    for row in catalogue.rows:
        number = place[part_of(row)]
        frames[number] += 1
        for label, defect_px in row.defect_px.items():
            if label not in classes:
                raise CatalogueError(
                    f"{catalogue.folder}: frame {row.frame!r} has the class {label!r}, and the catalogue only "
                    f"{', '.join(classes)}; import again"
                )
            pixels[number, classes.index(label)] += defect_px
    total = pixels.sum(axis=1)
    columns = {
        "parts": np.ones_like(total),
        "sound parts": (total == 0).astype(np.int64),
        "frames": frames,
        "defective px": total,
    }
    for label, column in zip(classes, pixels.T, strict=True):
        columns[f"{label} parts"] = (column > 0).astype(np.int64)
        columns[f"{label} px"] = column
    held = {kind: column for kind, column in columns.items() if column.any()}
    return Holdings(tuple(parts), tuple(held), np.column_stack(list(held.values())))


def even_out(
    counts: NDArray[np.int64],
    start: NDArray[np.int64],
    shares: Sequence[float],
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Exchange parts between sides for as long as that makes the sides more even.

    Args:
        counts: P×K; how much of each of K kinds a part holds.
        start: P; the number of the side where each part is to begin with.
        shares: Share of everything that each side should hold.
        generator: Draws the order in which parts are looked at.

    Returns:
        P; the number of each part's side. Each side has as many parts as to begin with.
    """
    exchange = _Exchange(counts, start.copy(), shares, generator)
    for _ in range(ROUNDS):
        gained = [exchange.improve(int(part)) for part in generator.permutation(len(start))]
        if not any(gained):
            break
    return exchange.sides


def unevenness(sums: NDArray[np.int64], totals: NDArray[np.int64], share: float) -> NDArray[np.float64]:
    """Say how far a side is from its share: χ² over the kinds, and 1 more for each kind that it lacks.

    Args:
        sums: …×K; what the side holds of each kind.
        totals: K; what all sides hold together, nowhere 0.
        share: What the side should hold of each kind, in (0, 1].
    """
    deviation = sums / totals - share
    lacking = np.count_nonzero(sums == 0, axis=-1)
    return np.asarray((deviation**2).sum(axis=-1) / share + lacking, dtype=np.float64)


class _Exchange:
    """The state of ``even_out``: where each part is, and what each side holds."""

    def __init__(
        self,
        counts: NDArray[np.int64],
        sides: NDArray[np.int64],
        shares: Sequence[float],
        generator: np.random.Generator,
    ) -> None:
        self.counts, self.sides, self.shares, self.generator = counts, sides, shares, generator
        self.totals = counts.sum(axis=0)
        self.sums = np.array([counts[sides == side].sum(axis=0) for side in range(len(shares))])

    def improve(self, part: int) -> bool:
        """Exchange a part with the one on another side that gains most; say whether there was one."""
        best_gain, best = GAIN, -1
        for side in range(len(self.shares)):
            others = np.flatnonzero(self.sides == side)
            if side == self.sides[part]:
                continue
            if others.size > CANDIDATES:
                others = self.generator.choice(others, CANDIDATES, replace=False)
            gains = self._gains(part, others, side)
            if gains.max() > best_gain:
                best_gain, best = float(gains.max()), int(others[gains.argmax()])
        if best >= 0:
            self._swap(part, best)
        return best >= 0

    def _gains(self, part: int, others: NDArray[np.int64], side: int) -> NDArray[np.float64]:
        """How much each exchange of a part with one of ``others``, all on ``side``, would gain."""
        mine = self.sides[part]
        moved = self.counts[others] - self.counts[part]
        before = self._uneven(mine, self.sums[mine]) + self._uneven(side, self.sums[side])
        return before - self._uneven(mine, self.sums[mine] + moved) - self._uneven(side, self.sums[side] - moved)

    def _uneven(self, side: int, sums: NDArray[np.int64]) -> NDArray[np.float64]:
        return unevenness(sums, self.totals, self.shares[side])

    def _swap(self, part: int, other: int) -> None:
        mine, theirs = self.sides[part], self.sides[other]
        moved = self.counts[other] - self.counts[part]
        self.sums[mine] += moved
        self.sums[theirs] -= moved
        self.sides[part], self.sides[other] = theirs, mine
