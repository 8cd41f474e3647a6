"""Files that appear whole or not at all, also where two workers write the same one."""

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

PART = ".part"


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its name only when it is complete.

    Until then it is hidden, under a name of its own: on a cluster, a worker that was given up as dead may still be
    writing the file that its successor writes, and neither must write into the other's.

    Args:
        path: The file; its folder exists.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        with part.open("xb") as file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def whole_text(path: Path) -> Iterator[TextIO]:
    """Open a text file in UTF-8 as ``whole_file`` does; ends of lines stay as they are written."""
    with whole_file(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        yield text
        text.flush()


def is_part(name: str, endings: tuple[str, ...]) -> bool:
    """Tell whether a file name is that of a part, left by a run that was killed, of a file with one of some endings."""
    whole, dot, _ = name.removesuffix(PART).rpartition(".")
    return name.endswith(PART) and name.startswith(".") and bool(dot) and whole[1:].endswith(endings)
