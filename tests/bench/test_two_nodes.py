"""A plan on a cluster of two nodes, one of which dies."""

import csv
import importlib.util
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from tests.fixtures.ray_cluster import Nodes

from scuff.bench.task import LOG
from scuff.dataset.patches import Patches
from scuff.training.hold import LOCK

WORKER = "ray::run_task"
"""What Ray calls a process in which a training runs."""

EPOCHS = 30

FIRST_EPOCHS = 8
"""Epochs of both trainings together before anything is killed: one of them has 4 at least, more than kills cost."""

KILLS = 2
"""Each may cost a training the epoch at hand: what was printed and not yet kept is printed again."""


def lines(run: Path) -> list[dict[str, str]]:
    if not (run / "metrics.csv").is_file():
        return []
    with (run / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def without_clock(run: Path) -> list[dict[str, str]]:
    return [{key: line[key] for key in line if key not in {"minutes", "patches_per_s"}} for line in lines(run)]


def wait_for_epochs(count: int, out: Path, run: subprocess.Popen[bytes]) -> None:
    """Wait until so many epochs of all trainings together are written."""
    while sum(len(lines(folder)) for folder in out.glob("runs/*")) < count:
        assert run.poll() is None, "the command ended too early"
        select.select([], [], [], 0.01)


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is missing: pip install scuff[cluster]")
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_whatever_dies_the_trainings_go_on(nodes: Nodes, plan_file: Path, patches: Patches, tmp_path: Path) -> None:
    plan_file.write_text(plan_file.read_text().replace("epochs = 2", f"epochs = {EPOCHS}\npatience = 100"))
    command = [sys.executable, "-m", "scuff.cli.main", "bench", str(plan_file), "--patches", str(patches.folder)]
    whole, disturbed = tmp_path / "whole", tmp_path / "disturbed"
    # A core for each training, as on the nodes: sums over two cores round otherwise.
    locally = [*command, "--at-once", str(len(os.sched_getaffinity(0)))]
    alone = {**os.environ, "HOME": str(tmp_path)}  # where Ray keeps its token
    assert subprocess.run([*locally, "--out", str(whole)], env=alone).returncode == 0

    # The command itself is killed on this machine alone; it goes on on a cluster, of which a node is killed.
    with subprocess.Popen([*locally, "--out", str(disturbed)], env=alone) as run:
        wait_for_epochs(FIRST_EPOCHS, disturbed, run)
        run.kill()
    for folder in disturbed.glob("runs/*"):  # what it leaves behind lives on for some seconds
        with FileLock(folder / LOCK):
            pass
    before = sum(len(lines(folder)) for folder in disturbed.glob("runs/*"))
    with subprocess.Popen([*command, "--out", str(disturbed), "--ray-address", nodes.address]) as run:
        wait_for_epochs(before + 2, disturbed, run)
        nodes.kill_a_working_node(WORKER)
    assert run.returncode == 0
    names = sorted(path.name for path in (whole / "runs").iterdir())
    assert names == ["test_efficientnet_dice_seed-0", "test_resnet_dice_seed-0"]
    for name in names:
        assert without_clock(disturbed / "runs" / name) == without_clock(whole / "runs" / name)
        trained = (disturbed / "runs" / name / LOG).read_text().count("Epoch ")
        assert trained <= EPOCHS + KILLS
    assert (disturbed / "results.md").is_file()
