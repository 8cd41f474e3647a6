"""MLflow's own server, and its database without one."""

import os
import select
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scuff.bench.plan import Plan, trials_of
from scuff.bench.results import Result, read_result
from scuff.bench.task import Task, run_task
from scuff.bench.tracking import QUIET, Tracker
from scuff.core.errors import ScuffError
from scuff.dataset.patches import Patches

mlflow = pytest.importorskip("mlflow", reason="MLflow is missing: pip install scuff[mlflow]")

pytestmark = [
    # MLflow brings a hundred packages into the process, and threads that outlive the tests.
    pytest.mark.slow,
    # MLflow 3.17 about SQLAlchemy 2.1.
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning"),
]


@pytest.fixture
def done(make_plan: Callable[..., Plan], patches: Patches, tmp_path: Path) -> tuple[Result, Path]:
    """A training that is done, and its folder."""
    trial = trials_of(make_plan())[0]
    task = Task(trial, patches.folder, tmp_path / "run")
    assert run_task(task) == ""
    result = read_result(trial, task.folder)
    assert result is not None
    return result, task.folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """MLflow's server on this machine alone."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    store = ["--backend-store-uri", f"sqlite:///{tmp_path / 'server.db'}", "--artifacts-destination", str(tmp_path)]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with subprocess.Popen([*command, *store], env={**os.environ, **QUIET}, start_new_session=True) as process:
        try:
            while not answers(f"http://127.0.0.1:{port}/health"):
                assert process.poll() is None, "the server ended too early"
                select.select([], [], [], 0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, 15)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def check(uri: str, done: tuple[Result, Path]) -> None:
    result, folder = done
    for _ in range(2):  # the second time there is nothing to write
        Tracker(uri, "tiny").log(result, folder)
    client = mlflow.MlflowClient(uri)
    (run,) = client.search_runs([client.get_experiment_by_name("tiny").experiment_id])
    assert run.info.run_name == "test_efficientnet_dice_seed-0"
    assert run.info.status == "FINISHED"
    assert run.data.params["training.learning_rate"] == "0.01"
    assert run.data.metrics["test/f1"] == pytest.approx(result.figures["f1"])
    assert [point.step for point in client.get_metric_history(run.info.run_id, "val/loss")] == [1, 2]


@pytest.mark.timeout(300)
def test_a_server_keeps_each_training_once(server: str, done: tuple[Result, Path]) -> None:
    check(server, done)


def test_a_database_does_too(tmp_path: Path, done: tuple[Result, Path]) -> None:
    check(f"sqlite:///{tmp_path / 'runs.db'}", done)


@pytest.mark.parametrize("uri", ["sqlite:////dev/null/runs.db", "nowhere://here"])
def test_a_place_that_cannot_be_used_is_an_error(uri: str) -> None:
    with pytest.raises(ScuffError, match=f"--mlflow {uri}: cannot be used"):
        Tracker(uri, "tiny")
