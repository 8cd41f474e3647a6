"""The handshake with one PLC, tied to the line: what a port that carries signals has in common with the others."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from uuid import uuid4

from scuff.core.errors import OtherPartError, ScuffError
from scuff.core.verdict import Outcome
from scuff.serving.handshake import Handshake
from scuff.serving.port import Accepted, LineControl, PublishError, Status, Trigger
from scuff.serving.report import PartReport
from scuff.serving.signals import Code, Inputs, Outputs
from scuff.serving.trouble import Trouble

LOGGER = logging.getLogger(__name__)
LARGEST_ID = 2**32 - 1
"""Of the numbers that a PLC gives: it has 32 bits for them."""


class Exchange:
    """One PLC and the line: signals in, signals out.

    All methods are called in the loop of the line. :meth:`set` answers at once, before anything is awaited, so no
    edge is lost however short it is.

    Args:
        port: Name of the port; triggers are named after it.
        ack_timeout_s: How long a result is on offer.
        changed: Called after each change of what the PLC sees.
    """

    def __init__(self, port: str, ack_timeout_s: float, changed: Callable[[], None]) -> None:
        self._port = port
        self._ack_timeout_s = ack_timeout_s
        self._changed = changed
        self._line: LineControl | None = None
        self._taken: asyncio.Future[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._trouble = Trouble(LOGGER, port)
        self._handshake = Handshake()
        self.report: PartReport | None = None
        self.accepted: Accepted | None = None
        self.taken: Counter[Outcome] = Counter()

    @property
    def outputs(self) -> Outputs:
        """What the PLC sees."""
        return self._handshake.outputs

    @property
    def status(self) -> Status | None:
        """How the line is now; None before it runs."""
        return self._line.status if self._line else None

    @property
    def triggers(self) -> bool:
        """Whether a trigger waits for its answer."""
        return self._handshake.trigger.pending

    @property
    def selects(self) -> bool:
        """Whether the choice of a recipe waits for its answer."""
        return self._handshake.select.pending

    @property
    def recipes(self) -> tuple[str, ...]:
        """The recipes, of which number 1 is the first."""
        return self._line.recipes if self._line else ()

    @property
    def recipe(self) -> int:
        """Number of the recipe that is inspected; 0: not known."""
        name = self._line.status.recipe if self._line else ""
        return self.recipes.index(name) + 1 if name in self.recipes else 0

    @property
    def trigger_id(self) -> int:
        """The PLC's number of the trigger that :attr:`report` answers; 0: it gave none, or it was not its trigger."""
        port, _, number = (self.report.trigger if self.report else "").rpartition("-")
        # Whoever else triggers may have chosen an identifier that looks like one of these.
        known = int(number) if port == self._port and number.isdecimal() else 0
        return known if known <= LARGEST_ID else 0

    async def follow(self, line: LineControl) -> None:
        """Tell the PLC how the line is, until cancelled."""
        self._line = line
        try:
            async for status in line.changes():
                self._handshake = self._handshake.line_is(status.state)
                self._changed()
        finally:
            for task in self._tasks:
                task.cancel()

    def set(self, inputs: Inputs) -> None:
        """Take what the PLC has set."""
        # What the line has said last may be older than what it is doing.
        before = self._handshake.line_is(self._line.status.state) if self._line else self._handshake
        after = before.set(inputs, len(self.recipes))
        if before.offer and not after.offer:
            self._take()
        self._become(after)
        if self._line and after.trigger.pending and not before.trigger.pending:
            self._start(self._take_on(self._line, inputs))
        if self._line and after.select.pending and not before.select.pending:
            self._start(self._select(self._line, inputs.recipe))

    def acknowledge(self, number: int) -> bool:
        """Take the result of a part as acknowledged, without the signal; tells whether it was on offer."""
        if self._handshake.offer != number or not self._handshake.outputs.result_valid:
            return False
        self._take()
        self._become(self._handshake.taken())
        return True

    async def publish(self, report: PartReport) -> None:
        """Offer a result until the PLC acknowledges it.

        Raises:
            PublishError: It did not in time.
        """
        self.report = report
        self._taken = asyncio.get_running_loop().create_future()
        self._become(self._handshake.show(report.id, report.outcome))
        try:
            await asyncio.wait([self._taken], timeout=self._ack_timeout_s)
        finally:
            if in_vain := not self._taken.done():
                self._become(self._handshake.withdraw())
        if in_vain:
            raise PublishError(self._not_taken(report))
        self.taken[report.outcome] += 1
        self._trouble.over("the PLC acknowledges results again")

    def _take(self) -> None:
        if self._taken and not self._taken.done():
            self._taken.set_result(None)

    def _not_taken(self, report: PartReport) -> str:
        stuck = self._handshake.fault is Code.ACK_STUCK
        wrong = "left Ack on, so that no result could be shown," if stuck else "did not acknowledge a result"
        self._trouble.begins(
            f"the PLC {wrong} within {self._ack_timeout_s:g} s (line.ack_timeout_s); results are kept and offered again"
        )
        return f"{self._port}: the PLC {wrong} within {self._ack_timeout_s:g} s: part {report.id}, {report.part}"

    async def _take_on(self, line: LineControl, inputs: Inputs) -> None:
        name = f"{self._port}-{inputs.trigger_id}" if inputs.trigger_id else f"{self._port}:{uuid4().hex}"
        try:
            accepted = await line.trigger(Trigger(name, inputs.serial or "", self._port))
        except Exception as error:
            self._tell("a trigger was refused", error)
            is_other = isinstance(error, OtherPartError)
            self._become(self._handshake.not_stored(Code.OTHER_PART if is_other else Code.NOT_TAKEN))
        else:
            self.accepted = accepted
            self._become(self._handshake.stored(accepted.id, accepted.is_new))

    async def _select(self, line: LineControl, number: int) -> None:
        try:
            await line.select(line.recipes[number - 1], self._port)
        except Exception as error:
            self._tell(f"recipe {number} was not selected", error)
            self._become(self._handshake.selected(Code.RECIPE_REFUSED))
        else:
            self._become(self._handshake.selected())

    def _tell(self, what: str, error: Exception) -> None:
        # What is not a ScuffError is a defect of scuff: the PLC is answered all the same, and the log has its trace.
        LOGGER.warning("%s: %s: %s", self._port, what, error, exc_info=not isinstance(error, ScuffError))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _become(self, handshake: Handshake) -> None:
        if handshake != self._handshake:
            self._handshake = handshake
            self._changed()
