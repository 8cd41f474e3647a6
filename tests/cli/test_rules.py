from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scuff.cli.main import main
from scuff.core.bundle import Bundle

RECIPE = """\
[frames]
part_pattern = '(?P<part>[^_]+)_'
pixel_mm = 0.1

[[rules]]
name = "long scratches"
classes = ["scratch"]
max_length_mm = 2.5
"""


def scuff(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(map(str, arguments)))
    code = stopped.value.code
    assert isinstance(code, int)
    return code


@pytest.fixture
def inspected(make_bundle: Callable[..., Bundle], tmp_path: Path) -> Path:
    """Two parts, each with a scratch: of 2 mm and of 3 mm."""
    (tmp_path / "in").mkdir()
    for part, length in (("a", 20), ("b", 30)):
        pixels = np.full((40, 60), 128, np.uint8)
        pixels[10, 5 : 5 + length] = 255
        Image.fromarray(pixels).save(tmp_path / "in" / f"{part}_left.png")
    (tmp_path / "line.toml").write_text(RECIPE)
    bundle = make_bundle().folder
    assert scuff("inspect", bundle, tmp_path / "in", "--recipe", tmp_path / "line.toml", "--out", tmp_path / "out") == 1
    return tmp_path / "out"


def test_explain_names_rule_value_limit_and_defect(inspected: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert scuff("rules", "explain", inspected / "parts" / "b.json") == 0
    assert capsys.readouterr().out == (
        "Part b: fail\n"
        "  long scratches: length 3 mm, at most 2.5 mm\n"
        "\n"
        "Limits:\n"
        "  NOT KEPT long scratches: length 3 mm, at most 2.5 mm (defects 1)\n"
        "  kept     any other defect: no defects, 0 allowed\n"
        "\n"
        "Defects:\n"
        "    1  scratch, 3 mm long, score 1.000: b_left, number 1 there\n"
    )


def test_apply_says_what_changes(inspected: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "strict.toml").write_text(RECIPE.replace("2.5", "1.5"))
    capsys.readouterr()
    assert scuff("rules", "apply", inspected, "--recipe", tmp_path / "strict.toml", "--out", tmp_path / "new") == 0
    said = capsys.readouterr().out
    assert said.startswith("The outcome of 1 of 2 parts changes:\n  1 from pass to fail\n2 fail\n")
    assert (tmp_path / "new" / "verdicts.csv").is_file()
    assert scuff("rules", "apply", inspected, "--recipe", tmp_path / "line.toml", "--out", tmp_path / "same") == 0
    assert "The outcome of none of 2 parts changes" in capsys.readouterr().out


def test_the_verdicts_of_the_line_are_not_replaced(
    inspected: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scuff("rules", "apply", inspected, "--recipe", tmp_path / "line.toml", "--out", inspected) == 2
    assert "holds the verdicts that a line got" in capsys.readouterr().err


def test_a_rule_in_mm_without_a_scale_is_refused_before_anything_is_inspected(
    inspected: Path, tmp_path: Path, make_bundle: Callable[..., Bundle], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "px.toml").write_text(RECIPE.replace("pixel_mm = 0.1", ""))
    bundle = make_bundle(name="other").folder
    assert scuff("inspect", bundle, tmp_path / "in", "--recipe", tmp_path / "px.toml", "--out", tmp_path / "out2") == 2
    assert "'long scratches': max_length_mm is in mm, and no camera has a scale" in capsys.readouterr().err
    assert not (tmp_path / "out2").exists()
