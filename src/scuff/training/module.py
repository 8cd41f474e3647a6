"""One step of training and of validation, as Lightning wants them."""

import math
import time

import lightning
import torch
from torch import Tensor

from scuff.core.errors import CheckpointError
from scuff.core.mask import OUTSIDE, SOUND
from scuff.core.recipe import Training
from scuff.nets.losses import WeightedLoss
from scuff.nets.together import processes
from scuff.nets.unet import SurfaceUNet, probabilities

MONITOR = "val/loss"
"""What stops training and chooses the best epoch: the loss on the validation patches, lowest first.

It weighs all classes alike and needs no threshold, which is chosen only afterwards.
"""
VAL_F1 = "val/f1"
"""Pixel F1 pooled over the validation patches, at score 0.5."""

Batch = tuple[Tensor, Tensor]


class SurfaceModule(lightning.LightningModule):
    """Trains a network with Adam on the weighted loss."""

    def __init__(self, network: SurfaceUNet, settings: Training) -> None:
        """Take a network and how to train it."""
        super().__init__()
        self.network = network
        self.settings = settings
        self.loss = WeightedLoss(settings.bce_weight, settings.dice_weight, settings.dice_pool)
        self._counts = torch.zeros(3, dtype=torch.int64)  # true positives, false positives, false negatives
        self._earlier_s = 0.0
        self._began_s = time.monotonic()

    @property
    def trained_s(self) -> float:
        """Seconds of training so far, those before a resume included."""
        return self._earlier_s + time.monotonic() - self._began_s

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Make Adam."""
        return torch.optim.Adam(self.parameters(), self.settings.learning_rate, fused=True)

    def on_fit_start(self) -> None:
        """Begin no further epoch where training was over when it was killed."""
        patience = self.trainer.early_stopping_callback
        if self._is_late(self._earlier_s) or (patience and patience.wait_count >= patience.patience):
            self.trainer.should_stop = True

    def on_train_start(self) -> None:
        """Start the clock."""
        self._began_s = time.monotonic()

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Set the learning rate for where training stands."""
        if self.settings.schedule == "cosine":
            passed = self.trainer.strategy.broadcast(self._progress(batch_idx))  # clocks differ
            factor = 0.5 * (1 + math.cos(math.pi * passed))
            for group in self.trainer.optimizers[0].param_groups:
                group["lr"] = self.settings.learning_rate * max(factor, 0.01)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Score a batch."""
        pixels, truth = batch
        loss: Tensor = self.loss(self.network(_channels_last(pixels)), truth)
        self._check(loss, "the loss")
        self.log("train/loss", loss, on_step=False, on_epoch=True, batch_size=len(pixels), sync_dist=processes() > 1)
        return loss

    def on_train_batch_end(self, outputs: object, batch: Batch, batch_idx: int) -> None:
        """Stop when the time is up."""
        if self.settings.max_minutes is not None:
            late = self.trainer.strategy.reduce_boolean_decision(self._is_late(self.trained_s), all=False)
            self.trainer.should_stop = self.trainer.should_stop or late

    def on_validation_epoch_start(self) -> None:
        """Begin to count."""
        self._counts.zero_()

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Count a batch."""
        pixels, truth = batch
        logits = self.network(_channels_last(pixels))
        loss: Tensor = self.loss(logits, truth)
        self._check(loss, "the loss on validation")  # else Lightning would end the training as if it were done
        real = int((truth != OUTSIDE).flatten(1).any(dim=1).sum())  # without those that count in nothing
        self.log("val/loss", loss, batch_size=real, sync_dist=processes() > 1)
        found = probabilities(logits.float()).sum(dim=1) >= 0.5
        defective, inside = truth != SOUND, truth != OUTSIDE
        triple = (found & defective, found & ~defective, ~found & defective)
        self._counts += torch.stack([(pixels_of & inside).sum() for pixels_of in triple]).cpu()

    def on_validation_epoch_end(self) -> None:
        """Derive the figures from the pooled counts; 0 where nothing was found or nothing was there."""
        counts = self.trainer.strategy.reduce(self._counts.to(self.device), reduce_op="sum")
        tp, fp, fn = (float(count) for count in counts)
        self.log(VAL_F1, 2 * tp / max(2 * tp + fp + fn, 1), prog_bar=True)
        self.log("val/precision", tp / max(tp + fp, 1))
        self.log("val/recall", tp / max(tp + fn, 1))

    def on_save_checkpoint(self, checkpoint: dict[str, object]) -> None:
        """Keep the clock."""
        checkpoint["trained_s"] = self.trained_s

    def on_load_checkpoint(self, checkpoint: dict[str, float]) -> None:
        """Set the clock to where it stood."""
        self._earlier_s = checkpoint["trained_s"]

    def _is_late(self, seconds: float) -> bool:
        """Whether so much training is all that the recipe allows."""
        return self.settings.max_minutes is not None and seconds >= 60 * self.settings.max_minutes

    def _check(self, loss: Tensor, name: str) -> None:
        """Refuse a loss that is no number.

        Raises:
            CheckpointError: It is none.
        """
        if not torch.isfinite(loss):
            raise CheckpointError(
                f"{name} became {loss.item()} in epoch {self.current_epoch + 1}; train into another folder, with a "
                f"lower training.learning_rate (now {self.settings.learning_rate:g}) or with training.precision = fp32"
            )

    def _progress(self, batch_idx: int) -> float:
        """Share of the training that is behind, in [0, 1], by epochs or by minutes, whichever ends first."""
        by_epochs = (self.current_epoch + batch_idx / max(self.trainer.num_training_batches, 1)) / self.settings.epochs
        limit = self.settings.max_minutes
        return min(1.0, max(by_epochs, self.trained_s / (60 * limit) if limit else 0.0))


def _channels_last(pixels: Tensor) -> Tensor:
    """Lay pixels out as convolutions like them best."""
    return pixels.contiguous(memory_format=torch.channels_last)
