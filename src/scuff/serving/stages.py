"""The two stages that a part goes through: capture, and inspection; each works on one part at a time."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import ParamSpec, TypeVar

from scuff.core.errors import ScuffError, StoreError
from scuff.serving.equipment import STORE, Equipment
from scuff.serving.finishing import Finishing
from scuff.serving.inspecting import decide, incomplete, keep_pictures
from scuff.serving.job import Job, not_inspected
from scuff.serving.logs import tell
from scuff.serving.product import Product
from scuff.serving.workers import CAPTURE, INSPECTION, PICTURES
from scuff.serving.workers import STORE as IN_STORE
from scuff.station.capture import Capture

P = ParamSpec("P")
T = TypeVar("T")

TIMEOUT, INTERNAL = "timeout", "internal"
"""Kinds of error that keep a part from being inspected, beside those of acquisition and of the store."""


class LateError(ScuffError):
    """A part has taken too long."""


class Stages:
    """Takes parts from a queue through capture and inspection to a decision.

    While one part is inspected, the next one is captured, and one more may wait in between: no more are in memory.
    """

    def __init__(
        self,
        equipment: Equipment,
        waiting: "asyncio.Queue[Job]",
        finishing: Finishing,
        look: Callable[[Product, Capture], None] | None = None,
    ) -> None:
        """Prepare them.

        Args:
            equipment: Of the line.
            waiting: Parts that were taken on.
            finishing: Takes the decisions.
            look: Called with each capture and the product of its part, in the thread of captures, before the next one.
        """
        self._equipment, self._waiting, self._finishing, self._look = equipment, waiting, finishing, look
        self._captured: asyncio.Queue[tuple[Job, Capture]] = asyncio.Queue(1)

    async def capture(self) -> None:
        """Capture parts, until cancelled."""
        while True:
            job = await self._waiting.get()
            if not job.is_decided:
                await self._guarded(job, self._capture(job))

    async def inspect(self) -> None:
        """Inspect parts, until cancelled."""
        while True:
            job, capture = await self._captured.get()
            if not job.is_decided:
                await self._guarded(job, self._inspect(job, capture))

    async def _guarded(self, job: Job, work: Coroutine[None, None, None]) -> None:
        """Do the work of a stage; whatever goes wrong, the part gets a decision."""
        try:
            await work
        except LateError as error:
            tell(logging.ERROR, "stuck", f"part {job.part}: {error}", id=job.id, part=job.part, reason=str(error))
            self._finishing.decide(job, not_inspected(TIMEOUT, str(error)))
        except ScuffError as error:
            self._finishing.decide(job, not_inspected(STORE, str(error)))
        except Exception as error:
            logging.getLogger(__name__).exception("part %s: a defect of scuff", job.part)
            self._finishing.decide(job, not_inspected(INTERNAL, f"a defect of scuff, see its log: {error!r}"))

    async def _capture(self, job: Job) -> None:
        if STORE in self._equipment.faults.now:  # it may be back; if not, nothing need be lit and photographed
            await self._timed(job, IN_STORE, self._equipment.store.check)
        capture = await self._timed(job, CAPTURE, self._equipment.rig.capture, job.part)
        if capture.frames:
            job.simulated = any(frame.simulated for frame in capture.frames)
        for error in capture.errors:
            told = {"id": job.id, "part": job.part, "camera": error.camera, "error": error.code}
            tell(logging.WARNING, "capture-failed", f"part {job.part}: {error}", **told, reason=error.reason)
        await self._captured.put((job, capture))
        if self._look is not None:
            await self._timed(job, CAPTURE, self._look, job.product, capture)

    async def _inspect(self, job: Job, capture: Capture) -> None:
        if capture.is_complete:
            inspecting = self._timed(job, INSPECTION, decide, capture, job.product)
            _, decision = await asyncio.gather(self._keep(job, capture), inspecting)
        else:
            decision = incomplete(capture.errors)
            with suppress(StoreError):  # that a disk is full, too, is not why the part cannot be inspected
                await self._keep(job, capture)
        self._finishing.decide(job, decision)

    async def _keep(self, job: Job, capture: Capture) -> None:
        """Store the pictures of a part; it has them even where its inspection fails or takes too long."""
        job.frames = await self._timed(job, PICTURES, keep_pictures, capture, self._equipment.store.pictures)

    async def _timed(self, job: Job, stage: str, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Run a function in the thread of a stage, and wait for it no longer than the part may take.

        Raises:
            LateError: It has not come back; it goes on, and nobody waits for it.
        """
        began, limit_s = time.perf_counter(), self._equipment.settings.part_timeout_s
        left_s = job.deadline - asyncio.get_running_loop().time()
        if left_s <= 0:
            raise LateError(f"the part waited for its {stage} until {limit_s:g} s (line.part_timeout_s) were over")
        try:
            async with asyncio.timeout(left_s) as limit:
                return await self._equipment.workers.call(stage, job.part, function, *args, **named)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise LateError(f"{stage} was not done {limit_s:g} s (line.part_timeout_s) after the trigger") from error
        finally:
            self._equipment.metrics.stage_seconds.labels(stage).observe(time.perf_counter() - began)
