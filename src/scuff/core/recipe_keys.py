"""The keys of a recipe in words: kind, unit, limits. Read from the model itself, so never out of date."""

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from scuff.core.recipe import Recipe
from scuff.core.section import Section

UNITS = {
    "deg": "degrees",
    "hours": "hours",
    "minutes": "minutes",
    "mm": "mm",
    "mm2": "mm²",
    "ms": "ms",
    "px": "pixels",
    "s": "seconds",
    "um": "µm",
    "us": "µs",
}
"""What the ending of a key says about its value."""

KINDS: dict[object, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
PLURALS: dict[object, str] = {int: "whole numbers", float: "numbers", str: "texts"}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a recipe.

    Attributes:
        section: The table it is in; empty for a key before the first table.
        name: Without its section.
        description: What it means.
        allowed: Kind, unit and limits of its values, to read after "must be".
        choices: The values, where only some are allowed.
        default: What it is where nobody says.
    """

    section: str
    name: str
    description: str
    allowed: str
    choices: tuple[object, ...]
    default: object

    @property
    def dotted(self) -> str:
        """Section and name, as ``--set`` takes them."""
        return f"{self.section}.{self.name}" if self.section else self.name


@functools.cache
def recipe_keys() -> Mapping[str, Key]:
    """All keys of a recipe by their dotted names, in the order of the file."""
    keys = []
    for name, field in Recipe.model_fields.items():
        section = section_model(name)
        if section is not None:
            keys += _keys_of(name, section)
        elif list_model(name) is None:
            keys.append(_key("", name, field))
    return {key.dotted: key for key in keys}


def list_keys(name: str) -> list[Key]:
    """The keys of each table of a list, such as ``[[rules]]``."""
    model = list_model(name)
    return [] if model is None else _keys_of(name, model)


def list_model(name: str) -> type[Section] | None:
    """The model of the tables of a list, or ``None`` where the recipe has no list of that name."""
    field = Recipe.model_fields.get(name)
    if field is None or get_origin(field.annotation) is not tuple:
        return None
    model = get_args(field.annotation)[0]
    return model if isinstance(model, type) and issubclass(model, Section) else None


def lists() -> list[str]:
    """Names of the lists of tables, in the order of the file."""
    return [name for name in Recipe.model_fields if list_model(name)]


def section_model(name: str) -> type[Section] | None:
    """The model of a section, or ``None`` where the recipe has no section of that name."""
    field = Recipe.model_fields.get(name)
    if field is None or not isinstance(field.annotation, type) or not issubclass(field.annotation, Section):
        return None
    return field.annotation


def sections() -> list[str]:
    """Names of the sections, in the order of the file."""
    return [name for name in Recipe.model_fields if section_model(name)]


def split_unit(name: str) -> tuple[str, str]:
    """Part a key's name from the unit at its end: ``("size", "px")``; the unit may be empty."""
    stem, _, ending = name.rpartition("_")
    return (stem, ending) if stem and ending in UNITS else (name, "")


def toml_value(value: object) -> str:
    """Write a value as TOML; a text with backslashes, such as a pattern, in single quotes if it can be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if "\\" in value and value.isprintable() and "'" not in value:
            return f"'{value}'"
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, Mapping):
        entries = [f"{toml_value(str(key))} = {toml_value(entry)}" for key, entry in value.items()]
        return f"{{ {', '.join(entries)} }}" if entries else "{}"
    return str(value)


def _keys_of(name: str, section: type[Section]) -> list[Key]:
    return [_key(name, inner, field) for inner, field in section.model_fields.items()]


def _key(section: str, name: str, field: FieldInfo) -> Key:
    kind = _without_none(field.annotation)
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    unit = UNITS.get(split_unit(name)[1], "")
    words = [_kind(kind), f"in {unit}" if unit else "", *_limits(field.metadata)]
    return Key(
        section=section,
        name=name,
        description=field.description or "",
        allowed=", ".join(filter(None, words)),
        choices=choices,
        default=field.get_default(call_default_factory=False),
    )


def _without_none(kind: object) -> object:
    if get_origin(kind) in {Union, UnionType}:
        return next(option for option in get_args(kind) if option is not NoneType)
    return kind


def _kind(kind: object) -> str:
    origin, options = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(map(toml_value, options))
    if origin is tuple:
        count = "" if options[-1] is ... else f"{len(options)} "
        return f"a list of {count}{_elements(options[0])}"
    if origin is dict:
        return f"a table of {_elements(options[1])}"
    return KINDS[kind]


def _elements(kind: object) -> str:
    """The elements of a list or a table, with their limits: ``whole numbers, each 1 or more``."""
    if get_origin(kind) is not Annotated:
        return PLURALS[kind]
    element, *metadata = get_args(kind)
    return ", each ".join([PLURALS[element], *_limits(metadata)])


def _limits(metadata: Iterable[object]) -> list[str]:
    least = {"ge": "{} or more", "gt": "above {}", "min_length": "at least {} long"}
    most = {"le": "at most {}", "lt": "below {}", "max_length": "at most {} in all"}
    words = least | most
    bounds = {
        name: getattr(limit, name) for limit in metadata for name in words if getattr(limit, name, None) is not None
    }
    if {"ge", "le"} <= bounds.keys():
        return [f"{bounds['ge']} to {bounds['le']}"]
    if bounds.get("min_length") == 1:
        return ["not empty"]
    return [words[name].format(bounds[name]) for name in words if name in bounds]
