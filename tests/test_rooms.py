"""The table of docs/architecture.md, the folders, and the contracts that import-linter checks say the same."""

import re
import tomllib
from pathlib import Path
from typing import TypedDict

import pytest

ROOT = Path(__file__).parents[1]


class Contract(TypedDict):
    source_modules: list[str]
    forbidden_modules: list[str]


def rooms() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "src" / "scuff").glob("*/__init__.py"))


def allowed() -> dict[str, set[str]]:
    """What each room may import, as the table says it."""
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)/` \|.*\| ([^|]+) \|$", table, flags=re.MULTILINE)
    words = {room: set(re.findall(r"\w+", re.sub(r"\(.*?\)", "", text))) for room, text in rows}
    return {room: set(rooms()) if "everything" in said else said & set(rooms()) for room, said in words.items()}


def contracts() -> list[Contract]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[Contract] = settings["tool"]["importlinter"]["contracts"]
    return found


@pytest.mark.parametrize("room", rooms())
def test_every_room_is_in_the_table(room: str) -> None:
    assert room in allowed()


@pytest.mark.parametrize("room", [room for room in rooms() if room != "cli"])
def test_a_contract_forbids_what_the_table_does_not_allow(room: str) -> None:
    (contract,) = [entry for entry in contracts() if entry["source_modules"] == [f"scuff.{room}"]]
    forbidden = {module.removeprefix("scuff.") for module in contract["forbidden_modules"]}
    assert forbidden == set(rooms()) - allowed()[room] - {room}


def test_no_room_has_a_vague_name() -> None:
    vague = {"utils", "helpers", "common", "manager", "data"}
    assert not [path for path in (ROOT / "src").rglob("*") if path.stem in vague]
