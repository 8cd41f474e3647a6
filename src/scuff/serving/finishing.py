"""The end of the line: a decision is stored, and only then anybody hears of it."""

import asyncio
import logging
from collections.abc import Callable

from scuff.core.errors import FinishedError, StoreError
from scuff.core.verdict import Outcome
from scuff.serving.equipment import STORE, Equipment, now
from scuff.serving.job import Decision, Job, not_inspected
from scuff.serving.logs import tell
from scuff.serving.summary import defect_records, part_report
from scuff.serving.workers import STORE as IN_STORE

AGAIN_S = 0.5
"""Time until a store that failed is tried again."""

MOST_REFUSALS = 5
"""So often a store that is well otherwise may refuse a part."""


class Finishing:
    """Stores decisions, however long the store is away meanwhile."""

    def __init__(self, equipment: Equipment, finished: Callable[[Job], None], again_s: float = AGAIN_S) -> None:
        """Prepare it.

        Args:
            equipment: Of the line.
            finished: Called with each part once its verdict is stored.
            again_s: Time until a store that failed is tried again.
        """
        self._equipment, self._finished, self._again_s = equipment, finished, again_s
        self._decided: asyncio.Queue[tuple[Job, Decision]] = asyncio.Queue()

    def decide(self, job: Job, decision: Decision) -> None:
        """Take a decision on a part; the first one counts."""
        if not job.is_decided:
            job.is_decided = True
            self._decided.put_nowait((job, decision))

    async def run(self) -> None:
        """Store decisions one after the other, until cancelled."""
        while True:
            job, decision = await self._decided.get()
            self._count(job, await self._store(job, decision))
            self._finished(job)

    async def _store(self, job: Job, decision: Decision) -> Decision:
        """Try until it is stored, and tell what was.

        What a store that is well refuses again and again would hold up all parts behind: that part is not inspected.
        """
        refusals = 0
        while True:
            try:
                return await self._equipment.workers.call(IN_STORE, job.part, self._write, job, decision)
            except StoreError as error:
                self._equipment.faults.note(STORE, str(error))
                refusals += await self._is_well()
                if refusals == MOST_REFUSALS:
                    job.frames, decision = (), not_inspected(STORE, str(error))
                await asyncio.sleep(self._again_s)

    async def _is_well(self) -> bool:
        try:
            await self._equipment.workers.call(IN_STORE, "the store", self._equipment.store.check)
        except StoreError:
            return False
        return True

    def _write(self, job: Job, decision: Decision) -> Decision:
        """Store a decision, and give what is stored: a part that has its verdict already keeps that."""
        try:
            self._finish(job, decision)
        except FinishedError:  # an earlier attempt was stored although it seemed to fail, or somebody else decided
            stored = self._equipment.store.part(job.id)
            assert stored.verdict is not None
            if (stored.verdict, stored.error) != (decision.verdict, decision.error):
                return Decision(stored.verdict, stored.error)
        return decision

    def _finish(self, job: Job, decision: Decision) -> None:
        store, at = self._equipment.store, now()
        if job.frames:
            store.keep_frames(job.id, job.frames)
        report = part_report(job, decision, self._equipment.settings.station, at)
        store.finish(job.id, decision.verdict, decision.error, report.model_dump_json(), defect_records(decision), at)

    def _count(self, job: Job, decision: Decision) -> None:
        outcome, lasted_s = decision.verdict.outcome, asyncio.get_running_loop().time() - job.began
        self._equipment.metrics.finished(outcome, decision.error, lasted_s)
        level = logging.WARNING if outcome is Outcome.NOT_INSPECTED else logging.INFO
        tell(
            level,
            "verdict",
            f"part {job.part}: {outcome}, {decision.verdict.rule}",
            id=job.id,
            part=job.part,
            outcome=outcome,
            error=decision.error,
            reason=decision.verdict.rule,
            seconds=round(lasted_s, 3),
            inspection_ms=decision.inspection_ms and round(decision.inspection_ms, 1),
        )
