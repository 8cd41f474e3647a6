"""One table of a list in a recipe file, such as ``[[calibration]]``, set; the other lines stay as they are."""

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from scuff.core.errors import RecipeError
from scuff.core.picture import write_whole
from scuff.core.recipe import Recipe
from scuff.core.recipe_edit import BOM
from scuff.core.recipe_file import list_entry, load_recipe
from scuff.core.section import Section


def set_entry(path: Path, name: str, entry: Section, key: str) -> bool:
    """Put a table into a list of a recipe file, which appears whole or not at all.

    Args:
        path: The file.
        name: Of the list.
        entry: The table; it takes the place of one with the same value of ``key``, if there is one.
        key: What tells the tables of the list apart.

    Returns:
        Whether it took another's place.

    Raises:
        RecipeError: The file is no recipe, or is written in a way that cannot be edited line by line.
    """
    recipe = load_recipe(path)
    text = path.read_bytes().decode()
    wanted = getattr(entry, key)
    others = [each for each in getattr(recipe, name) if getattr(each, key) != wanted]
    replaced = len(others) < len(getattr(recipe, name))
    lines = _without(text.split("\n"), name, key, wanted) if replaced else text.split("\n")
    end = "\r" if lines[0].endswith("\r") else ""
    while lines and not lines[-1].strip():
        lines.pop()
    edited = "\n".join([*lines, end, *(f"{line}{end}" for line in list_entry(name, entry)), ""])
    if _recipe(edited) != recipe.model_copy(update={name: (*others, entry)}):
        shown = "\n".join(list_entry(name, entry))
        raise RecipeError(f"{path}: is written in a way that scuff cannot edit; write into it yourself:\n{shown}")
    write_whole(path, edited)
    return replaced


def _recipe(text: str) -> Recipe | None:
    try:
        return Recipe.model_validate(tomllib.loads(text.removeprefix(BOM)))
    except (tomllib.TOMLDecodeError, ValidationError):
        return None


def _without(lines: list[str], name: str, key: str, value: object) -> list[str]:
    """Leave out the tables of a list that have a value; comments behind their last keys stay."""
    kept: list[str] = []
    for block in _blocks(lines, name):
        table = _parsed(block).get(name, [{}]) if re.match(rf"\s*\[\[\s*{name}\s*\]\]", block[0]) else [{}]
        if table[0].get(key, "") != value or table == [{}]:
            kept += block
        else:
            kept += _after_table(block)
    return kept


def _blocks(lines: list[str], name: str) -> list[list[str]]:
    """Cut a file before each table of the list, and before each header behind one."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if re.match(r"\s*\[", line) and (blocks[-1] or len(blocks) == 1):
            blocks.append([])
        blocks[-1].append(line)
    return [block for block in blocks if block]


def _parsed(block: list[str]) -> dict[str, list[dict[str, object]]]:
    try:
        return tomllib.loads("\n".join(line.removesuffix("\r") for line in block))
    except tomllib.TOMLDecodeError:
        return {}


def _after_table(block: list[str]) -> list[str]:
    """The comments and blank lines that follow the last key of a table: they belong to what comes next."""
    used = [number for number, line in enumerate(block) if line.strip() and not line.lstrip().startswith("#")]
    return block[used[-1] + 1 :]
