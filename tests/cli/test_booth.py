import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

from scuff.booth.marks.classes import CLASSES
from scuff.booth.pool import run_tasks
from scuff.cli import booth
from scuff.cli.import_ import command as import_command
from scuff.core.errors import BoothError
from scuff.core.picture import read_size, read_values
from scuff.dataset.catalogue import load_catalogue

TINY = ["--size", "96x64", "--seed", "1", "--sound-share", "0", "--min-visibility", "0.2"]
LIGHTS = ["--light", "A=1", "--light", "A=1,B=0.5"]
ALONE = ["--workers", "1"]


def run(command: click.Command, *arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


def render(out: Path, *arguments: str | Path) -> str:
    result = run(booth.command, "render", out, *TINY, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three parts under two lightings, rendered by one process."""
    out = tmp_path_factory.mktemp("booth") / "out"
    render(out, "--parts", "3", *LIGHTS, *ALONE)
    return out


def test_everything_is_written(rendered: Path) -> None:
    names = [
        f"P000{part}-{camera}-{light}" for part in (1, 2, 3) for camera in ("left", "right") for light in ("A", "AB50")
    ]
    expected = {"booth.json", "parts.csv"}
    for name in names:
        expected |= {f"frames/{name}.png", f"frames/{name}.json", f"masks/{name}.png", f"metadata/{name}.json"}
    assert contents(rendered).keys() == expected
    assert read_size(rendered / "frames" / "P0001-left-A.png") == (64, 96)


def test_the_number_of_workers_changes_no_byte(rendered: Path, tmp_path: Path) -> None:
    render(tmp_path / "out", "--parts", "3", *LIGHTS, "--workers", "2")
    assert contents(tmp_path / "out") == contents(rendered)


def test_an_interrupted_run_goes_on_to_the_same_bytes(
    rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, arguments = tmp_path / "out", ["--parts", "3", *LIGHTS, *ALONE]

    def interrupted(*given: Any) -> Iterator[int]:
        yield next(run_tasks(*given))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(booth, "run_tasks", interrupted)
        result = run(booth.command, "render", out, *TINY, *arguments)
    assert result.exit_code == 130
    assert "Stopped; the same command goes on where it stopped" in result.stderr
    assert len(list((out / "metadata").iterdir())) == 2
    (out / "metadata" / "P0001-left-A.json").unlink()
    (out / "frames" / "P0001-left-AB50.png").write_bytes(b"half")
    (out / "frames" / ".P0001-right-A.png.part").write_bytes(b"half")
    printed = render(out, *arguments)
    assert f"Frames: 12 (0 were there already); parts: 3\nWrote {out}\n" in printed
    assert contents(out) == contents(rendered)
    assert "Frames: 12 (12 were there already); parts: 3\n" in render(out, *arguments)


def test_parts_can_be_added_and_rendered_by_themselves(rendered: Path, tmp_path: Path) -> None:
    render(tmp_path / "grown", "--parts", "1", *LIGHTS, *ALONE)
    assert "Frames: 12 (4 were there already); parts: 3" in render(tmp_path / "grown", "--parts", "3", *LIGHTS, *ALONE)
    assert contents(tmp_path / "grown") == contents(rendered)
    render(tmp_path / "last", "--first", "3", "--parts", "1", *LIGHTS, *ALONE)
    last, all_parts = contents(tmp_path / "last"), contents(rendered)
    frames = [name for name in last if "/" in name]
    assert len(frames) == 16
    assert all(last[name] == all_parts[name] for name in frames)


def test_the_printed_command_imports_the_run_as_it_is(
    rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (line,) = [
        line for line in render(rendered, "--parts", "3", *LIGHTS, *ALONE).splitlines() if line.startswith("Next: ")
    ]
    program, name, *arguments = shlex.split(line.removeprefix("Next: "))
    assert (program, name) == ("scuff", "import")
    result = run(import_command, *arguments)
    assert result.exit_code == 0, result.output
    assert "Frames: 12; parts: 3 (from the table); cameras: 2" in result.stdout
    assert "Broken items: 0" in result.stdout
    assert result.stderr == ""
    catalogue = load_catalogue(tmp_path / "catalogue")
    assert catalogue.classes == CLASSES
    assert {(row.part, row.camera) for row in catalogue.rows if row.frame == "P0002-right-A"} == {("P0002", "right")}
    for row in catalogue.rows:
        assert np.array_equal(catalogue.mask(row), read_values(rendered / "masks" / f"{row.frame}.png"))
    assert any(row.annotations for row in catalogue.rows)


def test_the_masks_import_to_the_same_catalogue(rendered: Path, tmp_path: Path) -> None:
    values = ",".join(f"{value}={name}" for value, name in enumerate(CLASSES, 1))
    masks: list[str | Path] = ["--masks", rendered / "masks", "--mask-kind", "values", "--class-values", values]
    result = run(import_command, rendered / "frames", tmp_path / "a", *masks, "--parts", rendered / "parts.csv")
    assert "Broken items: 0" in result.stdout
    run(import_command, rendered / "frames", tmp_path / "b", "--format", "labelme", "--parts", rendered / "parts.csv")
    marked = [{row.frame: row.annotations for row in load_catalogue(tmp_path / name).rows} for name in ("a", "b")]
    assert marked[0] == marked[1]


def test_a_frame_says_which_flaws_are_left_out(rendered: Path) -> None:
    for path in sorted((rendered / "metadata").iterdir()):
        flaws = json.loads(path.read_text())["flaws"]
        shapes = json.loads((rendered / "frames" / path.name).read_text())["shapes"]
        assert [flaw["id"] for flaw in flaws if flaw["marked"]] == [shape["group_id"] for shape in shapes]
        assert all(flaw["marked"] != bool(flaw["left_out"]) for flaw in flaws)


def test_another_seed_is_refused(rendered: Path) -> None:
    with pytest.raises(BoothError, match="holds a run with --seed 1 instead of 2"):
        run(booth.command, "render", rendered, *TINY, *LIGHTS, "--seed", "2")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--size", "96"], "--size 96: must be width x height"),
        (["--light", "C=1"], "no luminaire 'C'; the booth has A, B"),
    ],
)
def test_bad_options_are_refused_before_anything_is_written(tmp_path: Path, options: list[str], reason: str) -> None:
    with pytest.raises(BoothError, match=reason):
        run(booth.command, "render", tmp_path / "out", *options)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [["--parts", "0"], ["--sound-share", "1.5"], ["--workers", "0"], ["--seed", "-1"]])
def test_values_out_of_range_are_refused(tmp_path: Path, options: list[str]) -> None:
    result = run(booth.command, "render", tmp_path / "out", *options)
    assert result.exit_code == 2
    assert f"Invalid value for '{options[0]}'" in result.stderr


@pytest.mark.parametrize("name", ["render", "preview"])
def test_each_has_help_with_examples(name: str) -> None:
    text = run(booth.command, name, "--help").stdout
    assert "Examples:" in text
    assert f"scuff booth {name} " in text


def test_a_preview_is_one_picture(tmp_path: Path) -> None:
    out = tmp_path / "part.png"
    result = run(booth.command, "preview", out, "--size", "96x64", "--part", "2")
    assert result.stdout == f"Wrote {out}\n"
    assert read_size(out)[1] > 3000
    first = out.read_bytes()
    with pytest.raises(BoothError, match=r"part\.png: is there already; name another file, or give --overwrite"):
        run(booth.command, "preview", out, "--size", "96x64")
    run(booth.command, "preview", out, "--size", "96x64", "--part", "2", "--overwrite")
    assert out.read_bytes() == first


def test_a_preview_is_a_png(tmp_path: Path) -> None:
    with pytest.raises(BoothError, match=r"part\.jpg: is written as PNG; name it part\.png"):
        run(booth.command, "preview", tmp_path / "part.jpg")
