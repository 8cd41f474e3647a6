import asyncio

import pytest
from tests.serving.conftest import Running

from scuff.core.errors import StationError
from scuff.serving.port import State
from scuff.serving.service import sole
from scuff.store.store import Store


def test_one_line_works_with_a_store_at_a_time(store: Store) -> None:
    refused = pytest.raises(StationError, match="another `scuff station run` works with these pictures")
    with sole(store), refused, sole(store):
        pass
    with sole(store):
        pass


def test_an_entrance_that_fails_is_told_and_stops_nothing(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        name = "door"

        async def run(self, line: object) -> None:
            raise StationError("it is locked")

    async def run() -> None:
        async with running() as bench:
            keeping = asyncio.ensure_future(bench.service._keep(Broken()))
            await bench.until(lambda: bench.line.status.faults)
            keeping.cancel()
            assert bench.line.status.faults == {"door": "it is locked"}
            assert (bench.line.status.state, bench.line.status.error) == (State.READY, "")
            part = await bench.part("P1")
            assert part.error == ""

    asyncio.run(run())
