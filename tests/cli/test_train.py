import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.fixtures.holder import held_elsewhere

from scuff.cli.main import main
from scuff.core.bundle import open_bundle
from scuff.core.recipe import Recipe
from scuff.dataset.catalogue import Catalogue, add_mask, load_catalogue, save_catalogue
from scuff.dataset.patches import Patches, load_patches
from scuff.training.module import SurfaceModule
from scuff.training.run import begin_run, load_run

SETTINGS = (
    "--weights=none",
    "--accelerator=cpu",
    "--set=network.encoder=test_efficientnet",
    "--set=network.decoder_channels=[16, 16, 8, 8]",
    "--set=training.epochs=6",
    "--set=training.batch_size=4",
    "--set=training.learning_rate=0.01",
    "--set=training.precision=fp32",
)

Scuff = Callable[..., str]


@pytest.fixture
def scuff(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scuff:
    """Type a command in a folder without a recipe; give what it prints."""
    monkeypatch.chdir(tmp_path)

    def typed(*arguments: str | Path, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == code, printed.err
        return printed.out + printed.err

    return typed


@pytest.fixture
def run(scuff: Scuff, patches: Patches, tmp_path: Path) -> Path:
    scuff("train", patches.folder, tmp_path / "run", *SETTINGS)
    return tmp_path / "run"


def test_from_patches_to_a_bundle(scuff: Scuff, run: Path, tmp_path: Path) -> None:
    assert (run / "curves.png").is_file()
    table = scuff("evaluate", run)
    figures = json.loads((run / "evaluation" / "test" / "metrics.json").read_text())
    assert f"{figures['rows']['defect']['f1']:.3f}" in table
    assert {path.name for path in (run / "evaluation" / "test").iterdir()} >= {"counts.csv", "table.txt", "best.png"}
    assert "openvino agrees with the checkpoint on 2 of 2 validation" in scuff("export", run, tmp_path / "bundle")
    manifest = open_bundle(tmp_path / "bundle").manifest
    assert manifest.provenance.metrics["defect f1"] == figures["rows"]["defect"]["f1"]
    assert manifest.classes == ("scratch",)


def test_the_augmentation_can_be_looked_at_before_training(scuff: Scuff, patches: Patches, tmp_path: Path) -> None:
    assert "augmentation.png" in scuff("train", patches.folder, tmp_path / "run", *SETTINGS, "--preview")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["augmentation.png"]


def test_ctrl_c_says_how_to_go_on(
    scuff: Scuff, patches: Patches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SurfaceModule, "training_step", interrupted)
    said = scuff("train", patches.folder, tmp_path / "run", *SETTINGS, code=130)
    assert "the same command goes on" in said


def test_a_finished_run_is_not_trained_again(scuff: Scuff, run: Path, patches: Patches) -> None:
    before = (run / "checkpoint.pt").stat().st_mtime_ns
    assert "already trained" in scuff("train", patches.folder, run, *SETTINGS)
    assert (run / "checkpoint.pt").stat().st_mtime_ns == before


def test_a_run_that_another_process_trains_is_refused(scuff: Scuff, patches: Patches, tmp_path: Path) -> None:
    with held_elsewhere(tmp_path / "run"):
        said = scuff("train", patches.folder, tmp_path / "run", *SETTINGS, code=2)
    assert "another process trains into it; wait for it, or stop it" in said
    assert not (tmp_path / "run" / "metrics.csv").exists()


def test_what_a_run_starts_with_is_said(scuff: Scuff, run: Path, patches: Patches, tmp_path: Path) -> None:
    again = (*SETTINGS[1:], "--set=training.epochs=1", f"--weights={run / 'checkpoint.pt'}")
    said = scuff("train", patches.folder, tmp_path / "second", *again)
    assert f"Starting with encoder, decoder and head from {run / 'checkpoint.pt'}\n" in said


def test_other_settings_in_the_same_run_are_refused(scuff: Scuff, run: Path, patches: Patches) -> None:
    said = scuff("train", patches.folder, run, *SETTINGS, "--set=seed=9", code=2)
    assert "recipe.seed was 0, is now 9" in said


def test_a_catalogue_that_changed_is_refused(scuff: Scuff, run: Path, patches: Patches) -> None:
    catalogue = load_catalogue(patches.folder / patches.record.catalogue)
    save_catalogue(catalogue.folder, catalogue.record, catalogue.rows[1:])
    assert "has changed since" in scuff("evaluate", run, code=2)


def test_pictures_that_were_trained_on_are_refused(scuff: Scuff, run: Path, patches: Patches) -> None:
    said = scuff("evaluate", run, "--catalogue", patches.folder / patches.record.catalogue, code=2)
    assert "were used to train" in said


def test_another_catalogue_is_evaluated_whole(scuff: Scuff, run: Path, patches: Patches) -> None:
    test_frames = {row.frame for row in patches.rows if row.side == "test"}
    other = copy_of(load_catalogue(patches.folder / patches.record.catalogue), test_frames, ("scratch",))
    assert "Evaluating 2 frames" in scuff("evaluate", run, "--catalogue", other)
    assert (run / "evaluation" / "catalogue-other" / "metrics.json").is_file()


def test_a_catalogue_with_other_classes_is_refused(scuff: Scuff, run: Path, patches: Patches) -> None:
    other = copy_of(load_catalogue(patches.folder / patches.record.catalogue), set(), ("dent",))
    assert "was imported with classes dent" in scuff("evaluate", run, "--catalogue", other, code=2)


def test_another_threshold_leaves_the_figures_of_the_bundle_alone(scuff: Scuff, run: Path, tmp_path: Path) -> None:
    scuff("evaluate", run, "--threshold", "0.99")
    assert (run / "evaluation" / "test-at-0.99" / "metrics.json").is_file()
    scuff("export", run, tmp_path / "bundle")
    assert open_bundle(tmp_path / "bundle").manifest.provenance.metrics == {}


def test_the_white_level_of_the_catalogue_reaches_the_run(patches: Patches, tmp_path: Path) -> None:
    record = patches.record.model_copy(update={"white_level": 4095})
    (patches.folder / "patches.json").write_text(record.model_dump_json())
    begin_run(tmp_path / "run", load_patches(patches.folder), Recipe())
    assert load_run(tmp_path / "run").record.recipe.frames.white_level == 4095


def test_an_unfinished_run_is_said(scuff: Scuff, run: Path, tmp_path: Path) -> None:
    (run / "checkpoint.pt").unlink()
    for command in (("evaluate", run), ("export", run, tmp_path / "bundle")):
        assert "there is no checkpoint; `scuff train` writes one" in scuff(*command, code=2)


@pytest.mark.slow
def test_a_killed_training_goes_on(patches: Patches, tmp_path: Path) -> None:
    def command(run: Path) -> Sequence[str]:
        long = "--set=training.epochs=40", "--set=training.patience=40"
        return sys.executable, "-m", "scuff.cli.main", "train", str(patches.folder), str(run), *SETTINGS, *long

    with subprocess.Popen(command(tmp_path / "killed"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as killed:
        assert killed.stdout is not None
        said = b""
        while b"Epoch 3" not in said:
            chunk = killed.stdout.read(32)
            assert chunk, said.decode()
            said += chunk
        killed.kill()
    for run in (tmp_path / "killed", tmp_path / "whole"):
        subprocess.run(command(run), check=True, capture_output=True)
    facts = [(tmp_path / name / "metrics.csv").read_text().splitlines() for name in ("killed", "whole")]
    figures = [[line.rsplit(",", 2)[0] for line in lines] for lines in facts]
    assert figures[0] == figures[1]


def copy_of(catalogue: Catalogue, frames: set[str], classes: tuple[str, ...]) -> Path:
    """Write some frames of a catalogue into another."""
    folder = catalogue.folder.parent / "other"
    rows = [row for row in catalogue.rows if row.frame in frames]
    for row in rows:
        add_mask(folder, row.frame, catalogue.mask(row))
    save_catalogue(folder, catalogue.record.model_copy(update={"classes": classes}), rows)
    return folder
