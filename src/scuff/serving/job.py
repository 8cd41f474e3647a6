"""A part on its way through the line."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from scuff.core.verdict import Outcome, Verdict
from scuff.inspection.part_result import PartResult
from scuff.inspection.result import Result
from scuff.serving.product import Product
from scuff.store.records import FrameRecord, Unfinished


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a part.

    Attributes:
        verdict: Its verdict.
        error: Kind of error that kept it from being inspected; empty: none.
        part: All that was found; ``None`` where nothing was looked at.
        pictures: The same by picture.
        inspection_ms: Time that finding and judging took.
    """

    verdict: Verdict
    error: str = ""
    part: PartResult | None = None
    pictures: tuple[Result, ...] = ()
    inspection_ms: float | None = None


def not_inspected(error: str, reason: str) -> Decision:
    """The decision on a part that could not be inspected.

    Args:
        error: Kind of error.
        reason: What happened, in words.
    """
    return Decision(Verdict(outcome=Outcome.NOT_INSPECTED, rule=reason), error)


@dataclass(eq=False)
class Job:
    """A part that was taken on.

    Attributes:
        record: What the store has of it.
        product: What it is inspected as.
        began: When it was taken on, by the clock of the event loop.
        deadline: When it must have been decided, by that clock.
        simulated: Whether no real part was before a real camera; by the recipe until there are frames.
        frames: What was taken of it.
        is_decided: Whether it has a decision; whatever a stage still finds out is of no interest then.
    """

    record: Unfinished
    product: Product
    began: float
    deadline: float
    simulated: bool
    frames: Sequence[FrameRecord] = field(default=())
    is_decided: bool = False

    @property
    def id(self) -> int:
        """Its number in the store."""
        return self.record.id

    @property
    def part(self) -> str:
        """Its serial number."""
        return self.record.part
