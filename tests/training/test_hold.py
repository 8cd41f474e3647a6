"""A run's folder is written by one process at a time."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scuff.core.errors import CheckpointError
from scuff.core.recipe import Recipe
from scuff.dataset.patches import Patches
from scuff.training.hold import LOCK, hold
from scuff.training.run import Run, begin_run

HOLDER = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def run(tmp_path: Path, patches: Patches) -> Run:
    return begin_run(tmp_path / "run", patches, Recipe())


@contextmanager
def held_elsewhere(run: Run) -> Iterator["subprocess.Popen[str]"]:
    words = [sys.executable, "-c", HOLDER, str(run.folder / LOCK)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.kill()


def test_another_process_is_refused(run: Run) -> None:
    with (
        held_elsewhere(run),
        pytest.raises(CheckpointError, match="run: another process trains into it; wait for it, or stop it"),
        hold(run, wait=False),
    ):
        pass


def test_or_waited_for(run: Run) -> None:
    with held_elsewhere(run) as holder:
        freed = threading.Timer(0.5, holder.kill)
        freed.start()
        with hold(run, wait=True):
            assert holder.wait() == -signal.SIGKILL
        freed.join()


def test_a_process_that_died_holds_nothing(run: Run) -> None:
    with held_elsewhere(run) as holder:
        holder.kill()
        holder.wait()
        with hold(run, wait=False):
            pass


def test_a_helper_of_a_distributed_training_need_not_hold(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_RANK", "1")
    with held_elsewhere(run), hold(run, wait=False):
        assert run.folder.is_dir()
