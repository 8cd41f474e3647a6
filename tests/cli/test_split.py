from pathlib import Path

import pytest
from click.testing import CliRunner

from scuff.cli.split import command
from scuff.core.errors import SplitError
from scuff.dataset.catalogue import Record, Row, save_catalogue
from scuff.dataset.split import Side, load_division


def save_parts(folder: Path, parts_from: str = "pattern") -> Path:
    """Save a catalogue of ten parts, each with 40 pixels of scratch in its only frame."""
    record = Record(source="", annotation_format="", classes=("scratch", "dent"), parts_from=parts_from)
    rows = [Row(f"P{number}", f"P{number}", "", "p.png", 9, 9, "", "scratch:40", "") for number in range(10)]
    save_catalogue(folder, record, rows)
    return folder


def split(*arguments: str | Path) -> str:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_writes_the_split_and_prints_the_shares(tmp_path: Path) -> None:
    out = tmp_path / "split.csv"
    printed = split(save_parts(tmp_path / "catalogue"), out)
    division = load_division(out)
    assert [len(division.parts(side)) for side in Side] == [7, 2, 1]
    assert printed.splitlines() == [
        "                 training  validation       test",
        "parts            7  70.0%    2  20.0%   1  10.0%",
        "frames           7  70.0%    2  20.0%   1  10.0%",
        "defective px   280  70.0%   80  20.0%  40  10.0%",
        "scratch parts    7  70.0%    2  20.0%   1  10.0%",
        "scratch px     280  70.0%   80  20.0%  40  10.0%",
        f"Wrote {out}",
    ]


def test_the_recipe_gives_shares_and_seed(tmp_path: Path) -> None:
    catalogue, out = save_parts(tmp_path / "catalogue"), tmp_path / "split.csv"
    halves = ("--set", "split.training=0.5", "--set", "split.validation=0.5", "--set", "split.test=0.0")
    printed = split(catalogue, out, *halves)
    first = load_division(out)
    assert [len(first.parts(side)) for side in Side] == [5, 5, 0]
    assert "test" not in printed.splitlines()[0]
    split(catalogue, out, *halves, "--set", "seed=1", "--overwrite")
    assert load_division(out) != first


def test_unknown_parts_need_the_word_that_each_image_is_one(tmp_path: Path) -> None:
    catalogue, out = save_parts(tmp_path / "catalogue", parts_from="unknown"), tmp_path / "split.csv"
    with pytest.raises(SplitError, match="nobody said which part each picture shows"):
        split(catalogue, out)
    assert not out.exists()
    split(catalogue, out, "--each-image-is-a-part")
    assert len(load_division(out).sides) == 10


def test_a_split_is_only_replaced_when_told_and_another_file_never(tmp_path: Path) -> None:
    catalogue, out = save_parts(tmp_path / "catalogue"), tmp_path / "split.csv"
    split(catalogue, out)
    with pytest.raises(SplitError, match=r"split\.csv: holds a split already, perhaps edited by hand; .* --overwrite"):
        split(catalogue, out)
    split(catalogue, out, "--overwrite")
    parts = tmp_path / "parts.csv"
    parts.write_text("image,part\na.png,P1\n")
    with pytest.raises(SplitError, match=r"parts\.csv: is there already, and is no split; name another file"):
        split(catalogue, parts, "--overwrite")
    assert parts.read_text() == "image,part\na.png,P1\n"
