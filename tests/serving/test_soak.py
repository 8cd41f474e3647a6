"""A station at the highest rate that it carries, for a long time: memory stays flat, and no part is lost."""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.fixtures.station_process import StationProcess

from scuff.core.bundle import Bundle
from scuff.core.recipe import Recipe
from scuff.core.station_recipe import Simulation

MINUTES = float(os.environ.get("SCUFF_SOAK_MINUTES", "30"))

WARM_SHARE = 0.5
"""Memory may grow in this share of the time: buffers and caches fill."""

MOST_MB_PER_HOUR = 60.0
CACHES_MB = 10.0
"""A slope that a station could not carry for a week; and what caches may still take in the second half of the test:
SQLite fills 2 MB for each of its connections as the database grows."""

LOOK_S = 1.0


def resident_mb(pid: int) -> float:
    """Memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def slope_per_hour(looks: list[tuple[float, float]]) -> float:
    """How fast memory grows once all is warm, in MB per hour: the median of all slopes (Theil and Sen)."""
    times, values = np.array(looks[int(WARM_SHARE * len(looks)) :]).T
    one, other = np.triu_indices(len(times), k=max(len(times) // 2, 1))
    return float(np.median((values[other] - values[one]) / (times[other] - times[one]))) * 3600


def test_a_slope_is_told_from_noise_and_steps() -> None:
    looks = [(float(second), max(300.0, 500.0 - second) + second / 36 + (second % 3)) for second in range(600)]
    assert slope_per_hour(looks) == pytest.approx(100, rel=0.02)


def drive(station: StationProcess, until: float, sent: list[int]) -> None:
    """Trigger the next part as soon as there is room for it."""
    while time.monotonic() < until:
        if station.get("/status")["state"] == "full":
            time.sleep(0.005)
        else:
            sent.append(station.trigger(f"soak-{len(sent)}"))


@pytest.mark.soak
@pytest.mark.timeout(60 * MINUTES + 300)
def test_memory_stays_flat(tmp_path: Path, simulation: Simulation, make_bundle: Callable[..., Bundle]) -> None:
    settings = {
        "frames": {"bayer": "RG"},
        "store": {
            "url": f"sqlite:///{tmp_path}/scuff.db",
            "pictures": str(tmp_path / "pictures"),
            "least_free_gb": 0.0,
            "keep_pass_days": 0.0,
            "keep_other_days": 0.0,
        },
    }
    recipe = Recipe.model_validate(settings).model_copy(update={"simulation": simulation})
    station = StationProcess(tmp_path, recipe, make_bundle().folder)
    station.start()
    sent: list[int] = []
    until = time.monotonic() + 60 * MINUTES
    driving = threading.Thread(target=drive, args=(station, until, sent))
    driving.start()
    looks: list[tuple[float, float]] = []
    while driving.is_alive():
        looks.append((time.monotonic(), resident_mb(station.pid)))
        driving.join(LOOK_S)
    while station.get("/status")["waiting"]:
        time.sleep(0.01)
    assert station.stop() == 0
    verdicts = [event for event in station.events() if event["event"] == "verdict"]
    slope = slope_per_hour(looks)
    rate = len(sent) / MINUTES / 60
    sys.stdout.write(f"\n{len(sent)} parts, {rate:.1f} a second; {looks[-1][1]:.0f} MB, {slope:+.1f} MB/hour\n")
    assert sorted(event["id"] for event in verdicts) == sent == list(range(1, len(sent) + 1))
    assert {event.get("error", "") for event in verdicts} <= {"", "queue-full"}
    assert slope < MOST_MB_PER_HOUR + CACHES_MB / ((1 - WARM_SHARE) * MINUTES / 60)
