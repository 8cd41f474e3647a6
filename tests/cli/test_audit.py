import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.dataset.audit.pictures import metal
from tests.dataset.audit.test_audit import plates
from tests.fixtures.catalogues import MakeCatalogue

from scuff.cli.audit import command
from scuff.cli.split import command as split_command
from scuff.core.errors import CatalogueError
from scuff.dataset.catalogue import Catalogue
from scuff.dataset.split import load_division


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


@pytest.fixture
def leaking(make_catalogue: MakeCatalogue) -> Catalogue:
    """Ten parts, of which Q shows the metal of P03 in a mirror."""
    masks, pictures = plates(9)
    masks["Q-top"], pictures["Q-top"] = masks["P03-top"][:, ::-1].copy(), metal(3)[:, ::-1]
    return make_catalogue(masks, pictures=pictures)


def test_a_leak_gives_1_and_is_written_down(leaking: Catalogue, tmp_path: Path) -> None:
    split, out = tmp_path / "split.csv", tmp_path / "out"
    split.write_text("part,side\n" + "".join(f"P0{n},training\n" for n in range(9)) + "Q,test\n")
    result = run(leaking.folder, "--split", split, "--out", out)
    assert result.exit_code == 1
    assert "Pairs across the sides of the split: 1 of one scene" in result.output
    rows = table(out / "pairs.csv")
    assert [(row["first"], row["second"], row["motion"]) for row in rows] == [("P03-top", "Q-top", "flipped")]
    assert [row["side"] for row in table(out / "groups.csv")] == ["training", "test"]
    written = json.loads((out / "audit.json").read_text())
    assert written["groups"] == {"group-00001": ["P03-top", "Q-top"]}
    assert written["classes"][0]["frames"] == 10
    page = (out / "audit.html").read_text()
    assert "One scene, on two sides of the split" in page
    assert "default-src 'none'" in page
    assert page.count("data:image/jpeg") >= 3


def test_split_puts_the_scene_on_one_side_and_says_so(leaking: Catalogue, tmp_path: Path) -> None:
    out = tmp_path / "split.csv"
    result = CliRunner().invoke(split_command, [str(leaking.folder), str(out)], catch_exceptions=False)
    assert "Note: 2 of 10 parts share a scene with another; they were joined to 1 units" in result.stderr
    division = load_division(out)
    assert division.sides["P03"] is division.sides["Q"]
    assert len(division.sides) == 10
    assert run(leaking.folder, "--split", out, "--out", tmp_path / "out").exit_code == 0
    apart = CliRunner().invoke(split_command, [str(leaking.folder), str(tmp_path / "b.csv"), "--no-audit"])
    assert "Note" not in apart.stderr


def test_the_catalogue_is_not_written_over(leaking: Catalogue) -> None:
    with pytest.raises(CatalogueError, match="holds a catalogue; name another folder with --out"):
        run(leaking.folder, "--out", leaking.folder)
