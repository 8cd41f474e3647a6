"""What a database says when it fails, and what to do about it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from scuff.core.errors import StoreError

ADVICE = {
    "database is locked": "another program holds it: close that, and scuff goes on by itself",
    "lock timeout": "another program holds what is needed: end that, and scuff goes on by itself",
    "disk is full": "make room on that disk, and scuff goes on by itself",
    "no space left": "make room on the database server's disk, and scuff goes on by itself",
    "readonly": "give scuff's user the right to write that file and its folder",
    "unable to open": "is the file there, its folder too, and may scuff's user write both? Bring it back, and scuff "
    "goes on by itself",
    "not a database": "name another file in store.url, or bring a backup back",
    "malformed": "the file is damaged: stop the station and bring a backup back",
    "disk i/o error": "the disk fails or is full: look at the system's log",
    "authentication": "correct user and password in store.url",
    "does not exist": "make the database, or correct store.url",
    "queuepool": "too many threads use it at once, or it is very slow",
    "permission denied": "give the user of store.url the right to create and write tables",
}
"""By a piece of the message, in small letters; the first one that fits."""

OF_A_SERVER = "start the database or correct store.url; scuff goes on by itself when it answers"
OTHERWISE = "nothing was stored"

DETAILS = re.compile(r"CONTEXT:|\(Background on")
"""Where PostgreSQL begins to tell of rows and functions, and SQLAlchemy of its pages: no help at a line."""


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn what a database refuses into a message to act on.

    Args:
        where: Name of the database.

    Raises:
        StoreError: The database failed; what was being done is undone.
    """
    try:
        yield
    except SQLAlchemyError as error:
        # Only the driver's own words: SQLAlchemy's tell of statements and versions.
        cause = getattr(error, "orig", None) or error
        said = " ".join(DETAILS.split(str(cause))[0].split()) or type(cause).__name__
        otherwise = OF_A_SERVER if isinstance(cause, psycopg.OperationalError) else OTHERWISE
        raise StoreError(f"{where}: {said}; {_advice(said) or otherwise}") from error


def _advice(said: str) -> str | None:
    small = said.lower()
    return next((advice for piece, advice in ADVICE.items() if piece in small), None)
