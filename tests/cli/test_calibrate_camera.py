from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from scuff.cli.main import main
from scuff.core.recipe_file import load_recipe
from scuff.inspection.marks import Board

MARKS = "x_px,y_px,x_mm,y_mm\n0,0,0,0\n100,0,10,0\n100,50,10,5\n0,50,0,5\n50,25,5,2.5\n"


def calibrate(*arguments: object, code: int = 0) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["calibrate", "camera", *map(str, arguments)])
    assert (stopped.value.code or 0) == code


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text("# mine\nseed = 7\n")
    return path


def test_marks_go_into_the_recipe_with_their_residual(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "marks.csv").write_text(MARKS)
    calibrate(recipe, "--camera", "left", "--points", tmp_path / "marks.csv")
    (calibration,) = load_recipe(recipe).calibration
    assert (calibration.camera, calibration.points, calibration.source) == ("left", 5, "5 marks of marks.csv")
    assert calibration.residual_mm == pytest.approx(0, abs=1e-6)
    assert recipe.read_text().startswith("# mine\nseed = 7\n")
    said = capsys.readouterr().out
    assert "A pixel is 0.1 mm in their middle" in said
    assert f"Added [[calibration]] of camera left in {recipe}" in said
    calibrate(recipe, "--camera", "left", "--points", tmp_path / "marks.csv")
    assert "Replaced" in capsys.readouterr().out


def test_a_board_goes_into_the_recipe_with_the_size_of_its_picture(recipe: Path, tmp_path: Path) -> None:
    flat = Board((7, 5), 20.0, 15.0, "DICT_5X5_250").drawn().generateImage((1400, 1000), marginSize=0)
    Image.fromarray(cv2.copyMakeBorder(flat, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(255,))).save(
        tmp_path / "b.png"
    )
    calibrate(recipe, "--charuco", tmp_path / "b.png", "--squares", "7x5", "--square-mm", 20)
    (calibration,) = load_recipe(recipe).calibration
    assert (calibration.width_px, calibration.height_px, calibration.points) == (1480, 1080, 24)
    assert calibration.residual_mm < 0.02
    assert calibration.homography[0] == pytest.approx(0.1, rel=0.01)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give either --points or --charuco"),
        (["--charuco", "b.png"], "--charuco needs --squares and --square-mm"),
        (["--charuco", "b.png", "--squares", "7by5", "--square-mm", "20"], "write columns and rows of squares"),
        (["--points", "gone.csv"], "cannot be read"),
        (
            ["--charuco", "grey.png", "--squares", "7x5", "--square-mm", "20"],
            "shows 0 corners of a board of 7x5 squares",
        ),
        (
            ["--charuco", "grey.png", "--squares", "7x5", "--square-mm", "20", "--marker-mm", "25"],
            "a marker is smaller than a square",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_and_the_recipe_stays(
    recipe: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    Image.fromarray(np.full((300, 300), 200, np.uint8)).save(tmp_path / "grey.png")
    monkeypatch.chdir(tmp_path)
    calibrate(recipe, *arguments, code=2)
    assert said in capsys.readouterr().err
    assert recipe.read_text() == "# mine\nseed = 7\n"
