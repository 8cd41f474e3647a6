"""Work that ends when it is cancelled, whatever it is made of."""

import asyncio
from collections.abc import Coroutine

AGAIN_S = 2.0
"""Time for closing down, until the work is cancelled once more."""


async def until_cancelled(work: Coroutine[None, None, None], again_s: float = AGAIN_S) -> None:
    """Run until cancelled, and then cancel the work until it has ended.

    Up to Python 3.11 ``asyncio.wait_for``, which aiomqtt waits with, loses a cancellation that comes together with
    what is waited for.

    Args:
        work: What to do.
        again_s: Time until it is cancelled once more.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait([task])
    finally:
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=again_s)
    await task
