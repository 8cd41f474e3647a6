"""Single keys of a recipe file set or unset; its other lines and its comments stay as they are."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scuff.core.errors import RecipeError
from scuff.core.picture import write_whole
from scuff.core.recipe_file import load_recipe
from scuff.core.recipe_keys import toml_value

BOM = "\ufeff"
"""Some editors write it at the beginning of a file."""

VALUE = r"""(?:"[^"\\]*"|'[^']*'|[^\s#"'\[{]+)"""
"""A value that ends in its own line."""


def edit_recipe(path: Path, settings: Mapping[str, object], template: Path) -> None:
    """Set keys in a recipe file, which appears whole or not at all; see ``edited_recipe``."""
    write_whole(path, edited_recipe(path, settings, template))


def edited_recipe(path: Path, settings: Mapping[str, object], template: Path) -> str:
    """Set keys in the text of a recipe file.

    Args:
        path: The file.
        settings: Values by dotted keys such as ``inspection.lanes``; ``None`` unsets a key.
        template: What the file begins as, where there is none.

    Raises:
        RecipeError: The file is no recipe, or is written in a way that cannot be edited line by line.
    """
    source = path if path.exists() else template
    load_recipe(source)
    text = source.read_bytes().decode()
    lines = text.split("\n")
    for dotted, value in settings.items():
        section, _, key = dotted.rpartition(".")
        _set(lines, section, key, value)
    edited = "\n".join(lines)
    if _parse(edited) != _expected(_parse(text), settings):
        wanted = ", ".join(f"{dotted} = {toml_value(value)}" for dotted, value in settings.items() if value is not None)
        raise RecipeError(f"{path}: is written in a way that scuff cannot edit; write into it yourself: {wanted}")
    return edited


def _set(lines: list[str], section: str, key: str, value: object) -> None:
    """Set or unset a key in the lines of a recipe, which may end in a carriage return."""
    begin, end = _find_section(lines, section)
    setting = f"#{key} =" if value is None else f"{key} = {toml_value(value)}"
    # A key that is set, or the commented-out one that a written recipe has below its explanation.
    for pattern in (rf"{key}\s*=\s*{VALUE}(\s*(?:#.*)?)", rf"#\s?{key}\s*=[^\r]*(\r?)"):
        for number in range(begin + 1, end):
            found = re.fullmatch(rf"\s*{pattern}", lines[number])
            if found:
                lines[number] = setting + found[1]
                return
    if value is not None:
        used = [number for number in range(begin, end) if lines[number].strip() and lines[number].lstrip()[0] != "#"]
        lines.insert(used[-1] + 1, setting + _line_end(lines))


def _find_section(lines: list[str], section: str) -> tuple[int, int]:
    """The line of a section's header and the one where the next begins; adds the section where there is none."""
    headers = [number for number, line in enumerate(lines) if re.match(r"\s*\[", line)]
    for place, number in enumerate(headers):
        if re.fullmatch(rf"\s*\[\s*{section}\s*\]\s*(#.*)?", lines[number]):
            return number, (*headers, len(lines))[place + 1]
    if lines[-1].strip():
        lines.append("")
    end = _line_end(lines)
    lines[-1:] = [end, f"[{section}]{end}", ""]
    return len(lines) - 2, len(lines)


def _line_end(lines: list[str]) -> str:
    return "\r" if lines[0].endswith("\r") else ""


def _parse(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text.removeprefix(BOM))
    except tomllib.TOMLDecodeError:
        return None


def _expected(document: dict[str, Any] | None, settings: Mapping[str, object]) -> dict[str, Any]:
    """A recipe's document with its keys set."""
    expected = dict(document or {})
    for dotted, value in settings.items():
        section, _, key = dotted.rpartition(".")
        table = {name: kept for name, kept in expected.get(section, {}).items() if name != key}
        expected[section] = table if value is None else table | {key: value}
    return expected
