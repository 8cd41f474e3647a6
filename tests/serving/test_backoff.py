import asyncio

from scuff.serving.backoff import Backoff


def test_waits_grow_twofold_and_begin_again() -> None:
    async def run() -> list[float]:
        backoff, waits = Backoff(0.001, 0.004), []
        for _ in range(4):
            waits.append(backoff.next_s)
            await backoff.wait()
        backoff.reset()
        return [*waits, backoff.next_s]

    assert asyncio.run(run()) == [0.001, 0.002, 0.004, 0.004, 0.001]
