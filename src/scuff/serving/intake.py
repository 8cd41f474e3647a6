"""The beginning of the line: a trigger is stored, and only then its part is taken on."""

import asyncio
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from scuff.core.errors import OtherPartError, StoreError
from scuff.serving.equipment import STORE, Equipment, now
from scuff.serving.finishing import Finishing
from scuff.serving.job import Job, not_inspected
from scuff.serving.logs import tell
from scuff.serving.port import Accepted, Trigger
from scuff.serving.product import Product
from scuff.serving.workers import STORE as IN_STORE
from scuff.store.records import Unfinished

P = ParamSpec("P")
T = TypeVar("T")

FULL, STOPPED = "queue-full", "stopped"
"""Kinds of error of parts that the line did not get to."""


class Intake:
    """Takes parts on, one at a time, so that they wait in the order of their numbers.

    Attributes:
        jobs: Parts that have no verdict yet, by their numbers.
    """

    def __init__(self, equipment: Equipment, waiting: "asyncio.Queue[Job]", finishing: Finishing) -> None:
        """Prepare it.

        Args:
            equipment: Of the line.
            waiting: Where parts wait for their capture.
            finishing: Takes the decisions on those that do not.
        """
        self._equipment, self._waiting, self._finishing = equipment, waiting, finishing
        self.jobs: dict[int, Job] = {}

    async def take_on(self, trigger: Trigger, product: Product) -> Accepted:
        """Store a trigger and take its part on.

        Raises:
            StoreError: It could not be stored.
            OtherPartError: Its identifier is that of a part with another serial number.
        """
        try:
            job, is_new = await self._begin(trigger, product)
        except StoreError as error:
            self._equipment.faults.note(STORE, str(error))
            self.refuse(trigger, str(error))
            raise
        except OtherPartError as error:
            self.refuse(trigger, str(error))
            raise
        told = {"id": job.id, "part": job.part, "trigger": trigger.id, "port": trigger.source}
        tell(logging.INFO, "triggered" if is_new else "known", f"part {job.part}: triggered", **told)
        if is_new:
            self._admit(job)
        return Accepted(job.id, job.part, is_new)

    def refuse(self, trigger: Trigger, reason: str) -> None:
        """Note that a trigger is not taken on."""
        self._equipment.metrics.refused.inc()
        told = {"part": trigger.part, "trigger": trigger.id, "port": trigger.source, "reason": reason}
        tell(logging.ERROR, "refused", f"trigger {trigger.id}: not taken on, {reason}", **told)

    async def adopt(self, reason: str, product: Product) -> bool:
        """Decide on parts that are in the store without a verdict, and that nobody inspects.

        Args:
            reason: Why nobody does, in words.
            product: What stands in where only the recipe tells whether parts are simulated.

        Returns:
            Whether there are any.

        Raises:
            StoreError: The store cannot be read.
        """
        unfinished = await self._in_store(self._equipment.store.unfinished)
        left = [each for each in unfinished if each.id not in self.jobs]
        began = asyncio.get_running_loop().time()
        for record in left:
            job = self.jobs[record.id] = Job(record, product, began, began, product.simulated)
            self._finishing.decide(job, not_inspected(STOPPED, reason))
        if left:
            tell(logging.WARNING, "adopted", f"{len(left)} parts without a verdict: {reason}", parts=len(left))
        return bool(left)

    async def _begin(self, trigger: Trigger, product: Product) -> tuple[Job, bool]:
        """Store a trigger, and tell whether its part is to be inspected."""
        at, began = now(), asyncio.get_running_loop().time()
        source, version, bundle = trigger.source, product.version, product.bundle
        begin = self._equipment.store.begin
        begun = await self._in_store(begin, trigger.id, trigger.part, source, version, bundle, at)
        if trigger.part not in {"", begun.part}:  # its sender would take the verdict of that part for this one's
            raise OtherPartError(
                f"trigger {trigger.id!r} was that of part {begun.part!r} already, and cannot be that of "
                f"{trigger.part!r}; give each trigger an identifier of its own"
            )
        record = Unfinished(begun.id, trigger.id, begun.part, source, version, bundle, at)
        deadline = began + self._equipment.settings.part_timeout_s
        job = Job(record, product, began, deadline, product.simulated)
        return job, begun.is_new or await self._is_forgotten(job)

    async def _is_forgotten(self, job: Job) -> bool:
        """Tell whether a part is in the store from an attempt that seemed to fail, so that nobody inspects it."""
        if job.id in self.jobs:
            return False
        return (await self._in_store(self._equipment.store.part, job.id)).verdict is None

    def _admit(self, job: Job) -> None:
        self.jobs[job.id] = job
        most = self._equipment.settings.queue
        if self._waiting.qsize() < most:
            self._waiting.put_nowait(job)
        else:
            reason = f"queue full: {most} {'part waits' if most == 1 else 'parts wait'} already (line.queue)"
            self._finishing.decide(job, not_inspected(FULL, reason))

    async def _in_store(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        return await self._equipment.workers.call(IN_STORE, "a trigger", function, *args, **named)
