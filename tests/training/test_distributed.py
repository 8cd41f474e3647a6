"""Two processes that train together come to what a single one comes to."""

import csv
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from scuff.core.errors import RecipeError
from scuff.core.recipe import Network, Recipe, Training
from scuff.dataset.patches import Patches
from scuff.dataset.split import Side
from scuff.nets.checkpoint import load_checkpoint
from scuff.training.fit import Processes, fit
from scuff.training.history import HISTORY
from scuff.training.run import begin_run

SETTINGS = (
    "--weights=none",
    "--accelerator=cpu",
    "--set=network.encoder=test_efficientnet",
    "--set=network.decoder_channels=[16, 16, 8, 8]",
    "--set=training.epochs=4",
    "--set=training.batch_size=6",
    "--set=training.learning_rate=0.001",
    "--set=training.precision=fp32",
)


def environment() -> dict[str, str]:
    """Variables without what a training in this process may have set."""
    return {name: value for name, value in os.environ.items() if name not in {"LOCAL_RANK", "MASTER_PORT"}}


def training(patches: Patches, run: Path, *options: str) -> list[str]:
    return ["-m", "scuff.cli.main", "train", str(patches.folder), str(run), *SETTINGS, *options]


def train(patches: Patches, run: Path, *options: str) -> list[dict[str, str]]:
    command = [sys.executable, *training(patches, run, *options)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=run.parent, env=environment(), check=False)
    assert done.returncode == 0, done.stderr
    return epochs(run)


def epochs(run: Path) -> list[dict[str, str]]:
    if not (run / HISTORY).is_file():
        return []
    with (run / HISTORY).open(newline="") as file:
        return list(csv.DictReader(file))


def assert_same_curve(one: list[dict[str, str]], two: list[dict[str, str]]) -> None:
    assert [line["epoch"] for line in two] == ["1", "2", "3", "4"]
    for alone, together in zip(one, two, strict=True):
        for name in ("train/loss", "val/loss", "val/f1", "val/precision", "val/recall", "lr", "step"):
            assert float(together[name]) == pytest.approx(float(alone[name]), rel=1e-3, abs=1e-4), name


def started(command: list[str], folder: Path) -> subprocess.Popen[str]:
    """Start a command as the first of its own group, so that its children can be killed with it."""
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=environment(),
        start_new_session=True,
    )


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize(
    "options",
    [(), ("--set=training.dice_pool=image", "--set=training.schedule=cosine")],
    ids=["dice of the batch", "dice of each image, cosine"],
)
def test_the_same_loss_curve(tmp_path: Path, patches: Patches, options: tuple[str, ...]) -> None:
    # Validation does not divide by the batch: its last one is filled up with what counts in nothing.
    assert len(patches.indices(Side.VALIDATION)) % 6
    one = train(patches, tmp_path / "one", *options)
    two = train(patches, tmp_path / "two", *options, "--devices=2")
    assert_same_curve(one, two)
    facts = [load_checkpoint(tmp_path / name / "checkpoint.pt").facts for name in ("one", "two")]
    assert facts[0].best_epoch == facts[1].best_epoch


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_machines_under_torchrun(tmp_path: Path, patches: Patches) -> None:
    """Two launches, as on two machines, that find each other by the loopback address."""
    one = train(patches, tmp_path / "one")
    port = free_port()
    launcher = (sys.executable, "-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=1")
    with ExitStack() as stack:
        launches = []
        for rank in (1, 0):
            found_by = (f"--node-rank={rank}", "--master-addr=127.0.0.1", f"--master-port={port}")
            command = [*launcher, *found_by, *training(patches, tmp_path / "two", "--devices=1", "--nodes=2")]
            launch = stack.enter_context(started(command, tmp_path))
            stack.callback(launch.terminate)
            launches.append(launch)
        for launch in launches:  # the first machine comes last, for it would wait long for another that has failed
            said, _ = launch.communicate()
            assert launch.returncode == 0, said
    assert_same_curve(one, epochs(tmp_path / "two"))
    assert load_checkpoint(tmp_path / "two" / "checkpoint.pt").facts.best_epoch


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_processes_go_on_where_they_were_killed(tmp_path: Path, patches: Patches) -> None:
    one, run = train(patches, tmp_path / "one"), tmp_path / "two"
    command = [sys.executable, *training(patches, run, "--devices=2")]
    with started(command, tmp_path) as killed:
        assert killed.stdout
        for line in killed.stdout:
            if line.startswith("Epoch 3"):  # so the second is kept
                break
        os.killpg(killed.pid, signal.SIGKILL)
    assert len(epochs(run)) < 4
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment(), check=False)
    assert done.returncode == 0, done.stderr
    trained = [line.split(":")[0] for line in done.stdout.splitlines() if line.startswith("Epoch ")]
    assert trained[-1] == "Epoch 4"
    assert len(trained) <= 2
    assert_same_curve(one, epochs(run))


@pytest.mark.parametrize(
    ("batch", "processes", "problem"),
    [
        (4, Processes(3), r"training\.batch_size = 4: cannot be divided among 3 processes"),
        (64, Processes(2), "a multiple of 2 that is no more than the 27 training patches"),
        (4, Processes(1, 2), "torchrun has started 0; start scuff on each machine by torchrun"),
    ],
)
def test_processes_that_cannot_train_together_are_refused(
    tmp_path: Path, patches: Patches, batch: int, processes: Processes, problem: str
) -> None:
    network = Network(encoder="test_efficientnet", decoder_channels=(16, 16, 8, 8), weights="none")
    run = begin_run(tmp_path / "run", patches, Recipe(network=network, training=Training(batch_size=batch)))
    with pytest.raises(RecipeError, match=problem):
        fit(run, patches, processes=processes)
