"""What is stored is published: each port gets its results in order, again and again until it has them."""

import asyncio
import logging
import math
from collections.abc import Callable
from datetime import datetime

from scuff.core.errors import StoreError
from scuff.serving.backoff import Backoff
from scuff.serving.equipment import STORE, Equipment, now
from scuff.serving.logs import tell
from scuff.serving.port import Port, PublishError
from scuff.serving.report import PartReport, ReportError, read_report
from scuff.serving.workers import STORE as IN_STORE
from scuff.store.records import Delivery

BATCH = 50
"""Results that are taken from the store at once."""

FIRST_S, LONGEST_S = 0.2, 10.0
"""Time until a result is offered again after it was refused once, and at most."""


class Deliveries:
    """Hands the results of the line over to one port; other ports do not wait for it."""

    def __init__(
        self, equipment: Equipment, port: Port, earliest: Callable[[], float], first_s: float = FIRST_S
    ) -> None:
        """Prepare them.

        Args:
            equipment: Of the line.
            port: Where to.
            earliest: Gives the number of the first part that has no verdict yet; what comes later waits for it, so
                that results come in the order of the triggers.
            first_s: Time until a result is offered again for the first time.
        """
        self._equipment, self._port, self._earliest = equipment, port, earliest
        self._more, self._backoff = asyncio.Event(), Backoff(first_s, LONGEST_S)
        self._joined = self._after = self._reached = 0
        self._finished, self._unreadable = math.inf, set[int]()
        self._more.set()
        self._is_idle = asyncio.Event()

    def wake(self, number: int) -> None:
        """Say that there is more to hand over.

        Args:
            number: Of the part; where later ones were handed over already, those before them are looked at again.
        """
        self._finished = min(self._finished, number)
        self._more.set()
        self._is_idle.clear()

    async def join(self) -> None:
        """Find out from which part on the port gets results, before any is taken on.

        Raises:
            StoreError: The store cannot be used.
        """
        name, store = self._port.name, self._equipment.store
        joined = await self._equipment.workers.call(IN_STORE, name, store.join, name)
        self._joined = self._after = self._reached = joined

    async def idle(self) -> None:
        """Wait until there is nothing to hand over."""
        await self._is_idle.wait()

    async def run(self) -> None:
        """Hand results over, until cancelled."""
        while True:
            await self._more.wait()
            self._more.clear()
            while not await self._batch():
                pass
            if not self._more.is_set():
                self._is_idle.set()

    async def _batch(self) -> bool:
        """Hand some over; tells whether that was all there is now."""
        name, store = self._port.name, self._equipment.store
        if self._finished <= self._reached:
            self._after = self._reached = self._joined
        self._finished = math.inf
        before = self._earliest()  # first: what is finished while the store is asked may lack among its answers
        try:
            due = await self._equipment.workers.call(IN_STORE, name, store.undelivered, name, self._after, BATCH)
            ready = [delivery for delivery in due if delivery.id < before]
            self._reached = ready[-1].id if ready else self._reached
            for delivery in ready:
                await self._hand_over(delivery)
        except StoreError as error:
            self._equipment.faults.note(STORE, str(error))
            await self._backoff.wait()
            return False
        return len(ready) < BATCH

    async def _hand_over(self, delivery: Delivery) -> None:
        """Offer a result until the port takes it; one that cannot be read stays for a version that can."""
        try:
            report = read_report(delivery.id, delivery.report)
        except ReportError as error:
            self._pass_over(delivery, str(error))
            return
        attempts = 0
        while not await self._offer(report, is_first=attempts == 0):
            attempts += 1
            await self._backoff.wait()
        self._backoff.reset()
        name = self._port.name
        await self._equipment.workers.call(IN_STORE, name, self._equipment.store.delivered, delivery.id, name)
        self._after = delivery.id
        self._tell(report)

    def _pass_over(self, delivery: Delivery, reason: str) -> None:
        """Go on with the next result; told once, however often the line comes by."""
        self._after, name = delivery.id, self._port.name
        if delivery.id not in self._unreadable:
            self._unreadable.add(delivery.id)
            message = f"{name}: not published: {reason}"
            tell(logging.ERROR, "not-published", message, id=delivery.id, port=name, reason=reason)

    async def _offer(self, report: PartReport, is_first: bool) -> bool:
        """Offer a result once; a port that is only just connecting is no fault yet."""
        name = self._port.name
        try:
            await self._port.publish(report)
        except PublishError as error:
            if not is_first:
                self._equipment.faults.note_peer(name, str(error))
        except Exception as error:
            self._equipment.faults.note_peer(name, f"a defect of scuff, see its log: {error!r}")
            logging.getLogger(__name__).exception("%s: a defect of scuff", name)
        else:
            self._equipment.faults.clear(name)
            return True
        return False

    def _tell(self, report: PartReport) -> None:
        lasted_s = (now() - datetime.fromisoformat(report.triggered_at)).total_seconds()
        name = self._port.name
        self._equipment.metrics.publish_seconds.labels(name).observe(lasted_s)
        message = f"part {report.part}: published to {name}"
        tell(logging.INFO, "published", message, id=report.id, part=report.part, port=name, seconds=round(lasted_s, 3))
