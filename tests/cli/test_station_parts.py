"""`scuff station parts` and `scuff station retain`."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from tests.fixtures.stores import BUNDLE, DEFECT, NOW, RECIPE, begin, finish, frame
from tests.store.test_pictures import age

from scuff.cli.main import main
from scuff.core.recipe_file import load_recipe
from scuff.core.verdict import Finding, Outcome, Verdict
from scuff.store.opening import open_store

LIMIT = Finding(
    rule="long", outcome=Outcome.FAIL, measure="length", value=3.25, limit=2.5, unit="mm", broken=True, defects=(1,)
)
FAILED = Verdict(outcome=Outcome.FAIL, rule="long: length 3.25 mm, at most 2.5 mm", findings=(LIMIT,))


def station(command: str, *arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["station", command, *map(str, arguments)])
    return int(stopped.value.code or 0)


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A recipe whose store has a part that passed long ago, one that failed, and one without a verdict."""
    path = tmp_path / "recipe.toml"
    path.write_text(
        f'[store]\nurl = "sqlite:///{tmp_path}/scuff.db"\npictures = "{tmp_path}/pictures"\nkeep_pass_days = 1\n'
    )
    settings = load_recipe(path)
    store = open_store(settings.store, settings.line.station)
    first, second, _ = (begin(store, f"T{number}", f"SN{number}") for number in (1, 2, 3))
    for number in (first, second):
        picture = store.pictures.put(b"part %d" % number, ".raw")
        age(store.pictures.get(picture))
        store.keep_frames(number, [frame("left", picture), frame("right")])
    finish(store, first, at=NOW - timedelta(days=2))
    store.finish(second, FAILED, "", "{}", [DEFECT], NOW)
    store.act("Ada", "confirm", second, "a scratch", NOW)
    store.close()
    return path


def test_the_newest_parts_come_first(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert station("parts", recipe) == 0
    assert capsys.readouterr().out.splitlines() == [
        "      3  2026-05-04 12:00:00  SN3           no verdict yet  0 pictures",
        "      2  2026-05-04 12:00:00  SN2           fail            2 pictures  long: length 3.25 mm, at most 2.5 mm",
        "      1  2026-05-04 12:00:00  SN1           pass            2 pictures  any defect: no defects, 0 allowed",
    ]


def test_parts_by_outcome_and_number(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert station("parts", recipe, "--outcome", "pass") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["1"]
    assert station("parts", recipe, "--last", 1) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["3"]
    assert station("parts", recipe, "--outcome", "review") == 0
    assert capsys.readouterr().out == "No such part is in the store\n"


def test_one_part_is_told_with_all_that_is_known(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert station("parts", recipe, "--part", "SN2") == 0
    picture = next(path for path in tmp_path.rglob("*.raw") if path.read_bytes() == b"part 2")
    assert [line.strip() for line in capsys.readouterr().out.splitlines()[1:]] == [
        "station station",
        f"recipe sink ({RECIPE.sha256[:12]}), bundle {BUNDLE[:12]}",
        "trigger T2 from keyboard",
        f"picture: left, all: 9000.5 µs, 1.5 dB, {picture}",
        "picture: right, all: 9000.5 µs, 1.5 dB, not kept",
        "defect 1: scratch, 3.25 mm long, score 0.750, left at 1, 2, 30, 4",
        "NOT KEPT: long: length 3.25 mm, at most 2.5 mm",
        "2026-05-04 12:00:00  Ada: confirm a scratch",
    ]


def test_a_table_has_a_row_for_each_part(recipe: Path, tmp_path: Path) -> None:
    assert station("parts", recipe, "--csv", tmp_path / "parts.csv") == 0
    with (tmp_path / "parts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["part"], row["outcome"], row["defects"]) for row in rows] == [
        ("SN3", "", "0"),
        ("SN2", "fail", "1"),
        ("SN1", "pass", "0"),
    ]
    assert rows[1]["finished_at"] == "2026-05-04T12:00:00.250000+00:00"
    assert Path(rows[1]["pictures"].split("; ")[0]).read_bytes() == b"part 2"


def test_pictures_go_and_parts_stay(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert station("retain", recipe) == 0
    assert capsys.readouterr().out == "Removed 1 picture, 0.0 MB\n"
    assert station("parts", recipe, "--part", "SN1") == 0
    said = capsys.readouterr().out
    assert "2 pictures, 1 removed" in said
    assert "left, all: 9000.5 µs, 1.5 dB, removed by the rules of retention" in said


def test_a_picture_that_is_missing_is_told(recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in tmp_path.rglob("*.raw"):
        path.unlink()
    assert station("parts", recipe, "--part", "SN2") == 0
    assert f", which is not in {tmp_path}/pictures" in capsys.readouterr().out


def test_a_recipe_that_keeps_everything_is_told(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keeping = tmp_path / "keeping.toml"
    keeping.write_text(recipe.read_text().replace("keep_pass_days = 1\n", ""))
    assert station("retain", keeping) == 0
    said = capsys.readouterr()
    assert said.out == "Removed 0 pictures, 0.0 MB\n"
    assert "The recipe keeps all pictures: neither store.keep_pass_days nor store.keep_other_days is set" in said.err


def test_a_part_that_is_not_there_is_refused(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert station("parts", recipe, "--part", "SN9") == 2
    assert "--part SN9: no part has this serial number" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["parts", "retain"])
def test_a_store_that_is_not_there_is_refused_and_not_made(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(f'[store]\nurl = "sqlite:///{tmp_path}/scuff.db"\npictures = "{tmp_path}/pictures"\n')
    assert station(command, recipe) == 2
    assert "scuff.db: is not there; name it in store.url, or let `scuff station run` make it" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [recipe]


def test_what_was_done_at_the_station(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert station("parts", recipe, "--actions") == 0
    assert capsys.readouterr().out == "2026-05-04 12:00:00  Ada: confirm a scratch\n"
