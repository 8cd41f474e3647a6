"""The address of an MLflow server or of its database: whether anybody answers there, and how it is shown."""

import re
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from scuff.core.knock import knock

WEB = {"http": 80, "https": 443}
DATABASES = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
"""Ports where an address names none, by its scheme."""

SECRET = re.compile(r"(?<=//)([^/\s:@]*):(\S*)@")
"""User and password of an address; a database's password may hold slashes."""


def knock_at(uri: str) -> None:
    """See that somebody answers, where an address names a machine: MLflow itself gives up only after minutes.

    Raises:
        OSError: Nobody answers.
        ValueError: Its port is no number.
        sqlalchemy.exc.SQLAlchemyError: The database lets nobody in, as with a wrong password.
    """
    scheme = uri.partition(":")[0].partition("+")[0]
    if scheme in WEB:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        if scheme not in getproxies() or proxy_bypass(host):
            knock(host, parts.port or WEB[scheme])
    elif scheme in DATABASES:
        _try_database(uri, DATABASES[scheme])


def without_password(text: str, uri: str) -> str:
    """Hide the password of an address in a text that may repeat it."""
    found = SECRET.search(uri)
    if found is None or not found[2]:
        return text
    return text.replace(found[2], "***").replace(unquote(found[2]), "***")


def _try_database(uri: str, port: int) -> None:
    import sqlalchemy  # comes with MLflow

    url = sqlalchemy.make_url(uri)
    if url.host:  # else through a socket of this machine
        knock(url.host, url.port or port)
    engine = sqlalchemy.create_engine(url)
    try:
        engine.connect().close()
    finally:
        engine.dispose()
