"""Train a network on patches: Lightning underneath, stoppable and resumable, the same result again."""

import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping
from lightning.pytorch.loggers import TensorBoardLogger
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader

from scuff.core.picture import write_whole
from scuff.core.recipe import Recipe
from scuff.dataset.patches import Patches
from scuff.dataset.samples import EpochOrder, PatchSamples
from scuff.dataset.split import Side
from scuff.dataset.transforms import Augment
from scuff.nets.unet import SurfaceUNet, make_unet
from scuff.training.history import History
from scuff.training.module import MONITOR, SurfaceModule
from scuff.training.precision import Device, choose_precision, keep_depthwise_fp32, keep_large_blocks
from scuff.training.progress import progress
from scuff.training.run import BEST, FITTED, LAST, Run
from scuff.training.saving import Keep, WholeFiles, next_epoch

Loader = DataLoader[tuple[Tensor, Tensor]]
Say = Callable[[str], object]
"""Shows a line to the user; ``click.echo`` fits."""


def fit(run: Run, patches: Patches, device: Device = "cpu", say: Say | None = None) -> Path:
    """Train, going on where an interrupted training of this run stood.

    Args:
        run: Where to train, and with which recipe.
        patches: What to train on.
        device: Where to compute.
        say: Called with what the network starts with, where that came from a file.

    Returns:
        The Lightning checkpoint of the epoch that did best on validation.

    Raises:
        SplitError: There is nothing to train on, or nothing to validate with.
        WeightsError: The weights that the recipe asks for cannot be had, or do not fit.
        CheckpointError: The checkpoint to go on from cannot be read.
    """
    if run.fitted:
        return run.folder / BEST
    recipe = run.record.recipe
    order = EpochOrder(patches.some(Side.TRAINING), recipe.seed, shuffle=True)
    if run.last:
        # Lightning tells the order its epoch only after worker processes have asked for the first patches.
        order.set_epoch(next_epoch(run.last))
    training = _loader(PatchSamples(patches, recipe.seed, Augment(recipe.augmentation)), order, recipe, device)
    validation = _loader(PatchSamples(patches, recipe.seed), _in_order(patches), recipe, device)
    keep_large_blocks()
    lightning.seed_everything(recipe.seed, verbose=False)
    module = SurfaceModule(_network(run, len(patches.record.classes), device, say), recipe.training)
    with warnings.catch_warnings():
        # Patches come from memory maps: more processes than the recipe says would only take cores from training.
        warnings.filterwarnings("ignore", ".*does not have many workers.*")
        warnings.filterwarnings("ignore", ".*Checkpoint directory .* exists and is not empty.*")
        warnings.filterwarnings("ignore", ".*LeafSpec.*", FutureWarning)  # Lightning 2.6 about torch 2.15
        _trainer(run, device).fit(module, training, validation, ckpt_path=run.last, weights_only=True)
    write_whole(run.folder / FITTED, "")
    return run.folder / BEST


def _in_order(patches: Patches) -> EpochOrder:
    indices: NDArray[np.int64] = patches.some(Side.VALIDATION)
    return EpochOrder(indices, 0, shuffle=False)


def _loader(samples: PatchSamples, order: EpochOrder, recipe: Recipe, device: Device) -> Loader:
    settings = recipe.training
    return DataLoader(
        samples,
        batch_size=settings.batch_size,
        sampler=order,
        # A last batch of one small patch has no variance for batch normalisation to use.
        drop_last=order.shuffle and len(order) >= settings.batch_size,
        num_workers=settings.workers,
        persistent_workers=settings.workers > 0,
        pin_memory=device == "cuda",
    )


def _network(run: Run, classes: int, device: Device, say: Say | None) -> SurfaceUNet:
    """Build the network to train; a run that goes on takes its weights from its own checkpoint."""
    settings = run.record.recipe.network
    weights = "none" if run.last else settings.weights
    network = make_unet(settings, classes, weights, say)
    network.to(memory_format=torch.channels_last)
    if device == "cpu":
        keep_depthwise_fp32(network)
    return network


def _trainer(run: Run, device: Device) -> lightning.Trainer:
    settings = run.record.recipe.training
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    precision = choose_precision(settings.precision, device)
    return lightning.Trainer(
        accelerator=device,
        devices=1,
        precision="bf16-mixed" if precision == "bf16" else "32-true",
        max_epochs=settings.epochs,
        callbacks=_callbacks(run.folder, settings.patience),
        logger=TensorBoardLogger(run.folder, name="", version="tensorboard"),
        plugins=[WholeFiles()],
        enable_model_summary=False,
        enable_progress_bar=sys.stderr.isatty(),
        num_sanity_val_steps=0,
        log_every_n_steps=1,
    )


def _callbacks(folder: Path, patience: int) -> list[Callback]:
    return [
        progress(),
        History(folder),
        EarlyStopping(MONITOR, patience=patience, mode="min", check_on_train_epoch_end=True),
        Keep(folder / BEST, MONITOR),
        Keep(folder / LAST),  # the last in the list: what it saves holds the others' state of the same epoch
    ]
