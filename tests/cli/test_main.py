import importlib
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

from scuff.cli.calibrate import CALIBRATIONS
from scuff.cli.commands import Commands
from scuff.cli.main import COMMANDS, main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main([*arguments])
    code = caught.value.code
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(name, "--help") == 0
    text = capsys.readouterr().out
    assert "Example" in text
    assert f"  scuff {name} " in text


@pytest.mark.parametrize("name", CALIBRATIONS)
def test_every_calibration_has_help_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("calibrate", name, "--help") == 0
    assert f"  scuff calibrate {name} " in capsys.readouterr().out


def test_a_group_lists_its_commands_without_importing_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "scuff.cli.calibrate_threshold", None)
    assert run("calibrate", "--help") == 0
    assert "  threshold " in capsys.readouterr().out


def test_a_command_of_a_group_says_which_extra_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "scuff.cli.calibrate_threshold", raising=False)
    for name in [name for name in sys.modules if name.startswith("scuff.nets")]:
        monkeypatch.delitem(sys.modules, name)
    assert run("calibrate", "threshold", "--help") == 2
    assert "`scuff calibrate threshold` needs the package 'torch'" in capsys.readouterr().err


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    text = capsys.readouterr().out
    for name, about in COMMANDS.items():
        assert f"  {name} " in text
        assert about.split()[0] in text


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("inspct") == 2
    assert "No such command 'inspct'" in capsys.readouterr().err


def test_what_a_user_did_wrong_is_one_message_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "recipe.toml").write_text("")
    assert run("init", str(tmp_path)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"scuff: {tmp_path / 'recipe.toml'}: there is a recipe already; edit it, or move it away first\n"
    )


def test_what_the_system_refuses_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert run("init", str(tmp_path / "file" / "below")) == 2
    assert capsys.readouterr().err == f"scuff: {tmp_path / 'file' / 'below'}: Not a directory\n"


def test_a_defect_of_scuff_shows_itself_and_has_a_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(name: str) -> ModuleType:
        raise ZeroDivisionError

    monkeypatch.setattr(importlib, "import_module", broken)
    assert run("train") == 70
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_missing_package_says_which_extra_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacking(name: str) -> ModuleType:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(importlib, "import_module", lacking)
    assert run("train", "--help") == 2
    assert capsys.readouterr().err == (
        "scuff: `scuff train` needs the package 'torch', which a station does without; "
        "install it with: pip install 'scuff[train]'\n"
    )


def test_a_missing_module_of_scuff_is_no_advice_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacking(name: str) -> ModuleType:
        raise ModuleNotFoundError("No module named 'scuff.gone'", name="scuff.gone")

    monkeypatch.setattr(importlib, "import_module", lacking)
    assert run("train", "--help") == 70
    assert "No module named 'scuff.gone'" in capsys.readouterr().err


def test_commands_are_imported_when_called() -> None:
    group = Commands(COMMANDS)
    assert group.list_commands(click.Context(group)) == list(COMMANDS)
    assert isinstance(group.get_command(click.Context(group), "init"), click.Command)
    assert group.get_command(click.Context(group), "nothing") is None
