"""Recipe files: read and checked, the command line's settings on top; written with every key explained."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scuff.core.errors import RecipeError
from scuff.core.recipe import Recipe
from scuff.core.recipe_keys import Key, list_keys, list_model, lists, recipe_keys, section_model, toml_value
from scuff.core.recipe_problems import COMMAND_LINE, problems
from scuff.core.section import Section

RECIPE_NAME = "recipe.toml"

HEAD = """\
# A recipe: everything that is set per product.
# A key that is left out, or that has a # before it, keeps its default.
# One setting for one run: --set section.key=value on the command line."""


def load_recipe(path: Path | None, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe and set single keys on top of it.

    Args:
        path: A TOML file; ``None``: the defaults.
        overrides: Settings such as ``training.epochs=3``. The value is TOML; what is no TOML value is a text.

    Raises:
        RecipeError: Something is wrong; one line for each problem, with its key, value and place.
    """
    return _checked({} if path is None else _read(path), overrides, str(path) if path else COMMAND_LINE)


def override_recipe(recipe: Recipe, overrides: Sequence[str], place: str = COMMAND_LINE) -> Recipe:
    """Set single keys of a recipe, as ``load_recipe``; ``place`` is where they come from, in the words of an error."""
    return _checked(tomllib.loads(recipe_text(recipe)), overrides, place, place)


def recipe_text(recipe: Recipe) -> str:
    """Write a recipe as TOML, each key below its description, unit and allowed values.

    Optional keys that are not set become commented-out keys; ``load_recipe`` gives the same recipe again.
    """
    lines, section = [HEAD], ""
    for key in recipe_keys().values():
        if key.section != section:
            section = key.section
            about = section_model(section)
            lines += ["", "", f"# {about.__doc__ if about else ''}", f"[{section}]"]
        table = getattr(recipe, section) if section else recipe
        lines += ["", *_explained(key, getattr(table, key.name))]
    for name in lists():
        lines += _explained_list(name, getattr(recipe, name))
    return "\n".join(lines) + "\n"


def list_entry(name: str, entry: Section) -> list[str]:
    """Write one table of a list, such as ``[[rules]]``: its keys that are not left at their defaults."""
    given = entry.model_dump(mode="json", exclude_defaults=True)
    return [f"[[{name}]]", *(f"{key} = {toml_value(value)}" for key, value in given.items())]


def _checked(document: dict[str, Any], overrides: Sequence[str], file: str, place: str = COMMAND_LINE) -> Recipe:
    overridden = {_override(document, text) for text in overrides}
    try:
        return Recipe.model_validate(document)
    except ValidationError as error:
        raise RecipeError("\n".join(problems(error, document, file, overridden, place))) from None


def _explained(key: Key, value: object) -> list[str]:
    setting = f"#{key.name} =" if value is None else f"{key.name} = {toml_value(value)}"
    return [f"# {key.description}", f"# Must be {key.allowed}.", setting]


def _explained_list(name: str, entries: Sequence[Section]) -> list[str]:
    about = (list_model(name) or Section).__doc__ or ""
    lines = ["", "", *(f"# {line.strip()}" for line in about.splitlines() if line.strip())]
    lines += ["# Any number of tables like this one, with the keys that matter:", "#", f"# [[{name}]]"]
    lines += [f"# {key.name}: {key.description} Must be {key.allowed}." for key in list_keys(name)]
    for entry in entries:
        lines += ["", *list_entry(name, entry)]
    return lines


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise RecipeError(f"{path}: there is no such file; `scuff init` writes a recipe") from None
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(_syntax_problem(path, str(error))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: cannot be read as UTF-8 text ({error})") from error


def _syntax_problem(path: Path, reason: str) -> str:
    """Say where the TOML is broken, with the line itself: ``a.toml, line 3: invalid value: `b = nope` ``."""
    at = re.search(r" \(at line (\d+), column \d+\)", reason)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    number = int(at[1]) if at else len(lines)
    what = re.sub(r" \(at [^()]*\)$", "", reason)
    shown = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return f"{path}, line {number}: not valid TOML: {what[:1].lower()}{what[1:]}: `{shown}`"


def _override(document: dict[str, Any], text: str) -> str:
    """Put one setting of the command line into a document; return its dotted key."""
    key, separator, value = text.partition("=")
    path = _key_path(key)
    if not separator or not path:
        raise RecipeError(f"{COMMAND_LINE} {text!r}: write section.key=value, as in training.epochs=3")
    table = document
    for name in path[:-1]:
        inner = table.setdefault(name, {})
        if not isinstance(inner, dict):
            raise RecipeError(f"{COMMAND_LINE} {text!r}: {name!r} is a value and has no keys below it")
        table = inner
    table[path[-1]] = _value(value.strip())
    return ".".join(path)


def _key_path(key: str) -> list[str]:
    """Take a dotted key apart as TOML does; empty where it is none."""
    try:
        table: object = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return []
    path = []
    while isinstance(table, dict):
        path.append(next(iter(table)))
        table = table[path[-1]]
    return path


def _value(text: str) -> object:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return parsed["value"] if len(parsed) == 1 else text
