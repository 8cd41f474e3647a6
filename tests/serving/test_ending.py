import asyncio
import contextlib

import pytest

from scuff.serving.ending import until_cancelled


def test_work_that_loses_a_cancellation_is_cancelled_again() -> None:
    cancelled = 0

    async def work() -> None:
        nonlocal cancelled
        for _ in range(3):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            cancelled += 1

    async def run() -> None:
        task = asyncio.create_task(until_cancelled(work(), again_s=0.001))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 20)

    asyncio.run(run())
    assert cancelled == 3


def test_work_that_fails_fails() -> None:
    async def work() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(until_cancelled(work()))
