"""Files that appear whole or not at all, also after a loss of power, or where two workers write the same one."""

import errno
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO

PART = ".part"


def to_disk(file: IO[Any]) -> None:
    """Make sure that what was written into a file survives a loss of power."""
    file.flush()
    os.fsync(file.fileno())


def names_to_disk(folder: Path) -> None:
    """Make sure that the names in a folder survive a loss of power, where the system can be asked for it."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # so some network drives say that they cannot
            raise
    finally:
        os.close(descriptor)


@contextmanager
def whole_file(path: Path, lasting: bool = True) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its name only when it is complete.

    Until then it is hidden, under a name of its own: on a cluster, a worker that was given up as dead may still be
    writing the file that its successor writes, and neither must write into the other's.

    Args:
        path: The file; its folder exists.
        lasting: It is on the disk before anything else happens. That takes milliseconds, and much longer than writing
            where files are small and come by the thousand. Without it, a loss of power within about half a minute may
            leave an empty file of this name.

    Raises:
        OSError: The system refuses it, such as on a full disk; names the file.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        with part.open("xb") as file:
            yield file
            if lasting:
                to_disk(file)
        part.replace(path)
        if lasting:
            names_to_disk(path.parent)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a full disk does not say which file
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
