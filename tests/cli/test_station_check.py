from pathlib import Path

import pytest

from scuff.cli.main import main
from scuff.core.picture import read_picture


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("card-cache")


@pytest.fixture
def recipe(tmp_path: Path, cache: Path) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(
        f'[check]\nreference = "{tmp_path / "light"}"\n'
        f'[simulation]\nshape = "sheet"\nwidth_px = 192\nheight_px = 128\ncache = "{cache}"\n'
    )
    return path


def check(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["station", "check", *map(str, arguments)])
    code = stopped.value.code or 0
    assert isinstance(code, int)
    return code


def test_the_reference_and_then_the_same_light(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(recipe, "--reference") == 0
    said = capsys.readouterr().out
    assert "camera left, luminaire A: up to 0." in said
    assert f"Wrote the reference to {tmp_path / 'light'}" in said
    assert check(recipe) == 0
    said = capsys.readouterr().out
    assert said.count("pass  camera ") == 4
    assert f"pass: 0 of 4 differ; the picture is {tmp_path / 'light' / 'check.png'}" in said
    assert sorted(path.name for path in (tmp_path / "light").iterdir()) == [
        "check.png",
        "reference.json",
        "reference.png",
    ]


def test_an_aged_lamp_fails_and_is_shown(recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(recipe, "--reference")
    picture = tmp_path / "today.png"
    assert check(recipe, "--picture", picture, "--set", "simulation.ageing={A=0.7}") == 1
    said = capsys.readouterr().out
    assert "FAIL  camera left, luminaire A: level 0.70 (0.85 to 1.15)" in said
    assert "pass  camera left, luminaire B: level 1.00" in said
    assert "FAIL: 2 of 4 differ" in said
    blue = (read_picture(picture) == (36, 98, 190)).all(axis=2)
    assert blue[:, 420:].mean() > 0.03  # the maps of A, from the words to the right, are full of it


def test_without_a_reference_nobody_knows(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(recipe) == 2
    assert "there is no reference of the light; lay the card into the booth" in capsys.readouterr().err


def test_another_camera_needs_another_reference(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(recipe, "--reference")
    assert check(recipe, "--set", 'cameras=[{name="left"}]') == 2
    assert "camera right, luminaire A: is only in the reference; take a new one" in capsys.readouterr().err


def test_a_picture_that_is_no_png_is_refused(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(recipe, "--picture", "today.jpg") == 2
    assert "--picture today.jpg: is written as PNG; name it today.png" in capsys.readouterr().err


def test_a_light_that_fails_is_no_result(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(recipe, "--reference")
    assert check(recipe, "--set", "simulation.faults={light=1.0}") == 2
    assert "not all frames came" in capsys.readouterr().err
