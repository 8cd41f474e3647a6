"""A process that is killed at a random moment loses nothing that a call had returned for, and leaves nothing half."""

import random
import signal
import subprocess
import sys
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

import pytest

from scuff.core.station_recipe import StoreSettings
from scuff.core.verdict import Outcome
from scuff.store.opening import open_store
from scuff.store.records import StoredPart
from scuff.store.store import Store

ROOT = Path(__file__).parents[2]
MOST_CALLS, MOST_S, START_S = 60, 0.02, 1.0

Said = defaultdict[str, set[int]]


def run_and_kill(url: str, pictures: Path, run: int, chance: random.Random) -> list[tuple[str, int]]:
    """Let it work for some calls and a moment more, or kill it while it starts; give what it said had returned."""
    command = [sys.executable, "-m", "tests.store.inspecting", url, str(pictures), str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        calls = chance.randrange(MOST_CALLS) if chance.random() < 0.8 else 0
        said = [process.stdout.readline() for _ in range(calls)]
        try:
            process.wait(timeout=chance.uniform(0, MOST_S if calls else START_S))
        except subprocess.TimeoutExpired:
            process.kill()
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return [(what, int(number)) for what, number in (line.split() for line in said)]


def check_parts(store: Store, said: Said) -> None:
    """Everything that was said is there, and of what was not said all or nothing is."""
    parts = {part.id: part for part in store.latest(10**6)}
    assert said["begun"] <= parts.keys()
    assert len({part.trigger for part in parts.values()}) == len(parts)
    for part in parts.values():
        check_part(part, said)
    without = {number for number, part in parts.items() if part.verdict is None}
    assert without == {left.id for left in store.unfinished()}
    assert without.isdisjoint(said["finished"] | said["closed"])
    assert said["acted"].isdisjoint(each.id for each in store.undelivered("mqtt", 0, 10**6))


def check_part(part: StoredPart, said: Said) -> None:
    assert part.part == f"N{part.id:06d}"
    assert len(part.frames) in ({2} if part.id in said["kept"] else {0, 2})
    assert len(part.acts) in ({1} if part.id in said["acted"] else {0, 1})
    if part.id in said["finished"]:
        assert part.verdict is not None
        assert part.verdict.outcome is Outcome.FAIL
    if part.verdict is None:
        assert (part.defects, part.report, part.finished_at) == ((), "", None)
    elif part.verdict.outcome is Outcome.FAIL:
        assert (len(part.defects), len(part.frames), part.report) == (2, 2, f"report {part.id}")
    else:
        assert (part.defects, part.error) == ((), "crash")


def check_pictures(store: Store) -> None:
    """Every file is whole, and every picture that a row names is there."""
    for path in store.pictures.folder.rglob("*.raw"):
        assert sha256(path.read_bytes()).hexdigest() == path.stem
    for part in store.latest(10**6):
        for frame in part.frames:
            store.pictures.verify(frame.picture_sha256)


def kill_times(times: int, url: str, pictures: Path) -> None:
    chance, said = random.Random(times), Said(set)
    for run in range(times):
        for what, number in run_and_kill(url, pictures, run, chance):
            said[what].add(number)
        store = open_store(StoreSettings(url=url, pictures=str(pictures), least_free_gb=0.0))
        check_parts(store, said)
        check_pictures(store)
        store.close()
    assert len(said["finished"]) > times


def test_a_killed_process_loses_nothing(url: str, tmp_path: Path) -> None:
    kill_times(4, url, tmp_path / "pictures")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_process_that_is_killed_forty_times_loses_nothing(url: str, tmp_path: Path) -> None:
    kill_times(40, url, tmp_path / "pictures")
