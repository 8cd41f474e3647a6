"""`scuff station capture`."""

from pathlib import Path

import click
import numpy as np
import pytest
from tests.cli.test_station_cameras import recipe

from scuff.cli.main import main
from scuff.core.picture import read_picture, read_values
from scuff.core.recipe_file import load_recipe
from scuff.core.station_recipe import Simulation
from scuff.dataset.catalogue import load_catalogue

BAYER = '[frames]\nbayer = "RG"\n'


def capture(*arguments: object, code: int = 0) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["station", "capture", *map(str, arguments)])
    assert (stopped.value.code or 0) == code


def test_pictures_are_what_the_recipe_reads(
    tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = recipe(tmp_path, simulation)
    capture(plain, "--parts", 2, "--out", tmp_path / "rgb")
    said = capsys.readouterr().out
    assert 'Pictures are kept in RGB (for raw ones: set frames.bayer = "RG")' in said
    assert "2/2 P0002: 2 pictures" in said
    assert "Parts: 2 of 2 complete" in said
    assert read_values(tmp_path / "rgb" / "frames" / "P0001-left.png").shape == (64, 96, 3)
    bayer = recipe(tmp_path, simulation, BAYER)
    capture(bayer, "--parts", 2, "--out", tmp_path / "raw")
    assert read_values(tmp_path / "raw" / "frames" / "P0001-left.png").shape == (64, 96)
    names = ["P0001-left.png", "P0001-right.png", "P0002-left.png", "P0002-right.png"]
    for name in names:  # the same run, the same pictures
        raw = read_picture(tmp_path / "raw" / "frames" / name, load_recipe(bayer).frames)
        np.testing.assert_array_equal(raw, read_picture(tmp_path / "rgb" / "frames" / name))
    assert (tmp_path / "raw" / "parts.csv").read_text().splitlines()[1:3] == [
        "P0001-left.png,P0001,left",
        "P0001-right.png,P0001,right",
    ]


def test_what_was_taken_is_imported_with_its_masks(
    tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    lightings = '[[lightings]]\nname = "A"\nintensities = { A = 1.0 }\n[[lightings]]\nname = "full"\n'
    path = recipe(tmp_path, simulation, lightings)
    capture(path, "--parts", 2, "--out", tmp_path / "out", "--masks")
    (hint,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Next: scuff import ")]
    words = hint.removeprefix("Next: scuff ").replace("'", "").split(" --set ")
    arguments = [*words[0].replace("catalogue", str(tmp_path / "catalogue")).split(), "--set", words[1]]
    main_import(arguments)
    catalogue = load_catalogue(tmp_path / "catalogue")
    assert len(catalogue.rows) == 8
    assert {(row.part, row.camera) for row in catalogue.rows} == {
        (part, camera) for part in ("P0001", "P0002") for camera in ("left", "right")
    }
    masks = sorted((tmp_path / "out" / "masks").glob("*-full.png"))
    assert any(read_values(mask).any() for mask in masks)


def main_import(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert not stopped.value.code


def test_a_mask_has_the_region_of_its_picture(tmp_path: Path, simulation: Simulation) -> None:
    camera = '[[cameras]]\nname = "left"\nleft_px = 32\ntop_px = 8\nwidth_px = 48\nheight_px = 40\n'
    capture(recipe(tmp_path, simulation, camera), "--parts", 1, "--out", tmp_path / "out", "--masks")
    capture(recipe(tmp_path, simulation), "--parts", 1, "--out", tmp_path / "whole", "--masks")
    piece = read_values(tmp_path / "out" / "masks" / "P0001-left.png")
    whole = read_values(tmp_path / "whole" / "masks" / "P0001-left.png")
    np.testing.assert_array_equal(piece, whole[8:48, 32:80])


def test_an_incomplete_set_is_named_and_not_kept(
    tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recipe(tmp_path, simulation, "[simulation.faults]\nincomplete = 0.3\nlost = 0.1\n")
    capture(path, "--parts", 12, "--out", tmp_path / "out", code=3)
    said = capsys.readouterr()
    lost = [line.split()[1].rstrip(":") for line in said.err.splitlines() if "INCOMPLETE" in line]
    assert 0 < len(lost) < 12
    assert f"Parts: {12 - len(lost)} of 12 complete" in said.out
    assert f"Take again: scuff station capture {path}" in said.out
    kept = {name.name[:5] for name in (tmp_path / "out" / "frames").iterdir()}
    assert kept == {f"P{number:04}" for number in range(1, 13)} - set(lost)
    assert all(f"--serial {part}" in said.out for part in lost)


def test_a_camera_that_cannot_be_opened_ends_it_before_anything_is_taken(
    tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recipe(tmp_path, simulation, '[[cameras]]\nname = "left"\ndriver = "folder"\ndevice = "nowhere"\n')
    capture(path, "--parts", 1, "--out", tmp_path / "out", code=2)
    assert "left: nowhere: there is no such folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_raw_pictures_that_would_not_be_read_back_are_refused(
    tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    capture(recipe(tmp_path, simulation), "--parts", 1, "--out", tmp_path / "out", "--as", "raw", code=2)
    said = capsys.readouterr().err
    assert "camera 'left' gives BayerRG8, which this recipe would not read back: set frames.bayer = \"RG\"" in said


def test_masks_of_real_parts_do_not_exist(
    tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    more = '[light]\ndriver = "none"\n[[cameras]]\nname = "left"\ndriver = "folder"\ndevice = "x"\n'
    capture(recipe(tmp_path, simulation, more), "--parts", 1, "--out", tmp_path / "out", "--masks", code=2)
    assert "only simulated parts have them" in capsys.readouterr().err


def test_parts_that_are_there_are_kept_and_not_taken_again(
    tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recipe(tmp_path, simulation)
    capture(path, "--serial", "SN7", "--serial", "SN8", "--out", tmp_path / "out")
    capture(path, "--serial", "SN8", "--out", tmp_path / "out", code=2)
    assert "part 'SN8': is in" in capsys.readouterr().err
    capture(path, "--parts", 1, "--first", 9, "--out", tmp_path / "out")
    assert len((tmp_path / "out" / "parts.csv").read_text().splitlines()) == 1 + 6


def test_parts_or_serials_must_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--parts", 1, "--serial", "a"]):
        capture(tmp_path / "recipe.toml", *arguments, "--out", tmp_path / "out", code=2)
        assert "give --parts or --serial" in capsys.readouterr().err


def test_a_pause_waits_for_each_part_and_ctrl_c_ends_it(
    tmp_path: Path, simulation: Simulation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def prompt(text: str, **_: object) -> str:
        asked.append(text)
        if len(asked) == 2:
            raise click.Abort
        return ""

    monkeypatch.setattr(click, "prompt", prompt)
    capture(recipe(tmp_path, simulation), "--parts", 3, "--out", tmp_path / "out", "--pause", code=130)
    assert asked == ["Place P0001 and press Enter", "Place P0002 and press Enter"]
    assert "Stopped; what was taken stays" in capsys.readouterr().err
    assert len(list((tmp_path / "out" / "frames").iterdir())) == 2


def test_the_pool_is_rendered_before(
    tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = simulation.model_copy(update={"cache": str(tmp_path / "cache")})
    capture(recipe(tmp_path, fresh), "--parts", 1, "--out", tmp_path / "out")
    assert "Rendering simulated parts into" in capsys.readouterr().err
    assert len(list((tmp_path / "cache").glob("*/*.npy"))) == 4


def test_lightings_that_the_recipe_fuses_are_imported_as_one_frame(tmp_path: Path, simulation: Simulation) -> None:
    extra = (
        "[frames]\nfused = ['A', 'B']\nlighting_pattern = '-(?P<lighting>[^-]+)$'\n"
        "[[lightings]]\nname = 'A'\nintensities = { A = 1.0 }\n[[lightings]]\nname = 'B'\nintensities = { B = 1.0 }\n"
    )
    path = recipe(tmp_path, simulation, extra)
    capture(path, "--parts", 1, "--out", tmp_path / "out")
    assert len(list((tmp_path / "out" / "frames").iterdir())) == 4
    words = [tmp_path / "out" / "frames", tmp_path / "catalogue", "--parts", tmp_path / "out" / "parts.csv"]
    with pytest.raises(SystemExit):
        main(["import", *map(str, words), "--recipe", str(path)])
    rows = load_catalogue(tmp_path / "catalogue").rows
    assert [(row.frame, row.part, row.camera) for row in rows] == [
        ("P0001-left", "P0001", "left"),
        ("P0001-right", "P0001", "right"),
    ]
