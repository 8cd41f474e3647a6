from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scuff.booth.settings import serial_of
from scuff.cli.main import main
from scuff.core.bundle import Bundle
from scuff.core.picture import read_size, read_values, write_png
from scuff.core.recipe_file import load_recipe
from scuff.station.drift import references_of

PARTS = ("--part", "P0001", "--part", "P0002")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("booth-cache")


@pytest.fixture
def recipe(tmp_path: Path, cache: Path) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(
        '# mine\n[simulation]\nshape = "sheet"\nwidth_px = 96\nheight_px = 64\nparts = 2\nsound_share = 0.0\n'
        f'cache = "{cache}"\n'
    )
    return path


def tune(*arguments: object, code: int = 0) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["station", "tune", *map(str, arguments)])
    assert (stopped.value.code or 0) == code


def test_without_a_bundle_the_light_stays_and_is_exposed(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tune(recipe, *PARTS)
    (lighting,) = load_recipe(recipe).lightings
    assert (lighting.name, lighting.intensities) == ("all", {})
    assert set(lighting.exposure_us) == set(lighting.level) == {"left", "right"}
    assert len(references_of(load_recipe(recipe))) == 2
    assert recipe.read_text().startswith("# mine\n")
    said = capsys.readouterr().out
    assert "all, left: " in said
    assert f"Added [[lightings]] all in {recipe}" in said
    tune(recipe, *PARTS)
    assert f"Replaced [[lightings]] all in {recipe}" in capsys.readouterr().out


def test_the_network_of_a_bundle_judges_mixes_and_the_best_is_written(
    recipe: Path, make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "tuned.png"
    tune(recipe, *PARTS, "--bundle", make_bundle().folder, "--verify", 2, "--sheet", sheet)
    (lighting,) = load_recipe(recipe).lightings
    assert lighting.name == "tuned"
    assert max(lighting.intensities.values()) == 1.0
    captured = capsys.readouterr()
    assert "Worth of light, by predicted and by captured frames: expected recall less false alarms" in captured.out
    assert "A 100 B 100" in captured.out
    assert "Mixes of light: 20 pictures" in captured.err  # 5 mixes, 2 parts, 2 cameras
    assert read_size(sheet)[1] > 1000


def test_a_dry_run_writes_nothing(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = recipe.read_text()
    tune(recipe, *PARTS, "--dry-run")
    assert recipe.read_text() == before
    assert f"Not written into {recipe}: --dry-run" in capsys.readouterr().out


def test_known_defects_may_come_as_masks(
    recipe: Path, make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    for number in (1, 2):
        for lighting, row in (("A", 10), ("B", 30)):
            mask = np.zeros((64, 96), np.uint8)
            mask[row : row + 4, 20:24] = 2
            write_png(masks / f"{serial_of(number)}-left-{lighting}.png", mask)
        write_png(masks / f"{serial_of(number)}-right.png", np.zeros((64, 96), np.uint8))
    assert read_values(masks / "P0001-left-A.png").max() == 2
    tune(recipe, *PARTS, "--bundle", make_bundle().folder, "--verify", 1, "--masks", masks)
    assert "of 4" in capsys.readouterr().out  # two defects of each part, each under one lighting


@pytest.mark.parametrize(
    ("added", "arguments", "said"),
    [
        ("", ["--lighting", "B"], "--lighting B: is none of [[lightings]]; there are: all"),
        ("", ["--sheet", "x.jpg"], "--sheet x.jpg: is written as PNG; name it x.png"),
        ("", ["--bundle", "nowhere"], "nowhere"),
        ('[light]\ndriver = "none"\n', ["--bundle", "nowhere"], 'light.driver = "none": nobody controls the light'),
        (
            '[[lightings]]\nname = "a"\n[[lightings]]\nname = "b"\n',
            ["--bundle", "nowhere"],
            "[[lightings]] has a, b: name the one to tune with --lighting",
        ),
        ('[frames]\nfused = ["A", "B"]\n', ["--bundle", "nowhere"], "frames.fused: a network that sees several"),
    ],
)
def test_what_a_user_can_get_wrong_is_told(
    recipe: Path, added: str, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe.write_text(recipe.read_text() + added)
    tune(recipe, *PARTS, *arguments, code=2)
    assert said in capsys.readouterr().err


def test_a_part_without_a_mask_is_told(
    recipe: Path, make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tune(recipe, *PARTS, "--bundle", make_bundle().folder, "--masks", tmp_path, code=2)
    assert "has no P0001-left.png; a sound part needs one, too" in capsys.readouterr().err


def test_ctrl_c_leaves_the_recipe_as_it_was(
    recipe: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scuff.cli.station_tune.expose", stop)
    before = recipe.read_text()
    tune(recipe, *PARTS, code=130)
    assert recipe.read_text() == before
    assert f"Stopped; {recipe} is as it was" in capsys.readouterr().err


def test_light_that_clips_too_much_is_not_written(
    recipe: Path,
    make_bundle: Callable[..., Bundle],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("scuff.station.candidate.Tried.keeps", lambda *_: False)
    before = recipe.read_text()
    tune(recipe, *PARTS, "--bundle", make_bundle().folder, "--verify", 1, code=2)
    assert recipe.read_text() == before
    assert "clips more of the metal than exposure.clipped_share = 0.002; nothing was written" in capsys.readouterr().err
