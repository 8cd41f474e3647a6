from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scuff.cli import benchmark_inspect
from scuff.cli.main import main
from scuff.core.bundle import Bundle
from scuff.core.recipe_file import load_recipe

MakeBundle = Callable[..., Bundle]


def benchmark(*arguments: object) -> int:
    """Run the command; return its exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["benchmark-inspect", *map(str, arguments)])
    code = stopped.value.code
    assert isinstance(code, int)
    return code


@pytest.fixture
def bundle(make_bundle: MakeBundle) -> Path:
    return make_bundle().folder


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure without new processes, which take a second each to begin."""

    def call(function: Callable[..., object], *arguments: object) -> object:
        return function(*arguments)

    monkeypatch.setattr(benchmark_inspect, "call_alone", call)


def test_simulated_frame_in_processes_of_their_own(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "fast.toml"
    assert benchmark(bundle, "--size", "64x48", "--seconds", "0", "--write", recipe) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Test plate: fp32, tiles of 32 px"
    assert lines[1].startswith("On OpenVINO ")
    assert lines[2] == "With a simulated frame of 0.003072 megapixels, 3 times, one after the other:"
    stages = ["stage", "read", "checksum", "network", "label", "write", "whole"]
    assert [line.split()[0] for line in lines if line and line.split()[0] in stages] == stages
    assert any(line.startswith("Peak memory ") and line.endswith(" MB") for line in lines)
    assert sum(line.startswith("openvino") for line in lines) in (6, 9)
    assert [line.split()[2] for line in lines if line.endswith("  best")] == ["2"]
    assert lines[-1] == f"Wrote the best of them to {recipe}"
    inspection = load_recipe(recipe).inspection
    assert (inspection.runtime, inspection.lanes) == ("openvino", 2)
    assert inspection.streams is not None


@pytest.mark.usefixtures("in_this_process")
def test_own_pictures_are_measured_with_their_region(
    make_bundle: MakeBundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = make_bundle('[inspection.region]\nleft = "0,0 9,0 9,9"\n[frames]\ncamera_pattern = "(?P<camera>left)"\n')
    (tmp_path / "in").mkdir()
    for number in range(2):
        Image.fromarray(np.full((100, 200), 128, np.uint8)).save(tmp_path / "in" / f"left{number}.png")
    assert benchmark(bundle.folder, "--frames", tmp_path / "in", "--seconds", "0") == 0
    text = capsys.readouterr().out
    assert "With 2 pictures of 0.02 megapixels, 3 times" in text
    assert "(1 of 1 tiles)" in text


@pytest.mark.usefixtures("in_this_process")
def test_simulated_frame_is_inspected_as_a_whole_whatever_the_region(
    make_bundle: MakeBundle, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = make_bundle('[inspection.region]\nleft = "0,0 9999,0 9999,9999"\n')
    assert benchmark(bundle.folder, "--size", "64×40", "--seconds", "0") == 0
    assert "(6 of 6 tiles)" in capsys.readouterr().out


@pytest.mark.usefixtures("in_this_process")
def test_recipe_that_is_there_is_measured_with_and_keeps_its_lines(bundle: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "mine.toml"
    recipe.write_text("# mine\n[inspection]\nlanes = 3 # three\nthreshold = 0.25\n")
    assert benchmark(bundle, "--size", "64x40", "--seconds", "0", "--write", recipe) == 0
    first, second, lanes, threshold, runtime, streams = recipe.read_text().splitlines()
    assert [first, second, lanes, threshold] == ["# mine", "[inspection]", "lanes = 2 # three", "threshold = 0.25"]
    assert (runtime, streams.split()[0]) == ('runtime = "openvino"', "streams")


def test_recipe_that_cannot_be_edited_is_refused_before_measuring(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "mine.toml"
    recipe.write_text("inspection = { lanes = 2 }\n")
    assert benchmark(bundle, "--write", recipe) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{recipe}: is written in a way that scuff cannot edit" in said.err


@pytest.mark.usefixtures("in_this_process")
def test_picture_that_cannot_be_read_is_refused(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert benchmark(bundle, "--frames", tmp_path / "a.png") == 2
    assert f"scuff: {tmp_path / 'a.png'}: " in capsys.readouterr().err


@pytest.mark.parametrize("size", ["5472", "0x9", "9x0", "axb", "5472x3648x3", "70000x2", "20000x20000", "-3x4"])
def test_size_that_is_none_is_refused(bundle: Path, size: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmark(bundle, "--size", size) == 2
    assert f"{size}: must be width and height in pixels, as in 5472x3648, up to" in capsys.readouterr().err
