"""MLflow's own server, and its database without one."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.fixtures.postgres import PostgresServer

from scuff.bench.plan import Plan, trials_of
from scuff.bench.results import Result, read_result
from scuff.bench.task import Task, run_task
from scuff.bench.tracking import PATIENCE, QUIET, Tracker
from scuff.core.errors import ScuffError
from scuff.core.knock import KNOCK_S
from scuff.dataset.patches import Patches
from scuff.training.history import HISTORY
from scuff.training.run import load_run

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


class Server:
    """MLflow's server, in a process that can be stopped."""

    def __init__(self, address: str, process: "subprocess.Popen[bytes]") -> None:
        self.address, self._process = address, process

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """MLflow's server on this machine alone."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    store = ["--backend-store-uri", f"sqlite:///{tmp_path / 'server.db'}", "--artifacts-destination", str(tmp_path)]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with subprocess.Popen([*command, *store], env={**os.environ, **QUIET}, start_new_session=True) as process:
        running = Server(f"http://127.0.0.1:{port}", process)
        try:
            while not answers(f"{running.address}/health"):
                assert process.poll() is None, "the server ended too early"
                select.select([], [], [], 0.1)
            yield running
        finally:
            running.stop()


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
    record = load_run(folder).record
    assert run.data.tags["split_sha256"] == record.patch_record.split_sha256
    assert run.data.tags["catalogue_sha256"] == record.patch_record.catalogue_sha256
    assert (run.data.tags["scuff"], run.data.tags["commit"]) == (record.scuff, record.commit)


@pytest.mark.timeout(300)
def test_a_server_keeps_each_training_once(server: Server, done: tuple[Result, Path]) -> None:
    check(server.address, done)


def test_a_database_does_too(tmp_path: Path, done: tuple[Result, Path]) -> None:
    check(f"sqlite:///{tmp_path / 'runs.db'}", done)


def test_one_that_was_cut_short_while_it_was_written_is_written_anew(
    tmp_path: Path, done: tuple[Result, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    result, folder = done
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    tracker = Tracker(uri, "tiny")
    with monkeypatch.context() as patched:
        patched.setattr(mlflow.MlflowClient, "set_terminated", interrupt)
        with pytest.raises(KeyboardInterrupt):
            tracker.log(result, folder)
    check(uri, done)


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_long_training_is_written_in_pieces_that_mlflow_takes(tmp_path: Path, done: tuple[Result, Path]) -> None:
    result, folder = done
    heading, line, _ = (folder / HISTORY).read_text().splitlines()
    (folder / HISTORY).write_text("\n".join([heading, *[line] * 300]))  # of 8 figures each
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    Tracker(uri, "tiny").log(result, folder)
    client = mlflow.MlflowClient(uri)
    (run,) = client.search_runs([client.get_experiment_by_name("tiny").experiment_id])
    steps = [point.step for point in client.get_metric_history(run.info.run_id, "val/loss")]
    assert sorted(steps) == list(range(1, 301))


@pytest.mark.parametrize("uri", ["sqlite:////dev/null/runs.db", "nowhere://here"])
def test_a_place_that_cannot_be_used_is_an_error(uri: str) -> None:
    with pytest.raises(ScuffError, match=f"--mlflow {uri}: cannot be used"):
        Tracker(uri, "tiny")


@pytest.mark.timeout(30)  # by itself MLflow tries for minutes
@pytest.mark.parametrize("kind", ["http", "postgresql+psycopg"])
def test_where_nobody_answers_it_is_said_at_once_and_without_the_password(kind: str) -> None:
    with pytest.raises(ScuffError) as told:
        Tracker(f"{kind}://alice:s3cret@127.0.0.1:1/runs", "tiny")
    problem = "cannot be used (nobody answers at 127.0.0.1:1: Connection refused)"
    assert str(told.value).startswith(f"--mlflow {kind}://alice:***@127.0.0.1:1/runs: {problem}")


@pytest.mark.timeout(60)
def test_a_database_that_lets_nobody_in_is_said_at_once(postgres: PostgresServer) -> None:
    uri = f"postgresql+psycopg://postgres@127.0.0.1:{postgres.port}/nothing"
    with pytest.raises(ScuffError, match='database "nothing" does not exist'):
        Tracker(uri, "tiny")


@pytest.mark.timeout(300)
def test_a_server_that_ends_meanwhile_keeps_nobody(server: Server, done: tuple[Result, Path]) -> None:
    result, folder = done
    tracker = Tracker(server.address, "tiny")
    server.stop()
    began = time.monotonic()
    with pytest.raises(ScuffError, match="nobody answers at"):
        tracker.log(result, folder)
    assert time.monotonic() - began < KNOCK_S + 5


def test_what_a_user_sets_of_mlflows_patience_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PATIENCE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "99")
    Tracker(f"sqlite:///{tmp_path / 'runs.db'}", "tiny")
    assert {name: os.environ[name] for name in PATIENCE} == PATIENCE | {"MLFLOW_HTTP_REQUEST_TIMEOUT": "99"}
