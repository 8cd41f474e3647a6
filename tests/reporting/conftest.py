"""A run whose test parts have been counted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fixtures.networks import TINY
from tests.fixtures.runtimes import PaintedRuntime

from scuff.core.recipe import Recipe
from scuff.dataset.patches import Patches
from scuff.dataset.split import Side
from scuff.nets.checkpoint import Checkpoint, save_checkpoint
from scuff.training.assess import assess, figures_folder
from scuff.training.finish import frames_of
from scuff.training.run import Run, begin_run


@pytest.fixture
def run(patches: Patches, make_checkpoint: Callable[..., Checkpoint], tmp_path: Path) -> Run:
    """A finished run."""
    begun = begin_run(tmp_path / "run", patches, Recipe(network=TINY))
    facts = {"catalogue_sha256": begun.record.patch_record.catalogue_sha256}
    save_checkpoint(begun.checkpoint, make_checkpoint(recipe=begun.record.recipe, threshold=0.2, **facts))
    return begun


@pytest.fixture
def counted(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same, evaluated; its network scores the red of a pixel, which here is its row."""
    monkeypatch.setattr("scuff.training.assess.TorchRuntime", lambda network, device: PaintedRuntime(planes=1))
    catalogue, rows = frames_of(run, Side.TEST)
    assess(run, catalogue, rows, figures_folder(run.folder))
    return run
