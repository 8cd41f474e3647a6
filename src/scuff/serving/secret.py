"""Passwords: in a file of their own, since recipes are kept, printed and passed on."""

from pathlib import Path

from scuff.core.errors import StationError


def secret_of(path: str, key: str) -> str:
    """Read the first line of a file.

    Args:
        path: The file.
        key: The key of the recipe that names it.

    Raises:
        StationError: There is none, or it is empty.
    """
    if not path:
        raise StationError(f"{key} is not set; write the password into a file that only the station reads, and name it")
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StationError(f"{key}: {path} cannot be read: {error}") from error
    if not lines or not lines[0]:
        raise StationError(f"{key}: the first line of {path} is empty; it shall be the password")
    return lines[0]
