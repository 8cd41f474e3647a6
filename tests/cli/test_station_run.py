from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from scuff.cli.main import main
from scuff.core.bundle import Bundle
from scuff.core.station_recipe import StoreSettings
from scuff.store.opening import open_store

pytestmark = pytest.mark.usefixtures("kept_log")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["station", "run", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_help_has_examples_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    text = capsys.readouterr().out
    assert "scuff station run --recipe lid.toml --bundle bundles/lid" in text
    assert "75   something hung" in text


def test_a_recipe_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run() == 2
    assert "recipe.toml: there is no such file; `scuff init` writes a recipe" in capsys.readouterr().err


def test_a_recipe_without_a_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("recipe.toml").write_text("")
    assert run() == 2
    assert "part: no bundle; set line.bundle in its recipe, or give --bundle DIR" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recipe.toml"]


def test_a_second_line_on_one_database_is_refused_though_its_pictures_lie_elsewhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    make_bundle: Callable[..., Bundle],
) -> None:
    bundle = make_bundle().folder
    monkeypatch.chdir(tmp_path)
    Path("recipe.toml").write_text('[line]\nstation = "lid 1"\n')
    with closing(open_store(StoreSettings(), "lid 1")) as store, store.hold():
        assert run("--bundle", str(bundle), "--set", "store.pictures=others") == 2
    said = capsys.readouterr().err
    assert "scuff.db: another `scuff station run` works as station 'lid 1' with it; stop it, or give this" in said
