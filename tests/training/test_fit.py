import csv
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from scuff.core.errors import CatalogueError, CheckpointError, SplitError
from scuff.core.recipe import Network, Recipe, Training
from scuff.core.tile import squares
from scuff.dataset.catalogue import load_catalogue, save_catalogue
from scuff.dataset.patches import Patches
from scuff.dataset.split import Division, Side, load_division, save_division
from scuff.inspection.tiling import score_frame
from scuff.nets.checkpoint import Checkpoint
from scuff.nets.losses import WeightedLoss
from scuff.nets.runtime import TorchRuntime
from scuff.training.finish import finish, frames_of
from scuff.training.fit import fit
from scuff.training.history import HISTORY
from scuff.training.run import FITTED, LAST, Run, begin_run, load_run

NETWORK = Network(encoder="test_efficientnet", decoder_channels=(16, 16, 8, 8), weights="none")


def recipe(**training: object) -> Recipe:
    settings = {"epochs": 3, "batch_size": 4, "learning_rate": 0.01, "precision": "fp32"} | training
    return Recipe(network=NETWORK, training=Training.model_validate(settings))


def train(folder: Path, patches: Patches, settings: Recipe) -> tuple[Run, Checkpoint]:
    run = begin_run(folder, patches, settings)
    best = fit(run, patches)
    return run, finish(run, best, *frames_of(run, Side.VALIDATION))


def epochs(run: Run) -> list[dict[str, str]]:
    with (run.folder / HISTORY).open(newline="") as file:
        return list(csv.DictReader(file))


def without_clock(lines: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{key: value for key, value in line.items() if key not in {"minutes", "patches_per_s"}} for line in lines]


def assert_same(checkpoint: Checkpoint, expected: Checkpoint) -> None:
    assert checkpoint.facts == expected.facts
    for name, weight in expected.state.items():
        torch.testing.assert_close(checkpoint.state[name], weight, msg=name)


def in_each_step(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something before each training step."""
    original = WeightedLoss.forward

    def forward(self: WeightedLoss, logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        if logits.requires_grad:
            act()
        return original(self, logits, truth)

    monkeypatch.setattr(WeightedLoss, "forward", forward)


def interrupt_in_step(monkeypatch: pytest.MonkeyPatch, number: int, error: type[BaseException]) -> None:
    """Let a training step of a run fail as Ctrl-C or a crash would let it."""
    steps = iter(range(1_000))

    def fail() -> None:
        if next(steps) == number:
            raise error

    in_each_step(monkeypatch, fail)


def count_steps(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Give a list that grows by one with each training step."""
    steps: list[None] = []
    in_each_step(monkeypatch, lambda: steps.append(None))
    return steps


def test_a_network_learns_bright_squares(tmp_path: Path, patches: Patches) -> None:
    _, checkpoint = train(tmp_path / "run", patches, recipe(epochs=8))
    runtime = TorchRuntime(checkpoint.network())
    masks = [score_frame(patch, runtime, squares(32)).mask(checkpoint.facts.threshold) for patch in patches.images]
    found, defective = np.stack(masks) == 1, np.asarray(patches.masks) == 1
    f1 = 2 * (found & defective).sum() / (found.sum() + defective.sum())
    assert f1 > 0.9


def test_what_a_run_leaves_behind(tmp_path: Path, patches: Patches) -> None:
    run, checkpoint = train(tmp_path / "run", patches, recipe())
    assert [line["epoch"] for line in epochs(run)] == ["1", "2", "3"]
    assert all(0 < float(line["train/loss"]) < 1 for line in epochs(run))
    assert list((run.folder / "tensorboard").glob("events*"))
    facts = checkpoint.facts
    best = min(epochs(run), key=lambda line: float(line["val/loss"]))
    assert facts.best_epoch == int(best["epoch"])
    assert (facts.tile_px, facts.classes) == (32, ("scratch",))
    assert facts.training_parts == 8
    assert "on 2 validation frames" in facts.threshold_source


@pytest.mark.parametrize(
    ("error", "raised", "settings"),
    [
        pytest.param(KeyboardInterrupt, SystemExit, {}, id="ctrl-c"),
        pytest.param(MemoryError, MemoryError, {"schedule": "cosine"}, id="crash, cosine"),
        pytest.param(MemoryError, MemoryError, {"precision": "bf16"}, id="crash, bf16"),
        pytest.param(MemoryError, MemoryError, {"workers": 1}, id="crash, workers"),
        pytest.param(
            MemoryError, MemoryError, {"epochs": 50, "patience": 2, "learning_rate": 1e-12}, id="crash, patience"
        ),
    ],
)
def test_an_interrupted_run_goes_on_to_the_same_result(
    tmp_path: Path,
    patches: Patches,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
    raised: type[BaseException],
    settings: dict[str, object],
) -> None:
    whole, expected = train(tmp_path / "whole", patches, recipe(**settings))
    steps_an_epoch = len(patches.indices(Side.TRAINING)) // 4
    with monkeypatch.context() as patched:
        interrupt_in_step(patched, steps_an_epoch + 1, error)
        with pytest.raises(raised):
            train(tmp_path / "cut", patches, recipe(**settings))
    assert not (tmp_path / "cut" / "checkpoint.pt").exists()
    (tmp_path / "cut").rename(tmp_path / "moved")
    steps = count_steps(monkeypatch)
    resumed, checkpoint = train(tmp_path / "moved", patches, recipe(**settings))
    assert_same(checkpoint, expected)
    assert without_clock(epochs(resumed)) == without_clock(epochs(whole))
    assert len(steps) == (len(epochs(whole)) - 1) * steps_an_epoch  # the first epoch is not trained again


def test_processes_that_prepare_patches_change_no_result(tmp_path: Path, patches: Patches) -> None:
    alone, expected = train(tmp_path / "alone", patches, recipe(workers=0))
    run, checkpoint = train(tmp_path / "helped", patches, recipe(workers=2))
    assert without_clock(epochs(run)) == without_clock(epochs(alone))
    for name, weight in expected.state.items():
        assert torch.equal(checkpoint.state[name], weight), name


@pytest.mark.parametrize("says_so", [True, False], ids=["fitted", "not yet fitted"])
@pytest.mark.parametrize(
    "settings",
    [{}, {"epochs": 50, "patience": 2, "learning_rate": 1e-12}, {"max_minutes": 1e-6}],
    ids=["epochs", "patience", "minutes"],
)
def test_a_kill_after_the_last_epoch_trains_no_other(
    tmp_path: Path, patches: Patches, monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], says_so: bool
) -> None:
    run = begin_run(tmp_path / "run", patches, recipe(**settings))
    best = fit(run, patches)
    lines, before = epochs(run), best.read_bytes()
    if not says_so:
        (run.folder / FITTED).unlink()
    steps = count_steps(monkeypatch)
    assert fit(run, patches) == best
    assert (epochs(run), best.read_bytes(), steps) == (lines, before, [])
    assert run.fitted


def test_a_checkpoint_that_cannot_be_read_is_said(tmp_path: Path, patches: Patches) -> None:
    run = begin_run(tmp_path / "run", patches, recipe())
    (run.folder / LAST).write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(CheckpointError, match=r"last\.ckpt: damaged, so this training cannot go on; delete"):
        fit(run, patches)


def test_a_catalogue_that_changed_is_refused_before_training(tmp_path: Path, patches: Patches) -> None:
    run = begin_run(tmp_path / "run", patches, recipe())
    catalogue = load_catalogue(run.catalogue)
    save_catalogue(catalogue.folder, catalogue.record, catalogue.rows[1:])
    with pytest.raises(CatalogueError, match=r"has changed since .* was begun"):
        frames_of(run, Side.VALIDATION)


def test_a_split_that_changed_is_refused(tmp_path: Path, patches: Patches) -> None:
    run = begin_run(tmp_path / "run", patches, recipe())
    division = load_division(run.split)
    sides = dict(division.sides)
    sides[division.parts(Side.TRAINING)[0]] = Side.TEST
    save_division(run.split, Division(sides))
    with pytest.raises(CatalogueError, match=r"split\.csv: has changed since"):
        frames_of(run, Side.TEST)


def test_a_run_starts_from_another_and_says_so_once(tmp_path: Path, patches: Patches) -> None:
    first, checkpoint = train(tmp_path / "first", patches, recipe(epochs=1))
    network = NETWORK.model_copy(update={"weights": str(first.checkpoint)})
    settings = recipe(epochs=1, learning_rate=1e-12).model_copy(update={"network": network})
    said: list[str] = []
    best = fit(second := begin_run(tmp_path / "second", patches, settings), patches, say=said.append)
    assert said == [f"encoder, decoder and head from {first.checkpoint}"]
    started = finish(second, best, *frames_of(second, Side.VALIDATION))
    for name in ("encoder.body.conv_stem.weight", "decoder.0.up.weight", "head.3.weight"):
        torch.testing.assert_close(started.state[name], checkpoint.state[name])
    fit(second, patches, say=said.append)
    assert len(said) == 1


def test_training_stops_without_gain(tmp_path: Path, patches: Patches) -> None:
    # At this rate nothing is learned, so gains end when batch normalisation has seen enough.
    run, checkpoint = train(tmp_path / "run", patches, recipe(epochs=50, patience=2, learning_rate=1e-12))
    assert len(epochs(run)) == checkpoint.facts.best_epoch + 2 < 50


def test_training_stops_when_the_time_is_up(tmp_path: Path, patches: Patches) -> None:
    run, _ = train(tmp_path / "run", patches, recipe(epochs=1000, patience=1000, max_minutes=1e-6))
    assert [line["step"] for line in epochs(run)] == ["1"]


def test_the_cosine_schedule_falls_over_the_epochs(tmp_path: Path, patches: Patches) -> None:
    run, _ = train(tmp_path / "run", patches, recipe(schedule="cosine"))
    steps = len(patches.indices(patches.rows[0].side)) // 4
    progress = [(epoch + (steps - 1) / steps) / 3 for epoch in range(3)]  # at the last step of each epoch
    rates = [0.01 * max(0.5 * (1 + math.cos(math.pi * share)), 0.01) for share in progress]
    assert [float(line["lr"]) for line in epochs(run)] == pytest.approx(rates, rel=0.01)


def test_a_loss_that_explodes_is_said(tmp_path: Path, patches: Patches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WeightedLoss, "forward", lambda self, logits, truth: logits.sum() * math.nan)
    with pytest.raises(CheckpointError, match=r"the loss became nan in epoch 1; .* \(now 0\.01\)"):
        train(tmp_path / "run", patches, recipe())


def test_a_validation_loss_that_is_no_number_is_said(
    tmp_path: Path, patches: Patches, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = count_steps(monkeypatch)
    counted = WeightedLoss.forward
    steps_an_epoch = len(patches.indices(Side.TRAINING)) // 4

    def forward(self: WeightedLoss, logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        spoilt = not logits.requires_grad and len(steps) > steps_an_epoch
        return counted(self, logits * math.nan if spoilt else logits, truth)

    monkeypatch.setattr(WeightedLoss, "forward", forward)
    with pytest.raises(CheckpointError, match=r"the loss on validation became nan in epoch 2; train into another"):
        train(tmp_path / "run", patches, recipe())
    run = load_run(tmp_path / "run")
    assert not run.fitted
    assert len(epochs(run)) == 1


def test_bf16_trains_too(tmp_path: Path, patches: Patches) -> None:
    run, _ = train(tmp_path / "run", patches, recipe(epochs=1, precision="bf16"))
    assert math.isfinite(float(epochs(run)[0]["train/loss"]))


def test_no_validation_patches_is_said(tmp_path: Path, patches: Patches) -> None:
    training_only = Patches(
        patches.folder,
        patches.record,
        tuple(row for row in patches.rows if row.side != "validation"),
        patches.images,
        patches.masks,
    )
    run = begin_run(tmp_path / "run", training_only, recipe())
    with pytest.raises(SplitError, match="holds no validation patches; give that side a larger share"):
        fit(run, training_only)
