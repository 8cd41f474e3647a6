"""The handshake of a PLC and the station, as states and nothing else: no clock, no network, no line."""

from dataclasses import dataclass, replace

from scuff.core.verdict import Outcome
from scuff.serving.port import State
from scuff.serving.request import Request
from scuff.serving.signals import REFUSALS, Code, Inputs, Outputs

IDLE = Request()


@dataclass(frozen=True, slots=True)
class Handshake:
    """Where the handshake stands; each method gives the one that follows.

    Three exchanges go on side by side: triggers, results, and the choice of a recipe. So a part can be triggered
    while the result before it waits to be read.

    Attributes:
        line: What the line is doing.
        met: Whether the PLC has shown Trigger since the start; before that a Trigger that is on need be no edge.
        trigger: The trigger and its answer.
        known: Whether the last trigger that was taken on had been in the store before.
        select: The choice of a recipe and its answer.
        ack: Whether Ack is on; None: the PLC has not shown it since the start.
        offer: Number of the part whose result is on offer; 0: none.
        outcome: Its outcome.
        held: Whether it waits for Ack to fall before it is shown.
        last: The largest number that was offered.
        waiting: Numbers of the parts that this PLC triggered and that have not been offered.
        fault: What was wrong with the last result that was withdrawn; ``NONE`` once one is acknowledged.
    """

    line: State = State.STARTING
    met: bool = False
    trigger: Request = IDLE
    known: bool = False
    select: Request = IDLE
    ack: bool | None = None
    offer: int = 0
    outcome: Outcome | None = None
    held: bool = False
    last: int = 0
    waiting: frozenset[int] = frozenset()
    fault: Code = Code.NONE

    def line_is(self, state: State) -> "Handshake":
        """The line says what it is doing."""
        return replace(self, line=state)

    def set(self, inputs: Inputs, recipes: int) -> "Handshake":
        """The PLC has set its signals.

        Args:
            inputs: What they are now.
            recipes: How many recipes there are.
        """
        after = self._acknowledge(inputs.ack)
        after = replace(after, select=after.select.set(inputs.select, after._against_recipe(inputs, recipes)))
        if inputs.trigger is None:
            return after
        return replace(after, met=True, trigger=after.trigger.set(inputs.trigger, after._against_trigger(inputs)))

    def _acknowledge(self, ack: bool | None) -> "Handshake":
        if ack is None:
            return self
        if ack and self.ack is None:
            # It may be on since before the start, for a result of then: what is on offer shows once it has fallen.
            return replace(self, ack=True, held=self.offer != 0)
        if ack and not self.ack and self.offer:
            return replace(self.taken(), ack=True)
        return replace(self, ack=ack, held=self.held and ack)

    def taken(self) -> "Handshake":
        """The result on offer has been read."""
        return replace(self, offer=0, outcome=None, fault=Code.NONE)

    def _against_recipe(self, inputs: Inputs, recipes: int) -> Code:
        return Code.NONE if 1 <= inputs.recipe <= recipes else Code.NO_SUCH_RECIPE

    def _against_trigger(self, inputs: Inputs) -> Code:
        if self.line in REFUSALS:
            return REFUSALS[self.line]
        if self.select.pending:
            return Code.TOO_SOON
        if inputs.serial is None or inputs.trigger_id < 0:
            return Code.BAD_VALUE
        # With a trigger id it may come twice: what was stored before is known.
        return Code.NONE if self.met or inputs.trigger_id else Code.TRIGGER_STUCK

    def stored(self, number: int, is_new: bool) -> "Handshake":
        """The trigger is in the store, as the part of this number."""
        after = replace(self, trigger=self.trigger.answer(), known=not is_new)
        if not is_new or number <= self.last:
            return after
        return replace(after, waiting=self.waiting | {number})

    def not_stored(self, refusal: Code = Code.NOT_TAKEN) -> "Handshake":
        """The line could not take the part on."""
        return replace(self, trigger=self.trigger.answer(refusal))

    def selected(self, refusal: Code = Code.NONE) -> "Handshake":
        """The line has changed the recipe, or refused to."""
        return replace(self, select=self.select.answer(refusal))

    def show(self, number: int, outcome: Outcome) -> "Handshake":
        """Offer the result of a part; while Ack is still on from the one before, it waits."""
        waiting = frozenset(each for each in self.waiting if each > number)
        last = max(self.last, number)
        return replace(self, offer=number, outcome=outcome, held=self.ack is True, last=last, waiting=waiting)

    def withdraw(self) -> "Handshake":
        """Nobody acknowledged in time."""
        fault = Code.ACK_STUCK if self.held else Code.ACK_TIMEOUT
        return replace(self, offer=0, outcome=None, held=False, fault=fault)

    @property
    def error_code(self) -> Code:
        """What is wrong now, the worst first."""
        if self.line is State.ERROR:
            return Code.LINE_ERROR
        refusals = (request.refusal for request in (self.trigger, self.select) if request.refused)
        return self.fault if self.fault is not Code.NONE else next(refusals, Code.NONE)

    @property
    def outputs(self) -> Outputs:
        """What the PLC sees."""
        shown = self.outcome if self.offer and not self.held else None
        calm = not (self.trigger.on or self.trigger.pending or self.select.pending)
        return Outputs(
            ready=calm and self.line not in REFUSALS,
            busy=bool(self.waiting),
            accepted=self.trigger.accepted,
            known=self.trigger.accepted and self.known,
            refused=self.trigger.refused,
            result_valid=shown is not None,
            ok=shown is Outcome.PASS,
            ng=shown is Outcome.FAIL,
            review=shown is Outcome.REVIEW,
            not_inspected=shown is Outcome.NOT_INSPECTED,
            recipe_accepted=self.select.accepted,
            recipe_refused=self.select.refused,
            error=self.error_code is not Code.NONE,
            error_code=self.error_code,
            refusal=self.trigger.refusal,
            recipe_refusal=self.select.refusal,
            refusals=self.trigger.refusals,
        )
