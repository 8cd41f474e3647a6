import asyncio
import os

from tests.serving.conftest import Running

from scuff.serving.keyboard import Keyboard


def test_enter_triggers_a_name_triggers_that_part_and_q_stops(running: Running) -> None:
    async def run() -> None:
        async with running() as bench:
            reading, writing = os.pipe()
            stopped: list[bool] = []
            with os.fdopen(reading) as typed, os.fdopen(writing, "w") as keys:
                keyboard = Keyboard(typed, lambda: stopped.append(True))
                keys.write("\n\x1b[A\nP7\nq\n")
                keys.flush()
                await keyboard.run(bench.line)
            assert stopped == [True]
            assert [part.part for part in bench.store.latest(9)] == ["P7", "N000001"]

    asyncio.run(run())


def test_a_closed_keyboard_is_no_error(running: Running) -> None:
    async def run() -> None:
        async with running() as bench:
            reading, writing = os.pipe()
            os.close(writing)
            with os.fdopen(reading) as typed:
                await Keyboard(typed, lambda: None).run(bench.line)
            assert bench.store.latest(9) == []

    asyncio.run(run())
