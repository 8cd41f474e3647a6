"""Reading JSON that other programs wrote: each value is checked, and an error says which one it was."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

from scuff.core.errors import AnnotationError

Object = Mapping[str, Any]

_LARGEST = 2**53


def read_json(path: Path) -> Object:
    """Read a JSON file that holds an object.

    Raises:
        AnnotationError: It is missing, damaged, or something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise AnnotationError(f"cannot be read as JSON ({error}); export it again") from error
    if not isinstance(content, dict):
        raise AnnotationError("holds no JSON object, as LabelMe and COCO files do")
    return content


def text(entry: Object, key: str) -> str:
    """Take a text.

    Raises:
        AnnotationError: There is none.
    """
    value = entry.get(key)
    if not isinstance(value, str):
        raise AnnotationError(f'"{key}" must be a text, not {_short(value)}')
    return value


def whole(entry: Object, key: str) -> int:
    """Take a whole number.

    Raises:
        AnnotationError: There is none.
    """
    value = entry.get(key)
    if not _is_number(value) or int(value) != value:
        raise AnnotationError(f'"{key}" must be a whole number, not {_short(value)}')
    return int(value)


def objects(entry: Object, key: str) -> list[Object]:
    """Take a list of objects.

    Raises:
        AnnotationError: There is none.
    """
    value = entry.get(key)
    if not isinstance(value, list) or not all(isinstance(element, dict) for element in value):
        raise AnnotationError(f'"{key}" must be a list of objects, not {_short(value)}')
    return value


def numbers(value: object, key: str) -> list[float]:
    """Take a list of numbers.

    Raises:
        AnnotationError: It is something else.
    """
    if not isinstance(value, list) or not all(_is_number(element) for element in value):
        raise AnnotationError(f'"{key}" must be a list of numbers, not {_short(value)}')
    return [float(element) for element in value]


def points(value: object, key: str) -> list[tuple[float, float]]:
    """Take a list of [x, y].

    Raises:
        AnnotationError: It is something else.
    """
    if not isinstance(value, list) or not all(_is_pair(pair) for pair in value):
        raise AnnotationError(f'"{key}" must be a list of [x, y], not {_short(value)}')
    return [(float(x), float(y)) for x, y in value]


def size_hw(entry: Object, height_key: str, width_key: str) -> tuple[int, int] | None:
    """Take a height and a width, in pixels; ``None`` where they are not given."""
    if entry.get(height_key) is None or entry.get(width_key) is None:
        return None
    return whole(entry, height_key), whole(entry, width_key)


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


def _is_number(value: object) -> TypeGuard[int | float]:
    # Python's JSON knows NaN, Infinity and integers of any length.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _short(value: object) -> str:
    shown = "nothing" if value is None else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
