from pathlib import Path

import pytest

from scuff.core.errors import CheckpointError
from scuff.core.recipe import Recipe, Training
from scuff.dataset.patches import Patches
from scuff.training.run import RECORD, begin_run, load_run


def test_a_run_knows_its_patches_catalogue_and_split(tmp_path: Path, patches: Patches) -> None:
    begin_run(tmp_path / "run", patches, Recipe())
    run = load_run(tmp_path / "run")
    assert run.patches.resolve() == patches.folder.resolve()
    assert (run.catalogue / "catalogue.csv").is_file()
    assert run.split.is_file()
    assert run.last is None


def test_the_same_settings_go_on(tmp_path: Path, patches: Patches) -> None:
    first = begin_run(tmp_path / "run", patches, Recipe(seed=3))
    assert begin_run(tmp_path / "run", patches, Recipe(seed=3)).record == first.record


def test_a_process_that_is_ahead_of_the_first_finds_the_catalogue(
    tmp_path: Path, patches: Patches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    run = begin_run(tmp_path / "run", patches, Recipe())
    assert (run.catalogue / "catalogue.csv").is_file()
    assert not (run.folder / RECORD).exists()


def test_a_run_goes_on_with_other_workers(tmp_path: Path, patches: Patches) -> None:
    begin_run(tmp_path / "run", patches, Recipe(training=Training(workers=0)))  # what earlier versions wrote
    assert load_run(tmp_path / "run").record.recipe.training.workers == 0
    for workers in (None, 6):
        run = begin_run(tmp_path / "run", patches, Recipe(training=Training(workers=workers)))
        assert run.record.recipe.training.workers == workers


def test_other_settings_are_refused_and_named(tmp_path: Path, patches: Patches) -> None:
    begin_run(tmp_path / "run", patches, Recipe(seed=3))
    with pytest.raises(CheckpointError, match=r"recipe\.seed was 3, is now 4"):
        begin_run(tmp_path / "run", patches, Recipe(seed=4))


def test_a_folder_without_a_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no training run there \(no run\.json\)"):
        load_run(tmp_path)


def test_a_damaged_record_is_said(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(CheckpointError, match="written by another version of scuff"):
        load_run(tmp_path)
