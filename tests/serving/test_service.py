import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.fixtures.fake_rig import FakeRig
from tests.serving.conftest import Running

from scuff.core.errors import StationError
from scuff.serving.port import State
from scuff.serving.service import Service
from scuff.serving.watchdog import HUNG
from scuff.station.acquisition_error import AcquisitionError

BEGIN = """
import asyncio, sys, threading
from pathlib import Path
from scuff.core.recipe import Recipe
from scuff.serving import logs, service, workers
from scuff.serving.product import Product
from scuff.station.rig import Rig
from scuff.store.opening import open_store

class Hangs(Rig):
    def __init__(self):
        pass

    def open(self):
        print("opening", flush=True)
        threading.Event().wait()

folder = Path(sys.argv[1])
recipe = Recipe.model_validate(
    {"store": {"url": f"sqlite:///{folder}/scuff.db", "pictures": str(folder / "pictures"), "least_free_gb": 0.0}}
)
logs.set_up(as_json=True)
store = open_store(recipe.store)
"""

RUN = 'asyncio.run(service.Service({"plate": Product(recipe, None, None, "")}, Hangs(), store, []).run())'


def hanging(folder: Path, change: str) -> "subprocess.Popen[str]":
    """Start a station whose cameras never come back from being opened."""
    command = [sys.executable, "-c", f"{BEGIN}\n{change}\n{RUN}", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_cameras_that_hang_while_they_are_opened_end_the_process(tmp_path: Path) -> None:
    with hanging(tmp_path, "workers.LIMITS_S = {workers.OPENING: 0.2}") as station:
        _, said = station.communicate()
    assert station.returncode == HUNG
    line = json.loads(said)
    assert line["event"] == "hung"
    assert line["reason"].startswith("opening of cameras and light has not come back for")
    assert any(name.startswith("opening") for name in line["stacks"])


def test_a_station_is_stopped_while_cameras_hang(tmp_path: Path) -> None:
    with hanging(tmp_path, "service.GRACE_S = 0.1") as station:
        assert station.stdout is not None
        assert station.stdout.readline() == "opening\n"
        station.terminate()
        _, said = station.communicate()
    assert station.returncode == 0
    line = json.loads(said)
    assert (line["event"], line["level"]) == ("stopped", "warning")
    assert line["reason"] == "cameras or light were still being opened 0.1 s after the station was told to stop"


def test_a_station_that_is_stopped_while_it_opens_closes_what_it_opened(
    running: Running, rig: FakeRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, stop, opened = threading.Event(), Service.stop, rig.open

    def tell(service: Service) -> None:
        stop(service)
        told.set()

    def slow() -> tuple[AcquisitionError, ...]:
        os.kill(os.getpid(), signal.SIGTERM)
        told.wait()
        return opened()

    async def run() -> None:
        async with running() as bench:
            await bench.until(lambda: False)

    monkeypatch.setattr(Service, "stop", tell)
    monkeypatch.setattr(rig, "open", slow)
    asyncio.run(run())
    assert not rig.is_open


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
