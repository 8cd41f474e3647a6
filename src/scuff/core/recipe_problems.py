"""What is wrong with a recipe, one line a problem: key, value, place, what is allowed, the nearest key."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scuff.core.recipe_keys import UNITS, Key, list_keys, lists, recipe_keys, sections, split_unit, toml_value

COMMAND_LINE = "--set"


def problems(
    error: ValidationError, document: Mapping[str, object], file: str, overridden: Collection[str], place: str
) -> list[str]:
    """Put the problems of a recipe into words.

    Args:
        error: What the model says.
        document: The recipe as it was read, with what was set on top.
        file: Where the recipe comes from.
        overridden: Dotted keys that were set on top of it.
        place: Where these come from.
    """
    lines = {}
    for detail in error.errors():
        path = [str(step) for step in detail["loc"][: _depth(detail)]]
        dotted = ".".join(path)
        on_top = any(key == dotted or key.startswith(f"{dotted}.") for key in overridden)
        lines[dotted] = f"{place if on_top else file}: {_problem(path, detail, _look_up(document, path))}"
    return list(lines.values())


def _depth(detail: ErrorDetails) -> int:
    """Length of the key within an error's place; what follows is an element of its value."""
    first = detail["loc"][0] if detail["loc"] else ""
    return 3 if first in lists() else 2 if first in sections() else 1


def _problem(path: list[str], detail: ErrorDetails, value: object) -> str:
    dotted = ".".join(path)
    if not path:
        return str(detail["ctx"]["error"])
    if path[0] in lists():
        return _problem_in_list(path, detail, value)
    key = recipe_keys().get(dotted)
    if key is not None and detail["type"] == "value_error":
        return f"{dotted} = {toml_value(value)}: {detail['ctx']['error']}"
    if key is not None:
        return f"{dotted} = {toml_value(value)}: must be {key.allowed}{_hint(key, value)}"
    if detail["type"] == "value_error":
        return f"[{dotted}]: {detail['ctx']['error']}"
    if dotted in sections():
        return f"{dotted} = {toml_value(value)}: is a section; write [{dotted}] and its keys below it"
    if isinstance(value, Mapping) and len(path) == 1:
        return _unknown_section(dotted)
    return f"{dotted} = {toml_value(value)}: there is no such key; {_advice(dotted)}"


def _problem_in_list(path: list[str], detail: ErrorDetails, value: object) -> str:
    name, *inside = path
    keys = {key.name: key for key in list_keys(name)}
    if len(inside) < 2:
        said = detail["ctx"]["error"] if detail["type"] == "value_error" else f"write [[{name}]] and its keys below it"
        return f"[[{name}]]{_number(inside)}: {said}"
    place, key = f"[[{name}]]{_number(inside)}, {inside[1]}", keys.get(inside[1])
    if detail["type"] == "missing" and key is not None:
        return f"{place}: is missing; must be {key.allowed}"
    if key is None:
        close = difflib.get_close_matches(inside[1], keys, n=1)
        return f"{place}: there is no such key; {_nearest_of(close, keys)}"
    said = detail["ctx"]["error"] if detail["type"] == "value_error" else f"must be {key.allowed}{_hint(key, value)}"
    return f"{place} = {toml_value(value)}: {said}"


def _nearest_of(close: list[str], keys: Iterable[str]) -> str:
    return f"nearest: {close[0]}" if close else f"keys there: {', '.join(keys)}"


def _number(inside: list[str]) -> str:
    return f" number {int(inside[0]) + 1}" if inside else ""


def _unknown_section(name: str) -> str:
    close = difflib.get_close_matches(name, sections(), n=1)
    nearest = f"nearest: [{close[0]}]; " if close else ""
    return f"[{name}]: there is no such section; {nearest}sections: {', '.join(sections())}"


def _advice(dotted: str) -> str:
    section, _, name = dotted.rpartition(".")
    key = _nearest(section, name)
    if key is None:
        here, _ = _partition(section)
        return f"keys there: {', '.join(key.name for key in here)}"
    return f"nearest: {key.dotted}{_unit_note(name, key.name)} ({key.allowed})"


def _nearest(section: str, name: str) -> Key | None:
    """The valid key that was probably meant: another unit, another section, or a slip of the finger."""
    here, elsewhere = _partition(section)
    candidates = [
        *_same_but_unit(name, here),
        *(key for key in elsewhere if key.name == name),
        *_close(name, here),
        *_same_but_unit(name, elsewhere),
        *_close(name, elsewhere),
    ]
    return candidates[0] if candidates else None


def _unit_note(name: str, nearest: str) -> str:
    (stem, unit), (nearest_stem, nearest_unit) = split_unit(name), split_unit(nearest)
    if stem != nearest_stem or unit == nearest_unit:
        return ""
    given = f" and not in {UNITS[unit]}" if unit else ""
    return f", in {UNITS[nearest_unit]}{given}" if nearest_unit else ", without a unit"


def _hint(key: Key, value: object) -> str:
    if key.choices:
        close = difflib.get_close_matches(str(value), map(str, key.choices), n=1)
        return f"; nearest: {toml_value(close[0])}" if close else ""
    if isinstance(value, str) and "number" in key.allowed:
        return "; write the number alone" if re.match(r"\s*[-+.\d]+\s*\D*$", value) else ""
    if not isinstance(value, str) and key.allowed.startswith("a text"):
        return '; put it in "quotes"'
    return ""


def _partition(section: str) -> tuple[list[Key], list[Key]]:
    """The keys of a section, and those of the others."""
    keys = recipe_keys().values()
    return [key for key in keys if key.section == section], [key for key in keys if key.section != section]


def _same_but_unit(name: str, keys: Iterable[Key]) -> list[Key]:
    stem, _ = split_unit(name)
    return [key for key in keys if split_unit(key.name)[0] == stem]


def _close(name: str, keys: Iterable[Key]) -> list[Key]:
    by_name = {key.name: key for key in keys}
    return [by_name[match] for match in difflib.get_close_matches(name, by_name, n=1)]


def _look_up(document: Mapping[str, object], path: Iterable[str]) -> object:
    value: object = document
    for step in path:
        if isinstance(value, list):
            value = value[int(step)] if step.isdecimal() and int(step) < len(value) else None
        else:
            value = value[step] if isinstance(value, Mapping) and step in value else None
    return value
