from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fixtures.networks import TINY

from scuff.cli.main import main
from scuff.core.bundle import open_bundle
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe
from scuff.core.tile import Tiling, squares
from scuff.dataset.patches import Patches
from scuff.nets.checkpoint import Checkpoint, save_checkpoint
from scuff.training.run import begin_run


@pytest.fixture
def run(patches: Patches, make_checkpoint: Callable[..., Checkpoint], tmp_path: Path) -> Path:
    """A run with an untrained network, and two frames each for validation and test."""
    begun = begin_run(tmp_path / "run", patches, Recipe(network=TINY))
    save_checkpoint(begun.checkpoint, make_checkpoint(recipe=begun.record.recipe))
    return begun.folder


@pytest.fixture
def export(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> Callable[..., tuple[str, str]]:
    """Export the run to the folder ``bundle``; give what is printed."""

    def exported(*options: str, code: int = 0) -> tuple[str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["export", str(run), str(tmp_path / "bundle"), *options])
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == code, printed.err
        return printed.out, printed.err

    return exported


def test_figures_and_limits_are_printed(export: Callable[..., tuple[str, str]], tmp_path: Path) -> None:
    out, err = export()
    lines = out.splitlines()
    assert lines[0] == "openvino agrees with the checkpoint on 2 of 2 validation frames and 2 of 2 test frames:"
    assert lines[2].split()[:2] == ["pixel", "F1"]
    assert lines[2].endswith("allowed: a difference of 0.001")
    assert lines[7].split() == ["largest", "difference", "of", "a", "score", "0", "allowed:", "0.0079"]
    assert "Exporting fp32, and comparing on 4 frames" in err
    assert open_bundle(tmp_path / "bundle").manifest.tiling == squares(32)


@pytest.mark.parametrize(("options", "height"), [(["--strips"], 480), (["--strips", "64", "--frames=2"], 64)])
def test_strips_have_a_height(
    export: Callable[..., tuple[str, str]], tmp_path: Path, options: list[str], height: int
) -> None:
    export(*options)
    manifest = open_bundle(tmp_path / "bundle").manifest
    assert manifest.tiling == Tiling(height, None, squares(32).halo_px)
    assert manifest.agreement["openvino"].frames == (2 if "--frames=2" in options else 4)


def test_a_height_that_no_strip_has_is_refused(export: Callable[..., tuple[str, str]], tmp_path: Path) -> None:
    assert "--strips 100: the height must be a multiple of 32" in export("--strips=100", code=2)[1]
    assert not (tmp_path / "bundle").exists()


def test_int8_needs_the_patches_that_were_trained_on(export: Callable[..., tuple[str, str]], patches: Patches) -> None:
    record = patches.record.model_copy(update={"seed": 99})
    (patches.folder / "patches.json").write_text(record.model_dump_json())
    assert "not the patches that" in export("--precision=int8", code=2)[1]


def test_a_precision_that_there_is_not(export: Callable[..., tuple[str, str]]) -> None:
    assert "'int4' is not one of 'fp32', 'bf16', 'fp16', 'int8'" in export("--precision=int4", code=2)[1]


def test_a_setting_goes_into_the_bundle(export: Callable[..., tuple[str, str]], tmp_path: Path) -> None:
    export("--set", "inspection.min_area_px=20", "--set=tolerances.max_defects=2")
    recipe = load_recipe(open_bundle(tmp_path / "bundle").recipe)
    assert (recipe.inspection.min_area_px, recipe.tolerances.max_defects) == (20, 2)
    assert recipe.network == TINY


def test_a_setting_of_the_training_is_refused(export: Callable[..., tuple[str, str]]) -> None:
    assert "cannot be set any more" in export("--set=training.epochs=3", code=2)[1]
    assert "--set: inspection.min_area_px" in export("--set=inspection.min_area_px=0", code=2)[1]
