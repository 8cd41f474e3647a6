"""A disk that is full is told with the file and what to do; nothing half is there, and with room all goes on."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.fixtures.stores import Open, begin, finish, frame

from scuff.core.errors import StoreError
from scuff.store.pictures import LOCK, UNFINISHED
from scuff.store.store import Store

ROOT = Path(__file__).parents[2]
KB = 1000

LIMITED = """
import resource, sys
from pathlib import Path
from scuff.core.station_recipe import StoreSettings
from scuff.store.opening import open_store
from tests.fixtures.stores import begin
from tests.store.test_full_disk import inspect, until_refused

folder = Path(sys.argv[1])
url = f"sqlite:///{folder}/scuff.db"
store = open_store(StoreSettings(url=url, pictures=str(folder / "pictures"), least_free_gb=0.0))
inspect(store, "first")
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
print(until_refused(lambda number: store.pictures.put(bytes(2_000_000), ".raw")))
print(until_refused(lambda number: begin(store, f"T{number}", "part " * 50_000)))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
inspect(store, "last")
print(len(store.unfinished()), store.counts().outcomes["pass"])
"""


def inspect(store: Store, trigger: str) -> None:
    """Take a part on, keep its picture, and finish it."""
    number = begin(store, trigger)
    picture = store.pictures.put(trigger.encode(), ".raw")
    store.keep_frames(number, [frame("left", picture)])
    finish(store, number)
    store.pictures.verify(picture)


def until_refused(work: Callable[[int], object]) -> str:
    """Do something again and again until the store refuses; give how often it was done, and what it said."""
    for number in count():
        try:
            work(number)
        except StoreError as error:
            return f"{number} {error}"
    raise AssertionError


def test_a_file_that_may_not_grow_is_told_and_all_goes_on_afterwards(tmp_path: Path) -> None:
    """The system cuts the writes of a process short, as a full disk does."""
    command = [sys.executable, "-c", LIMITED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    picture, part, counts = done.stdout.splitlines()
    assert f"{tmp_path}/pictures" in picture
    assert ".raw: File too large; make room on its disk" in picture
    stored, _, said = part.partition(" ")
    assert said.startswith(f"{tmp_path}/scuff.db: disk I/O error; the disk fails or is full")
    assert counts == f"{stored} 2"
    assert not list((tmp_path / "pictures" / UNFINISHED).iterdir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    if os.getuid() != 0:
        pytest.skip("only root mounts a disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode()}")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.slow  # not because it is: where nothing may be mounted, it must not fail
def test_a_full_disk_is_told_and_all_goes_on_when_there_is_room(small_disk: Path, open_at: Open) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(800 * KB))
    store = open_at(f"sqlite:///{small_disk}/scuff.db", pictures=str(small_disk / "pictures"))
    inspect(store, "first")
    said = until_refused(lambda number: store.pictures.put(number.to_bytes(100 * KB, "big"), ".raw"))
    assert ".raw: No space left on device; make room on its disk" in said
    # The database is fuller than it is large: the pictures have left less than one page of text.
    said = until_refused(lambda number: begin(store, f"T{number}", "part " * 5_000))
    assert "scuff.db: database or disk is full; make room on that disk, and scuff goes on by itself" in said
    stored = int(said.partition(" ")[0])
    assert len(store.unfinished()) == stored
    filler.unlink()
    inspect(store, "last")
    assert len(store.unfinished()) == stored
    names = [path for path in (small_disk / "pictures").rglob("*") if path.is_file() and path.name != LOCK]
    for path in names:
        store.pictures.verify(path.stem)


def test_too_little_room_is_told_before_the_disk_is_full(tmp_path: Path, open_at: Open) -> None:
    store = open_at(f"sqlite:///{tmp_path}/scuff.db", least_free_gb=1e6)
    with pytest.raises(StoreError, match=r"GB are free, and store.least_free_gb = 1e\+06; make room, or let pictures"):
        store.check()
    open_at(f"sqlite:///{tmp_path}/scuff.db").check()
