"""Two processes that train together come to what a single one comes to."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scuff.core.errors import RecipeError
from scuff.core.recipe import Network, Recipe, Training
from scuff.dataset.patches import Patches
from scuff.dataset.split import Side
from scuff.nets.checkpoint import load_checkpoint
from scuff.training.fit import Processes, fit
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


def train(patches: Patches, run: Path, *options: str) -> list[dict[str, str]]:
    command = [sys.executable, "-m", "scuff.cli.main", "train", str(patches.folder), str(run), *SETTINGS, *options]
    alone = {name: value for name, value in os.environ.items() if name not in {"LOCAL_RANK", "MASTER_PORT"}}
    done = subprocess.run(command, capture_output=True, text=True, cwd=run.parent, env=alone, check=False)
    assert done.returncode == 0, done.stderr
    with (run / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


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
    assert [line["epoch"] for line in two] == ["1", "2", "3", "4"]
    for alone, together in zip(one, two, strict=True):
        for name in ("train/loss", "val/loss", "val/f1", "val/precision", "val/recall", "lr", "step"):
            assert float(together[name]) == pytest.approx(float(alone[name]), rel=1e-3, abs=1e-4), name
    facts = [load_checkpoint(tmp_path / name / "checkpoint.pt").facts for name in ("one", "two")]
    assert facts[0].best_epoch == facts[1].best_epoch


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
