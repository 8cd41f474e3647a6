"""A run: the folder of one training, which knows what it was started with."""

import functools
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

import scuff
from scuff.core import recipe as recipes
from scuff.core.errors import CheckpointError
from scuff.core.frozen import Frozen
from scuff.core.picture import write_whole
from scuff.core.recipe import Recipe
from scuff.dataset.catalogue import relative_to
from scuff.dataset.patches import Patches, PatchRecord

RECORD = "run.json"
CHECKPOINT = "checkpoint.pt"
FITTED = "fitted"
"""An empty file that says that training ended by itself, and only the threshold is still to be chosen."""
LAST = "last.ckpt"
BEST = "best.ckpt"

FREE = frozenset({"commit", "recipe.training.workers"})
"""What of a record may be another when a run goes on: the code's commit, and what changes no result."""


class RunRecord(Frozen):
    """What a run was started with; the file ``run.json``."""

    scuff: str
    commit: str
    patches: str
    """Folder of the patches, relative to the run's."""
    patch_record: PatchRecord
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Run:
    """A run on disk."""

    folder: Path
    record: RunRecord

    @property
    def checkpoint(self) -> Path:
        """The finished network."""
        return self.folder / CHECKPOINT

    @property
    def patches(self) -> Path:
        """The folder of patches that it trains on."""
        return self.folder / self.record.patches

    @property
    def catalogue(self) -> Path:
        """The catalogue that the patches were cut from."""
        return self.patches / self.record.patch_record.catalogue

    @property
    def split(self) -> Path:
        """The split that the patches were cut by."""
        return self.patches / self.record.patch_record.split

    @property
    def fitted(self) -> bool:
        """Whether training ended by itself."""
        return (self.folder / FITTED).is_file()

    @property
    def last(self) -> Path | None:
        """Where an interrupted training goes on, if it got past an epoch."""
        path = self.folder / LAST
        return path if path.is_file() else None


def is_first_process() -> bool:
    """Whether this process writes the files of a run: of several that train together, the first does."""
    return all(int(os.environ.get(name, 0)) == 0 for name in ("RANK", "LOCAL_RANK", "NODE_RANK"))


def begin_run(folder: Path, patches: Patches, recipe: Recipe) -> Run:
    """Begin a run, or find the one that was begun with the same settings.

    Raises:
        CheckpointError: The folder holds a run with other settings; names them.
    """
    record = RunRecord(
        scuff=scuff.__version__,
        commit=code_commit(),
        patches=relative_to(folder, patches.folder),
        patch_record=patches.record,
        recipe=_as_cut(recipe, patches.record),
    )
    if (folder / RECORD).is_file():
        run = load_run(folder)
        changed = _differences(run.record, record)
        if changed:
            raise CheckpointError(
                f"{folder}: holds a run with other settings ({'; '.join(changed)}); "
                "train into another folder, or go on with the same settings"
            )
        return Run(folder, run.record.model_copy(update={"recipe": record.recipe}))
    folder.mkdir(parents=True, exist_ok=True)  # else its paths to the patches lead nowhere before the first writes
    if is_first_process():
        write_whole(folder / RECORD, record.model_dump_json(indent=2) + "\n")
    return Run(folder, record)


def load_run(folder: Path) -> Run:
    """Load a run's record.

    Raises:
        CheckpointError: There is none, or it cannot be read.
    """
    path = folder / RECORD
    if not path.is_file():
        raise CheckpointError(f"{folder}: no training run there (no {RECORD}); `scuff train` makes one")
    try:
        return Run(folder, RunRecord.model_validate_json(path.read_text()))
    except ValidationError as error:
        raise CheckpointError(f"{path}: written by another version of scuff; train again ({error})") from error


@functools.cache
def code_commit() -> str:
    """Commit of scuff's own code, with a ``+`` where it was changed since; empty where it is not a checkout."""
    here, tracked = Path(scuff.__file__).parent, Path(scuff.__file__).name
    # An installed scuff may lie within another project's checkout, which does not track it.
    if _git(here, "ls-files", "--error-unmatch", tracked) is None:
        return ""
    changed = "+" if _git(here, "status", "--porcelain", "--untracked-files=no", ".") else ""
    return (_git(here, "rev-parse", "HEAD") or "") + changed


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says in a folder; ``None`` where it refuses, or is not installed."""
    try:
        asked = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None


def _as_cut(recipe: Recipe, record: PatchRecord) -> Recipe:
    """State in a recipe what the patches are, whatever it says of patches that were not cut."""
    cut = record.model_dump(include=set(recipes.Patches.model_fields))
    product = recipe.product.model_copy(update={"classes": record.classes})
    frames = recipe.frames.model_copy(update=record.pixel_keys())
    # The channels of fused pictures are no colours, whose hue could change.
    hue = 0.0 if frames.fused else recipe.augmentation.hue
    augmentation = recipe.augmentation.model_copy(update={"hue": hue})
    changed = {"patches": recipes.Patches(**cut), "product": product, "frames": frames, "augmentation": augmentation}
    return recipe.model_copy(update=changed)


def _differences(old: RunRecord, new: RunRecord) -> list[str]:
    """Name what differs between two records, but for what changes no result, or may change."""
    before, after = _flat(old.model_dump()), _flat(new.model_dump())
    return [
        f"{key} was {before.get(key)!r}, is now {after.get(key)!r}"
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key) and key not in FREE
    ]


def _flat(table: dict[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat
