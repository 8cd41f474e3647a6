"""What a person sees of a training: a bar on a terminal, a line per epoch in a log."""

import sys

import lightning
from lightning.pytorch.callbacks import Callback, TQDMProgressBar

from scuff.training.module import MONITOR, VAL_F1


class Bar(TQDMProgressBar):
    """Lightning's bar without the number of the log folder."""

    def get_metrics(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> dict[str, int | str | float | dict[str, float]]:
        """Give what stands behind the bar."""
        metrics = super().get_metrics(trainer, pl_module)
        metrics.pop("v_num", None)
        return metrics


class Lines(Callback):
    """Writes a line per epoch."""

    def on_train_epoch_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Write the epoch's line; the first of several processes does."""
        if not trainer.is_global_zero:
            return
        figures = trainer.callback_metrics
        sys.stdout.write(
            f"Epoch {trainer.current_epoch + 1}: loss {float(figures['train/loss']):.4f}, "
            f"on validation {float(figures[MONITOR]):.4f}, F1 {float(figures[VAL_F1]):.3f}\n"
        )
        sys.stdout.flush()


def progress() -> Callback:
    """Choose what suits where the output goes."""
    return Bar() if sys.stderr.isatty() else Lines()
