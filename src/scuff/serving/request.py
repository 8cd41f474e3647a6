"""A signal that asks for something, and its answer: on, answer, off, answer off."""

from dataclasses import dataclass, replace

from scuff.serving.signals import Code


@dataclass(frozen=True, slots=True)
class Request:
    """A signal of the PLC of which only the rising edge counts, and the answer to its last edge.

    Attributes:
        on: Whether the signal is on.
        pending: Whether an edge waits for its answer; the answer may come after the signal has fallen.
        granted: Whether the last edge was granted.
        refusal: Why it was refused; ``NONE`` where it was not.
        refusals: Number of edges that were refused.
    """

    on: bool = False
    pending: bool = False
    granted: bool = False
    refusal: Code = Code.NONE
    refusals: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the edge of a signal that is still on was granted."""
        return self.on and self.granted

    @property
    def refused(self) -> bool:
        """Whether the edge of a signal that is still on was refused."""
        return self.on and self.refusal is not Code.NONE

    def set(self, on: bool, obstacle: Code) -> "Request":
        """Take the signal's level; a rising edge waits for an answer, or is refused for an obstacle."""
        if not on or self.on:
            return replace(self, on=on)
        if self.pending or obstacle is not Code.NONE:
            refusal = obstacle if obstacle is not Code.NONE else Code.TOO_SOON
            return replace(self, on=True, granted=False, refusal=refusal, refusals=self.refusals + 1)
        return replace(self, on=True, pending=True, granted=False, refusal=Code.NONE)

    def answer(self, refusal: Code = Code.NONE) -> "Request":
        """Answer the edge that waits; where a later one was refused meanwhile, the signal goes on saying so."""
        refused = int(refusal is not Code.NONE)
        if self.refusal is not Code.NONE:
            return replace(self, pending=False, refusals=self.refusals + refused)
        return replace(self, pending=False, granted=not refused, refusal=refusal, refusals=self.refusals + refused)
