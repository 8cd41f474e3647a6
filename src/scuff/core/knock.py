"""A knock at a server's door, before a library waits there for minutes in silence."""

import socket

KNOCK_S = 10
"""How long a server may take to open, in seconds."""


def knock(host: str, port: int) -> None:
    """See that somebody listens.

    Raises:
        OSError: Nobody does, or the machine is not found; says where.
        OverflowError: No port has that number, where the system notices.
    """
    try:
        socket.create_connection((host, port), KNOCK_S).close()
    except OSError as error:
        raise ConnectionError(f"nobody answers at {host}:{port}: {error.strerror or error}") from error
