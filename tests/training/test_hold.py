"""Into a run's folder one process trains at a time."""

import errno
import fcntl
from pathlib import Path

import pytest
from tests.fixtures.holder import held_elsewhere

from scuff.core.errors import CheckpointError
from scuff.core.recipe import Recipe
from scuff.dataset.patches import Patches
from scuff.training.hold import hold
from scuff.training.run import Run, begin_run


@pytest.fixture
def run(tmp_path: Path, patches: Patches) -> Run:
    return begin_run(tmp_path / "run", patches, Recipe())


def test_another_process_is_refused(run: Run) -> None:
    with (
        held_elsewhere(run.folder),
        pytest.raises(CheckpointError, match="run: another process trains into it; wait for it, or stop it"),
        hold(run),
    ):
        pass


def test_or_waited_for(run: Run) -> None:
    said: list[str] = []
    with held_elsewhere(run.folder) as holder:

        def end_it(line: str) -> None:
            said.append(line)
            holder.kill()

        with hold(run, wait=end_it):
            assert said == [f"{run.folder}: waits for another process that trains into it"]


def test_a_process_that_died_holds_nothing(run: Run) -> None:
    with held_elsewhere(run.folder) as holder:
        holder.kill()
        holder.wait()
        with hold(run):
            pass


def test_a_helper_of_a_distributed_training_need_not_hold(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_RANK", "1")
    with held_elsewhere(run.folder), hold(run):
        assert run.folder.is_dir()


def test_a_file_system_without_locks_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", without)
    with pytest.raises(CheckpointError, match=r"no file can be locked there .*; mount it with locks"), hold(run):
        pass
