from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fixtures.networks import TINY
from tests.fixtures.screens import proof

from scuff.cli import distil
from scuff.cli.main import main
from scuff.core.bundle import Bundle, Screening, open_bundle
from scuff.core.recipe import Recipe
from scuff.dataset.patches import Patches
from scuff.export.screening import Screener
from scuff.nets.checkpoint import Checkpoint, save_checkpoint
from scuff.nets.screen_file import SCREEN_FILE, load_screen
from scuff.training.run import begin_run

Scuff = Callable[..., str]


@pytest.fixture
def run(patches: Patches, make_checkpoint: Callable[..., Checkpoint], tmp_path: Path) -> Path:
    """A run with an untrained network, and two frames each for validation and test."""
    begun = begin_run(tmp_path / "run", patches, Recipe(network=TINY))
    save_checkpoint(begun.checkpoint, make_checkpoint(recipe=begun.record.recipe))
    return begun.folder


@pytest.fixture
def scuff(capsys: pytest.CaptureFixture[str]) -> Scuff:
    """Type a command; give what it prints."""

    def typed(*arguments: str | Path, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == code, printed.err
        return printed.out + printed.err

    return typed


def test_a_run_gets_a_screening_network(scuff: Scuff, run: Path) -> None:
    said = scuff("distil", run, "--minutes=0.01")
    facts = load_screen(run / SCREEN_FILE).facts
    assert f"Learned from {facts.lessons} windows in {facts.steps} steps" in said
    assert f"scuff export {run} BUNDLE --screening" in said


def test_ctrl_c_leaves_nothing(scuff: Scuff, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(distil, "distil", interrupted)
    assert "Stopped; nothing was written" in scuff("distil", run, code=130)
    assert not (run / SCREEN_FILE).exists()


def test_other_patches_are_refused(scuff: Scuff, run: Path, patches: Patches) -> None:
    record = patches.record.model_copy(update={"seed": 99})
    (patches.folder / "patches.json").write_text(record.model_dump_json())
    assert "not the patches that" in scuff("distil", run, code=2)


def test_an_export_without_a_proof_says_so(scuff: Scuff, run: Path, tmp_path: Path) -> None:
    scuff("distil", run, "--minutes=0.01")
    said = scuff("export", run, tmp_path / "bundle", "--screening")
    assert "Without screening: " in said
    bundle = open_bundle(tmp_path / "bundle")
    assert bundle.manifest.screening is None
    assert not bundle.screen.exists()


def test_the_proof_is_told(scuff: Scuff, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def proven(screener: Screener, draft: Bundle, progress: Callable[[int], None]) -> Screening:
        progress(len(screener))
        return proof()

    monkeypatch.setattr(Screener, "add", proven)
    scuff("distil", run, "--minutes=0.01")
    said = scuff("export", run, tmp_path / "bundle", "--screening")
    assert "Screening spares 90% of the tiles and loses none of 59 defects" in said
    assert "(with 95% confidence, at most 5.00%)" in said
    assert open_bundle(tmp_path / "bundle").manifest.screening == proof()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param([], "there is no screening network; `scuff distil", id="not distilled"),
        pytest.param(["--strips"], "with --screening or with --strips, not both", id="strips"),
    ],
)
def test_what_cannot_be_screened_is_said_before_the_work(
    scuff: Scuff, run: Path, tmp_path: Path, options: list[str], reason: str
) -> None:
    if options:
        scuff("distil", run, "--minutes=0.01")
    assert reason in scuff("export", run, tmp_path / "bundle", "--screening", *options, code=2)
    assert not (tmp_path / "bundle").exists()
