"""Two cameras of 20 megapixels at two network ports, as at a real station; run with `make test-station`, as root."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles

import pytest
from tests.station.gige_booths import Booth, skip_without_aravis

from scuff.core.station_recipe import Simulation

pytestmark = [pytest.mark.netns, pytest.mark.timeout(600)]

PAIRS = 50
SCRIPT = Path(__file__).with_name("capture_pairs.py")
MTU = "9000"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@pytest.fixture
def namespaces() -> Iterator[list[str]]:
    """A station and two cameras, each joined to it by a network of its own, 10.77.1.0/24 and 10.77.2.0/24.

    The names hold the number of this process, so that none is met twice; with a namespace its ports go, too.
    """
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and iproute2")
    own = f"scuff{os.getpid()}"
    station, *cameras = names = [f"{own}-{role}" for role in ("station", "cam1", "cam2")]
    with ExitStack() as stack:
        for name in names:
            ip("netns", "add", name)
            stack.callback(ip, "netns", "del", name)
            ip("-n", name, "link", "set", "lo", "up")
        for number, camera in enumerate(cameras, start=1):
            here, there = f"s{number}", f"c{number}"
            ip("-n", station, "link", "add", here, "type", "veth", "peer", "name", there, "netns", camera)
            for name, port, host in ((station, here, 1), (camera, there, 2)):
                ip("-n", name, "addr", "add", f"10.77.{number}.{host}/24", "brd", "+", "dev", port)
                ip("-n", name, "link", "set", port, "mtu", MTU, "up")
        yield names


@pytest.fixture
def cameras(namespaces: list[str], simulation: Simulation) -> Iterator[tuple[str, ...]]:
    """IP addresses of two cameras of 5472×3648 pixels, which look at small pictures, much enlarged."""
    skip_without_aravis()
    with ExitStack() as stack:
        for number, (view, name) in enumerate(zip(("left", "right"), namespaces[1:], strict=True), start=1):
            sizes = ("--size", "5472x3648", "--render-size", "96x64", "--camera", view)
            booth = Booth(f"c{number}", f"BOOTH0{number}", simulation, *sizes, wrap=("ip", "netns", "exec", name))
            stack.callback(booth.end, signal.SIGTERM)
            booth.start()
        yield "10.77.1.2", "10.77.2.2"


def test_fifty_pairs_of_20_megapixels_lose_nothing(
    namespaces: list[str], cameras: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["ip", "netns", "exec", namespaces[0], sys.executable, str(SCRIPT), *cameras, str(PAIRS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    times_ms = said["times_ms"]
    with capsys.disabled():
        sys.stdout.write(f"\n{PAIRS} pairs of 5472×3648: {median(times_ms):.0f} ms per pair, ")
        sys.stdout.write(f"{quantiles(times_ms, n=20)[-1]:.0f} ms at the 95th percentile\n")
    assert sorted(set(said["errors"])) == []
    assert len(times_ms) == PAIRS
    assert said["shapes"] == [[True, 3648, 5472]]
    assert said["found"] == ["BOOTH01", "BOOTH02"]
