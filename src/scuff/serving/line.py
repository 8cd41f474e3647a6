"""The line: parts are taken on, captured, inspected, stored and published."""

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress

from scuff.core.errors import RecipeError, StationError, StoreError
from scuff.serving.delivery import Deliveries
from scuff.serving.equipment import Equipment, now
from scuff.serving.finishing import Finishing
from scuff.serving.intake import STOPPED, Intake
from scuff.serving.job import Job, not_inspected
from scuff.serving.logs import tell
from scuff.serving.port import Accepted, Port, State, Status, Trigger
from scuff.serving.product import Product
from scuff.serving.stages import Stages
from scuff.serving.workers import STORE as IN_STORE
from scuff.station.capture import Capture

STATION = "station"
"""Who starts and stops, as the store names them: whoever may do so on this machine."""

LAST_S = 2.0
"""What a stopping line waits for the store, and for ports."""


class Line:
    """The line as its ports see it (``LineControl``), and what keeps it going; used in one event loop."""

    def __init__(
        self,
        equipment: Equipment,
        products: Mapping[str, Product],
        ports: Sequence[Port] = (),
        look: Callable[[Product, Capture], None] | None = None,
    ) -> None:
        """Prepare it.

        Args:
            equipment: What it works with.
            products: What it inspects, by name; the first one until another is selected.
            ports: Where results go.
            look: Called with each capture; see ``Stages``.
        """
        self._equipment, self._products = equipment, products
        self._product = next(iter(products.values()))
        self._state, self._change = State.STARTING, asyncio.Event()
        self._waiting: asyncio.Queue[Job] = asyncio.Queue()
        self._turn = asyncio.Lock()
        self._finishing = Finishing(equipment, self._finished)
        self._intake = Intake(equipment, self._waiting, self._finishing)
        self._stages = Stages(equipment, self._waiting, self._finishing, look)
        self._deliveries = [Deliveries(equipment, port, self._earliest) for port in ports]

    async def prepare(self) -> None:
        """Do what comes before the first trigger: parts that the last run left behind get a verdict.

        Raises:
            StoreError: The store cannot be used.
        """
        for deliveries in self._deliveries:
            await deliveries.join()
        await self.adopt("the station stopped before the part was inspected")
        first = self._product
        await self._note(STATION, "start", f"{first.name} ({first.version.sha256}), bundle {first.bundle}")

    async def run(self) -> None:
        """Work, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for work in (self._stages.capture, self._stages.inspect, self._finishing.run):
                tasks.create_task(work())
            for deliveries in self._deliveries:
                tasks.create_task(deliveries.run())
            self._become(State.READY)

    @property
    def status(self) -> Status:
        """How it is now."""
        faults = self._equipment.faults
        error = "; ".join(f"{name}: {reason.removeprefix(f'{name}: ')}" for name, reason in faults.blocking.items())
        return Status(self._shown(error), error, self._product.name, len(self._intake.jobs), dict(faults.now))

    def _shown(self, error: str) -> State:
        if self._state is not State.READY:
            return self._state
        if error:
            return State.ERROR
        if self._waiting.qsize() >= self._equipment.settings.queue:
            return State.FULL
        return State.BUSY if self._intake.jobs else State.READY

    @property
    def recipes(self) -> tuple[str, ...]:
        """Names of the products that can be chosen."""
        return tuple(self._products)

    async def changes(self) -> AsyncIterator[Status]:
        """Give the status now, and then whenever it changes; who is slow gets the latest."""
        last = None
        while True:
            change, status = self._change, self.status
            if status != last:
                last = status
                yield status
            await change.wait()

    def notice(self) -> None:
        """Something that the status tells of may have changed."""
        self._change.set()
        self._change = asyncio.Event()
        self._equipment.metrics.waiting.set(len(self._intake.jobs))

    async def trigger(self, trigger: Trigger) -> Accepted:
        """Take a part on; returns when the trigger is in the store.

        Raises:
            StationError: The station is stopping.
            OtherPartError: Its identifier is that of a part with another serial number.
            StoreError: The trigger could not be stored.
        """
        # Whoever asked may go away meanwhile; a trigger that is stored is taken on all the same.
        return await asyncio.shield(asyncio.ensure_future(self._take_on(trigger)))

    async def _take_on(self, trigger: Trigger) -> Accepted:
        async with self._turn:
            if self._state is not State.READY:
                self._intake.refuse(trigger, f"the station is {self._state}")
                raise StationError(f"the station is {self._state} and takes no part on; trigger again when it is ready")
            accepted = await self._intake.take_on(trigger, self._product)
            self.notice()
            return accepted

    async def select(self, recipe: str, operator: str) -> None:
        """Inspect another product from the next trigger on.

        Args:
            recipe: Name of the product.
            operator: Who asks.

        Raises:
            RecipeError: There is no such recipe, or parts are still waiting.
            StoreError: It cannot be noted, and is not done.
        """
        if recipe not in self._products:
            raise RecipeError(f"{recipe!r}: is none of this station's recipes: {', '.join(self.recipes)}")
        async with self._turn:
            if self._intake.jobs and recipe != self._product.name:
                raise RecipeError(
                    f"{recipe!r}: {len(self._intake.jobs)} parts of {self._product.name!r} have no verdict yet; "
                    "select it when none is waiting"
                )
            product = self._products[recipe]
            if product is not self._product:
                await self._note(operator, "select", f"{recipe} ({product.version.sha256}), bundle {product.bundle}")
            self._product = product
            tell(logging.INFO, "selected", f"the station inspects {recipe}", recipe=recipe, port=operator)
            self.notice()

    async def adopt(self, reason: str) -> None:
        """Decide on parts that are in the store without a verdict, and that nobody inspects.

        Args:
            reason: Why nobody does, in words.

        Raises:
            StoreError: The store cannot be read.
        """
        async with self._turn:
            if await self._intake.adopt(reason, self._product):
                self.notice()

    async def stop(self, limit_s: float) -> None:
        """Take no more parts on, and finish those that are waiting.

        Args:
            limit_s: Parts that are not done after so long are not inspected.
        """
        async with self._turn:
            self._become(State.STOPPING)
        with suppress(StoreError):  # a station stops without its store, too
            await self._note(STATION, "stop", "")
        if not await self._within(limit_s, self._emptied()):
            self.abandon()
            await self._within(LAST_S, self._emptied())
        await self._within(LAST_S, self._published())

    async def _note(self, operator: str, action: str, what: str) -> None:
        """Store what was done with the station, where nobody can change it."""
        act = self._equipment.store.act
        await self._equipment.workers.call(IN_STORE, action, act, operator, action, None, what, now())

    def abandon(self) -> None:
        """Decide that parts without a verdict are not inspected."""
        for job in list(self._intake.jobs.values()):
            self._finishing.decide(job, not_inspected(STOPPED, "the station was stopped while the part was in it"))

    async def _emptied(self) -> None:
        while self._intake.jobs:
            await self._change.wait()

    async def _published(self) -> None:
        for deliveries in self._deliveries:
            await deliveries.idle()

    async def _within(self, limit_s: float, work: Coroutine[None, None, None]) -> bool:
        try:
            await asyncio.wait_for(work, limit_s)
        except TimeoutError:
            return False
        return True

    def _finished(self, job: Job) -> None:
        """A verdict is stored: others may hear of it."""
        del self._intake.jobs[job.id]
        for deliveries in self._deliveries:
            deliveries.wake(job.id)
        self.notice()

    def _earliest(self) -> float:
        return min(self._intake.jobs, default=math.inf)

    def _become(self, state: State) -> None:
        self._state = state
        self.notice()
