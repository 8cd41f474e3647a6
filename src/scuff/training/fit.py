"""Train a network on patches: Lightning underneath, stoppable and resumable, the same result again."""

import logging
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import lightning
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping
from lightning.pytorch.loggers import TensorBoardLogger
from torch import Tensor
from torch.utils.data import DataLoader

from scuff.core.errors import RecipeError
from scuff.core.picture import write_whole
from scuff.dataset.patches import Patches
from scuff.dataset.samples import EpochOrder, PatchSamples
from scuff.dataset.split import Side
from scuff.dataset.transforms import Augment
from scuff.nets.together import share_batch_norms
from scuff.nets.unet import SurfaceUNet, make_unet
from scuff.training.history import History
from scuff.training.module import MONITOR, SurfaceModule
from scuff.training.precision import Device, choose_precision, keep_depthwise_fp32, keep_large_blocks
from scuff.training.progress import progress
from scuff.training.replay import Replay
from scuff.training.run import BEST, FITTED, LAST, Run
from scuff.training.saving import Keep, WholeFiles, next_epoch
from scuff.training.workers import choose_workers, cores_for

Loader = DataLoader[tuple[Tensor, Tensor]]
Say = Callable[[str], object]
"""Shows a line to the user; ``click.echo`` fits."""


@dataclass(frozen=True, slots=True)
class Processes:
    """Processes that train together, each on a device of its own.

    Attributes:
        each: On each machine.
        machines: How many machines.
    """

    each: int = 1
    machines: int = 1

    @property
    def all(self) -> int:
        """On all machines."""
        return self.each * self.machines

    def check(self, device: Device, batch: int, patches: int) -> None:
        """Refuse what cannot work, before anything waits for the others.

        Args:
            device: Where each computes.
            batch: Patches of a step.
            patches: Patches to train on.

        Raises:
            RecipeError: There are not so many devices or machines, or a batch cannot be divided among them.
        """
        if self.all == 1:
            return
        if device == "cuda" and self.each > torch.cuda.device_count():
            raise RecipeError(f"--devices {self.each}: this machine has {torch.cuda.device_count()} GPUs")
        started = int(os.environ.get("WORLD_SIZE", 0))
        if (self.machines > 1 or torch.distributed.is_torchelastic_launched()) and started != self.all:
            raise RecipeError(
                f"--devices {self.each} --nodes {self.machines}: these are {self.all} processes, and torchrun has "
                f"started {started}; start scuff on each machine by torchrun, with these numbers"
            )
        if batch % self.all or patches < batch:
            raise RecipeError(
                f"training.batch_size = {batch}: cannot be divided among {self.all} processes; take a multiple of "
                f"{self.all} that is no more than the {patches} training patches"
            )


class NotTheFirst(SystemExit):
    """Ends a process of a distributed training that is not the first: its work is done."""


def fit(
    run: Run, patches: Patches, device: Device = "cpu", say: Say | None = None, processes: Processes | None = None
) -> Path:
    """Train, going on where an interrupted training of this run stood.

    Several processes divide each batch among them and train as a single one would. Only the first of them returns.

    Args:
        run: Where to train, and with which recipe.
        patches: What to train on.
        device: Where to compute.
        say: Called with what the network starts with, where that came from a file.
        processes: How many train together; one if not given.

    Returns:
        The Lightning checkpoint of the epoch that did best on validation.

    Raises:
        SplitError: There is nothing to train on, or nothing to validate with.
        WeightsError: The weights that the recipe asks for cannot be had, or do not fit.
        CheckpointError: The checkpoint to go on from cannot be read.
        RecipeError: So many processes cannot train together.
        NotTheFirst: This process has helped the first one, which goes on alone.
    """
    if run.fitted:
        return run.folder / BEST
    recipe, together = run.record.recipe, processes or Processes()
    batch, numbers = recipe.training.batch_size, patches.some(Side.TRAINING)
    together.check(device, batch, len(numbers))
    order = EpochOrder(numbers, recipe.seed, shuffle=True, batch=batch)
    if run.last:
        # Lightning tells the order its epoch only after worker processes have asked for the first patches.
        order.set_epoch(next_epoch(run.last))
    varied, as_cut = (PatchSamples(patches, recipe.seed, vary) for vary in (Augment(recipe.augmentation), None))
    workers = choose_workers(recipe.training.workers, device, cores_for(together.each))
    in_order = EpochOrder(patches.some(Side.VALIDATION), 0, shuffle=False, batch=batch)
    training, validation = (
        _loader(samples, keys, workers, device, batch // together.all)
        for samples, keys in ((varied, order), (as_cut, in_order))
    )
    keep_large_blocks()
    lightning.seed_everything(recipe.seed, verbose=False)
    if device == "cpu" and together.each > 1:
        torch.set_num_threads(max(1, torch.get_num_threads() // together.each))
    network = _network(run, len(patches.record.classes), device, say)
    if together.all > 1:
        share_batch_norms(network)
    module = SurfaceModule(network, recipe.training)
    trainer = _trainer(run, device, together)
    with warnings.catch_warnings():
        # Patches come from memory maps: more processes than the recipe says would only take cores from training.
        warnings.filterwarnings("ignore", ".*does not have many workers.*")
        warnings.filterwarnings("ignore", ".*Checkpoint directory .* exists and is not empty.*")
        warnings.filterwarnings("ignore", ".*LeafSpec.*", FutureWarning)  # Lightning 2.6 about torch 2.15
        trainer.fit(module, training, validation, ckpt_path=run.last, weights_only=True)
    if not trainer.is_global_zero:
        raise NotTheFirst
    write_whole(run.folder / FITTED, "")
    return run.folder / BEST


def _loader(samples: PatchSamples, order: EpochOrder, workers: int, device: Device, batch: int) -> Loader:
    return DataLoader(
        samples,
        batch_size=batch,
        sampler=order,
        num_workers=workers,
        persistent_workers=workers > 0,
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


def _trainer(run: Run, device: Device, together: Processes) -> lightning.Trainer:
    settings = run.record.recipe.training
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    precision = choose_precision(settings.precision, device)
    callbacks = _callbacks(run.folder, settings.patience)
    if device == "cuda" and together.all == 1:
        callbacks.append(Replay(precision))
    return lightning.Trainer(
        accelerator=device,
        devices=together.each,
        num_nodes=together.machines,
        strategy="ddp" if together.all > 1 else "auto",
        use_distributed_sampler=False,  # the order divides batches itself
        precision="bf16-mixed" if precision == "bf16" else "32-true",
        max_epochs=settings.epochs,
        callbacks=callbacks,
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
