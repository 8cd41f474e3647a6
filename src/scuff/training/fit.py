"""Train a network on patches: Lightning underneath, stoppable and resumable, the same result again."""

import logging
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint
from lightning.pytorch.loggers import TensorBoardLogger
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader

from scuff.core.errors import ScuffError
from scuff.core.recipe import Recipe
from scuff.dataset.catalogue import Catalogue, Row, load_catalogue
from scuff.dataset.patches import Patches
from scuff.dataset.samples import EpochOrder, PatchSamples
from scuff.dataset.split import Side, load_division
from scuff.dataset.transforms import Augment
from scuff.evaluation.frames import Progress, score_histogram
from scuff.evaluation.operating_point import ScoreHistogram, best_f1
from scuff.nets.checkpoint import Checkpoint, CheckpointFacts, save_checkpoint
from scuff.nets.runtime import TorchRuntime
from scuff.nets.unet import SurfaceUNet, make_unet
from scuff.training.history import History
from scuff.training.module import MONITOR, SurfaceModule
from scuff.training.precision import choose_precision, keep_depthwise_fp32, keep_large_blocks
from scuff.training.progress import progress
from scuff.training.run import BEST, LAST, Run

Loader = DataLoader[tuple[Tensor, Tensor]]


def fit(run: Run, patches: Patches, accelerator: str = "auto") -> Path:
    """Train, going on where an interrupted training of this run stood.

    Args:
        run: Where to train, and with which recipe.
        patches: What to train on.
        accelerator: As Lightning names them.

    Returns:
        The Lightning checkpoint of the epoch that did best on validation.

    Raises:
        SplitError: There is nothing to train on, or nothing to validate with.
        WeightsError: The weights that the recipe asks for cannot be had.
    """
    recipe = run.record.recipe
    training, validation = _loaders(patches, recipe)
    keep_large_blocks()
    lightning.seed_everything(recipe.seed, verbose=False)
    module = SurfaceModule(_network(run, len(patches.record.classes)), recipe.training)
    with warnings.catch_warnings():
        # Patches come from memory maps: more processes than the recipe says would only take cores from training.
        warnings.filterwarnings("ignore", ".*does not have many workers.*")
        warnings.filterwarnings("ignore", ".*Checkpoint directory .* exists and is not empty.*")
        warnings.filterwarnings("ignore", ".*LeafSpec.*", FutureWarning)  # Lightning 2.6 about torch 2.15
        trainer = _trainer(run, accelerator)
        trainer.fit(module, training, validation, ckpt_path=run.last, weights_only=True)
    return run.folder / BEST


def validation_frames(run: Run) -> tuple[Catalogue, list[Row]]:
    """Give the catalogue and the frames that a run's threshold is chosen on."""
    catalogue = load_catalogue(run.catalogue)
    return catalogue, load_division(run.split).rows(catalogue, Side.VALIDATION)


def finish(
    run: Run, best: Path, catalogue: Catalogue, rows: Sequence[Row], progress: Progress | None = None
) -> Checkpoint:
    """Choose the threshold on whole validation frames and write the checkpoint.

    Args:
        run: The run that was fitted.
        best: The Lightning checkpoint of the best epoch.
        catalogue: Where the validation frames are; with the rows, as ``validation_frames`` gives them.
        rows: The validation frames.
        progress: Called with 1 after each of them.
    """
    recipe = run.record.recipe
    content = torch.load(best, map_location="cpu", weights_only=True)
    state = {
        key.removeprefix("network."): value
        for key, value in content["state_dict"].items()
        if key.startswith("network.")
    }
    record, settings = run.record.patch_record, recipe.patches
    network = make_unet(recipe.network.encoder, recipe.network.decoder_channels, len(record.classes), "none")
    network.load_state_dict(state)
    runtime = TorchRuntime(network, "cuda" if torch.cuda.is_available() else "cpu")
    histogram = score_histogram(catalogue, rows, runtime, settings.size_px, settings.overlap, progress)
    threshold, source = _threshold(histogram)
    facts = CheckpointFacts(
        recipe=recipe,
        classes=record.classes,
        threshold=threshold,
        threshold_source=source,
        weights=recipe.network.weights,
        scuff=run.record.scuff,
        commit=run.record.commit,
        catalogue_sha256=record.catalogue_sha256,
        split_sha256=record.split_sha256,
        training_parts=len(load_division(run.split).parts(Side.TRAINING)),
        best_epoch=int(content["epoch"]) + 1,
    )
    checkpoint = Checkpoint(facts, state)
    save_checkpoint(run.checkpoint, checkpoint)
    return checkpoint


def _loaders(patches: Patches, recipe: Recipe) -> tuple[Loader, Loader]:
    training, validation = patches.some(Side.TRAINING), patches.some(Side.VALIDATION)
    augment = Augment(recipe.augmentation)
    return (
        _loader(patches, training, recipe, augment),
        _loader(patches, validation, recipe, None),
    )


def _loader(patches: Patches, indices: NDArray[np.int64], recipe: Recipe, augment: Augment | None) -> Loader:
    settings = recipe.training
    return DataLoader(
        PatchSamples(patches, recipe.seed, augment),
        batch_size=settings.batch_size,
        sampler=EpochOrder(indices, recipe.seed, shuffle=augment is not None),
        # A last batch of one small patch has no variance for batch normalisation to use.
        drop_last=augment is not None and len(indices) >= settings.batch_size,
        num_workers=settings.workers,
        persistent_workers=settings.workers > 0,
        pin_memory=torch.cuda.is_available(),
    )


def _network(run: Run, classes: int) -> SurfaceUNet:
    """Build the network to train; a run that goes on takes its weights from its own checkpoint."""
    recipe = run.record.recipe
    settings = recipe.network
    weights = "none" if run.last else settings.weights
    network = make_unet(settings.encoder, settings.decoder_channels, classes, weights)
    network.to(memory_format=torch.channels_last)
    if not torch.cuda.is_available():
        keep_depthwise_fp32(network)
    return network


def _trainer(run: Run, accelerator: str) -> lightning.Trainer:
    settings = run.record.recipe.training
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    on_gpu = accelerator in {"auto", "gpu", "cuda"} and torch.cuda.is_available()
    precision = choose_precision(settings.precision, "cuda" if on_gpu else "cpu")
    return lightning.Trainer(
        accelerator=accelerator,
        devices=1,
        precision="bf16-mixed" if precision == "bf16" else "32-true",
        max_epochs=settings.epochs,
        callbacks=_callbacks(run.folder, settings.patience),
        logger=TensorBoardLogger(run.folder, name="", version="tensorboard"),
        enable_model_summary=False,
        enable_progress_bar=sys.stderr.isatty(),
        num_sanity_val_steps=0,
        log_every_n_steps=1,
    )


def _callbacks(folder: Path, patience: int) -> list[Callback]:
    saving: dict[str, Any] = {
        "dirpath": folder,
        "save_on_train_epoch_end": True,
        "enable_version_counter": False,
    }
    callbacks: list[Callback] = [
        progress(),
        History(folder),
        EarlyStopping(MONITOR, patience=patience, mode="min", check_on_train_epoch_end=True),
        ModelCheckpoint(filename=Path(BEST).stem, monitor=MONITOR, mode="min", **saving),
        # Last in the list: what it saves holds the others' state of the same epoch.
        ModelCheckpoint(filename=Path(LAST).stem, **saving),
    ]
    return callbacks


def _threshold(histogram: ScoreHistogram) -> tuple[float, str]:
    """Choose the threshold; where the validation frames cannot carry a choice, say so and take one half."""
    try:
        point = best_f1(histogram)
    except ScuffError as error:
        return 0.5, f"0.5 by default: {error}"
    return point.threshold, f"best pixel F1 ({point.f1:.3f}) on {point.frames} validation frames"
