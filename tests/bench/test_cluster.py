from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scuff.bench import cluster
from scuff.bench.cluster import run_tasks
from scuff.bench.plan import Plan, trials_of
from scuff.bench.task import Task

NODE = {"CPU": 2.0, "memory": 2.0**30}


class FakeRay:
    """A cluster that tells look by look what lives; its only task ends at the last."""

    exceptions = SimpleNamespace(RayTaskError=KeyError, RayError=RuntimeError)

    def __init__(self, *living: list[dict[str, float]]) -> None:
        self._living = list(living)
        self.options: dict[str, Any] = {}

    def nodes(self) -> list[dict[str, Any]]:
        """The machines that live now, and one that died."""
        living = self._living.pop(0)
        return [{"Alive": True, "Resources": node} for node in living] + [{"Alive": False, "Resources": NODE}]

    def remote(self, **_: object) -> Callable[..., Any]:
        def with_options(**options: Any) -> Any:
            self.options = options
            return SimpleNamespace(remote=lambda task, threads: ("reference", threads))

        return lambda function: SimpleNamespace(options=with_options)

    def wait(self, waiting: list[Any], **_: object) -> tuple[list[Any], list[Any]]:
        return (waiting, []) if len(self._living) == 1 else ([], waiting)

    def get(self, reference: object) -> str:
        return "it failed"


@pytest.fixture
def task(make_plan: Callable[..., Plan], tmp_path: Path) -> Task:
    return Task(trials_of(make_plan())[0], tmp_path, tmp_path / "run")


@pytest.fixture
def run_on(task: Task, monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeRay], list[str]]:
    """Run a task on a cluster; give what is said meanwhile."""

    def run(ray: FakeRay) -> list[str]:
        @contextmanager
        def connected(address: str) -> Iterator[FakeRay]:
            yield ray

        said: list[str] = []
        monkeypatch.setattr(cluster, "connected", connected)
        monkeypatch.setenv("RAY_task_oom_retries", "0")
        assert run_tasks([task], "local", say=said.append) == {task.trial.name: "it failed"}
        return said

    return run


def test_a_task_gets_its_share(run_on: Callable[[FakeRay], list[str]]) -> None:
    ray = FakeRay([NODE], [NODE])
    assert run_on(ray) == []
    assert ray.options == {"num_cpus": 2, "num_gpus": 0, "memory": 2**30, "max_retries": cluster.RETRIES}


def test_it_is_said_once_when_no_machine_is_left(run_on: Callable[[FakeRay], list[str]]) -> None:
    (said,) = run_on(FakeRay([NODE], [NODE], [], [{"CPU": 1.0, "memory": 2.0**30}], [NODE]))
    assert "No machine of the cluster is left on which a training can run" in said
    assert "each takes 2 CPU and 1.0 GiB of memory" in said
    assert "when such a machine joins" in said


def test_it_is_said_again_when_it_happens_again(run_on: Callable[[FakeRay], list[str]]) -> None:
    assert len(run_on(FakeRay([NODE], [], [NODE], [], [NODE]))) == 2
