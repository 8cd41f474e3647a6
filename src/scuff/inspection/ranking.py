"""Which pictures a report shows when it cannot show them all."""

import heapq
from dataclasses import dataclass, field

from scuff.core.verdict import Outcome
from scuff.inspection.result import Result

SEVERITY = (Outcome.NOT_INSPECTED, Outcome.FAIL, Outcome.REVIEW, Outcome.PASS)
"""The worst first."""

SHOWN = 200
UNREAD_SHOWN = 50
"""Of the pictures shown, those that could not be inspected: there is nothing to see in them."""


@dataclass(slots=True)
class Worst:
    """Keeps the worst of many pictures, in constant memory.

    The worst come first: what could not be inspected, then by outcome, then by the area of all defects, then in the
    order in which they were added.

    Attributes:
        shown: How many to keep.
        unread_shown: How many of them may be pictures that could not be inspected.
        added: How many were added so far.
    """

    shown: int = SHOWN
    unread_shown: int = UNREAD_SHOWN
    added: int = 0
    _unread: list[tuple[int, int, int]] = field(default_factory=list)
    _seen: list[tuple[int, int, int]] = field(default_factory=list)

    def add(self, result: Result, outcome: Outcome) -> None:
        """Consider one picture, with the outcome of its part."""
        area_px = sum(defect.area_px for defect in result.defects)
        badness = -SEVERITY.index(outcome), area_px, -self.added
        self.added += 1
        if result.error is not None:
            _keep(self._unread, badness, self.unread_shown)
        else:
            _keep(self._seen, badness, self.shown)

    def ranked(self) -> list[int]:
        """The worst first: the place of each in the order in which pictures were added."""
        ranked = [*sorted(self._unread, reverse=True), *sorted(self._seen, reverse=True)]
        return [-place for _, _, place in ranked[: self.shown]]


def _keep(heap: list[tuple[int, int, int]], badness: tuple[int, int, int], limit: int) -> None:
    if len(heap) < limit:
        heapq.heappush(heap, badness)
    else:
        heapq.heappushpop(heap, badness)
