"""The pictures of several lightings inspected as one frame, or each as a frame of its own."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scuff.cli.main import main
from scuff.core.bundle import Bundle

RECIPE = """\
[frames]
part_pattern = '^(?P<part>[^-]+)'
camera_pattern = '-(?P<camera>[^-]+)-'
"""
FUSED = "lighting_pattern = '-(?P<lighting>[A-Z])$'\nfused = ['A', 'B']\n"

MakeBundle = Callable[..., Bundle]


@pytest.fixture
def bundle(make_bundle: MakeBundle) -> Path:
    """A bundle that was trained on two lightings."""
    return make_bundle(RECIPE + FUSED).folder


@pytest.fixture
def plain(make_bundle: MakeBundle) -> Path:
    """A bundle that looks at each lighting by itself."""
    return make_bundle(RECIPE, name="plain").folder


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def add(folder: Path, name: str, scratched: bool) -> None:
    """A grey picture with a bright line or without; the tiny network finds what is bright in the mean of channels."""
    pixels = np.full((40, 60), 128, np.uint8)
    if scratched:
        pixels[10, 10:40] = 255
    Image.fromarray(pixels).save(folder / f"{name}.png")


def inspect(bundle: Path, folder: Path, *settings: str) -> int:
    words = [word for setting in settings for word in ("--set", setting)]
    with pytest.raises(SystemExit) as stopped:
        main(["inspect", str(bundle), str(folder), "--out", str(folder.parent / "out"), *words])
    code = stopped.value.code
    assert isinstance(code, int)
    return code


def record(folder: Path, name: str) -> Any:
    return json.loads((folder.parent / "out" / name).read_text())


def test_lightings_are_fused_and_what_both_show_is_found(bundle: Path, pictures: Path) -> None:
    for lighting in "AB":
        add(pictures, f"P1-left-{lighting}", scratched=True)
        add(pictures, f"P2-left-{lighting}", scratched=lighting == "A")  # (255, 128, 128) is bright in no mean
    assert inspect(bundle, pictures) == 1
    result = record(pictures, "P1-left.json")
    assert (result["file"], result["part"], result["camera"]) == ("P1-left-A.png + P1-left-B.png", "P1", "left")
    assert [defect["box_xyxy"] for defect in result["defects"]] == [[10, 10, 40, 11]]
    assert record(pictures, "parts/P2.json")["outcome"] == "pass"
    with (pictures.parent / "out" / "results.csv").open(newline="") as file:
        assert [row["frame"] for row in csv.DictReader(file)] == ["P1-left", "P2-left"]
    assert "P1-left" in (pictures.parent / "out" / "report.html").read_text()


def test_what_is_done_is_not_done_again_unless_any_lighting_changed(
    bundle: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lighting in "AB":
        add(pictures, f"P1-left-{lighting}", scratched=False)
    assert inspect(bundle, pictures) == 0
    before = record(pictures, "P1-left.json")["sha256"]
    written = (pictures.parent / "out" / "P1-left.json").stat().st_mtime_ns
    assert inspect(bundle, pictures) == 0
    assert (pictures.parent / "out" / "P1-left.json").stat().st_mtime_ns == written
    add(pictures, "P1-left-B", scratched=True)
    assert inspect(bundle, pictures) == 0
    assert record(pictures, "P1-left.json")["sha256"] != before


def test_a_view_that_lacks_a_lighting_is_not_inspected(bundle: Path, pictures: Path) -> None:
    for lighting in "AB":
        add(pictures, f"P1-left-{lighting}", scratched=False)
    add(pictures, "P2-left-A", scratched=False)
    assert inspect(bundle, pictures) == 3
    part = record(pictures, "parts/P2.json")
    assert part["outcome"] == "not-inspected"
    assert "has no picture under lighting 'B', and frames.fused needs A, B" in part["rule"]
    assert record(pictures, "parts/P1.json")["outcome"] == "pass"


def test_lightings_of_different_sizes_are_not_inspected(bundle: Path, pictures: Path) -> None:
    add(pictures, "P1-left-A", scratched=False)
    Image.new("L", (60, 50), 128).save(pictures / "P1-left-B.png")
    assert inspect(bundle, pictures) == 3
    error = record(pictures, "P1-left.json")["error"]
    assert "its lightings have pictures of 60×40 and 60×50 pixels" in error
    assert str(pictures) not in error


def test_pictures_under_other_lightings_are_passed_over_with_a_note(
    bundle: Path, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for lighting in "ABC":
        add(pictures, f"P1-left-{lighting}", scratched=lighting == "C")
    assert inspect(bundle, pictures) == 0
    assert "pictures under other lightings than frames.fused, not inspected: 1" in capsys.readouterr().err


def test_names_must_tell_the_lighting(bundle: Path, pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(pictures, "P1-left-A", scratched=False)
    assert inspect(bundle, pictures, "frames.lighting_pattern=") == 2
    assert "nobody said how file names tell the lighting; set frames.lighting_pattern" in capsys.readouterr().err


@pytest.mark.parametrize("asked", ["[]", '["B", "A"]'])
def test_other_channels_than_the_network_knows_are_refused(
    bundle: Path, pictures: Path, capsys: pytest.CaptureFixture[str], asked: str
) -> None:
    add(pictures, "P1-left-A", scratched=False)
    assert inspect(bundle, pictures, f"frames.fused={asked}") == 2
    assert "was trained with ['A', 'B'], and would not know what the channels are" in capsys.readouterr().err


def test_without_fusion_a_defect_that_two_lightings_show_is_one(plain: Path, pictures: Path) -> None:
    for lighting in "AB":
        add(pictures, f"P1-left-{lighting}", scratched=True)
    assert inspect(plain, pictures, "tolerances.max_defects=1") == 0
    (defect,) = record(pictures, "parts/P1.json")["defects"]
    assert (defect["seen"]["frame"], [place["frame"] for place in defect["also"]]) == ("P1-left-A", ["P1-left-B"])


def test_without_fusion_one_lighting_may_show_it_alone(plain: Path, pictures: Path) -> None:
    add(pictures, "P1-left-A", scratched=False)
    add(pictures, "P1-left-B", scratched=True)
    assert inspect(plain, pictures) == 1
    (defect,) = record(pictures, "parts/P1.json")["defects"]
    assert defect["seen"]["frame"] == "P1-left-B"


def test_without_fusion_a_part_that_lacks_a_lighting_is_not_inspected(plain: Path, pictures: Path) -> None:
    add(pictures, "P1-left-A", scratched=False)
    add(pictures, "P1-left-B", scratched=True)
    add(pictures, "P2-left-A", scratched=False)
    assert inspect(plain, pictures) == 3
    assert record(pictures, "parts/P2.json")["missing"] == ["1 of 2 frames of camera left"]
    assert inspect(plain, pictures, "frames.per_part=3") == 3
    assert record(pictures, "parts/P1.json")["missing"] == ["2 of 3 frames of camera left"]
