"""The course of a training as a CSV table, true to its checkpoints even after a resume."""

import csv
import io
from pathlib import Path

import lightning
from lightning.pytorch.callbacks import Callback

from scuff.core.picture import write_whole
from scuff.training.module import MONITOR, VAL_F1, SurfaceModule

HISTORY = "metrics.csv"
COLUMNS = (
    "epoch",
    "step",
    "train/loss",
    MONITOR,
    VAL_F1,
    "val/precision",
    "val/recall",
    "lr",
    "patches_per_s",
    "minutes",
)


class History(Callback):
    """Writes a line per epoch.

    The lines travel in the checkpoint: training that resumes from an epoch forgets what was written after it.
    """

    def __init__(self, folder: Path) -> None:
        """Write into a run's folder."""
        self._path = folder / HISTORY
        self._lines: list[dict[str, str]] = []
        self._epoch_began = (0.0, 0)

    def state_dict(self) -> dict[str, object]:
        """Give the lines to a checkpoint."""
        return {"lines": self._lines}

    def load_state_dict(self, state_dict: dict[str, list[dict[str, str]]]) -> None:
        """Take the lines from a checkpoint."""
        self._lines = list(state_dict["lines"])

    def on_train_epoch_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Remember when the epoch began."""
        self._epoch_began = (_module(pl_module).trained_s, trainer.global_step)

    def on_validation_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Measure the speed of the steps alone."""
        if trainer.sanity_checking or trainer.train_dataloader is None:
            return
        seconds, step = self._epoch_began
        patches = (trainer.global_step - step) * _module(pl_module).settings.batch_size
        self._patches_per_s = patches / max(_module(pl_module).trained_s - seconds, 1e-9)

    def on_train_epoch_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Write the epoch's line."""
        line = {
            "epoch": str(trainer.current_epoch + 1),
            "step": str(trainer.global_step),
            "lr": f"{trainer.optimizers[0].param_groups[0]['lr']:.3g}",
            "patches_per_s": f"{self._patches_per_s:.2f}",
            "minutes": f"{_module(pl_module).trained_s / 60:.2f}",
        }
        figures = {name: f"{float(value):.6f}" for name, value in trainer.callback_metrics.items() if name in COLUMNS}
        self._lines.append(line | figures)
        if not trainer.is_global_zero:
            return
        table = io.StringIO()
        writer = csv.DictWriter(table, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self._lines)
        write_whole(self._path, table.getvalue())


def _module(module: lightning.LightningModule) -> SurfaceModule:
    if not isinstance(module, SurfaceModule):
        raise TypeError(f"History writes the course of a SurfaceModule, not of a {type(module).__name__}")
    return module
