"""How Lightning saves a training: whole files only, in a folder that may be moved."""

import io
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.plugins.io import TorchCheckpointIO

from scuff.core.errors import CheckpointError
from scuff.core.picture import write_whole


class WholeFiles(TorchCheckpointIO):
    """Writes a checkpoint beside its place and then renames it; a kill leaves the older one."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None) -> None:
        """Write a checkpoint."""
        content = io.BytesIO()
        torch.save(checkpoint, content)
        write_whole(Path(path), content.getvalue())


class Keep(ModelCheckpoint):
    """Keeps a checkpoint of one name in a run's folder.

    Lightning forgets the best score when the folder was moved since; this remembers it.
    """

    def __init__(self, path: Path, monitor: str | None = None) -> None:
        """Keep the checkpoint of the epoch with the lowest monitored figure, or of the last epoch."""
        super().__init__(
            dirpath=path.parent,
            filename=path.stem,
            monitor=monitor,
            mode="min",
            save_on_train_epoch_end=True,
            enable_version_counter=False,
        )

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the state from a checkpoint, wherever the folder is now."""
        folder = Path(str(self.dirpath))
        paths = ("best_model_path", "kth_best_model_path", "last_model_path")
        moved = {key: str(folder / Path(state_dict[key]).name) if state_dict[key] else "" for key in paths}
        best = {str(folder / Path(path).name): score for path, score in state_dict["best_k_models"].items()}
        super().load_state_dict(state_dict | moved | {"best_k_models": best, "dirpath": self.dirpath})


def next_epoch(last: Path) -> int:
    """Number of the epoch, from 0, that a training begins with when it goes on from a checkpoint.

    Raises:
        CheckpointError: The checkpoint cannot be read.
    """
    try:
        return int(torch.load(last, map_location="cpu", weights_only=True)["epoch"]) + 1
    except Exception as error:  # torch raises pickle's, zipfile's and its own types for a damaged file
        raise CheckpointError(
            f"{last}: damaged, so this training cannot go on; delete its folder and train again"
        ) from error
