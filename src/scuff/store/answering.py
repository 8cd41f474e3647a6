"""A server that no longer answers and yet holds its connections, as a machine that was suspended, is given up."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DisconnectionError

PING_S = 2.0
"""How long a server may take for nothing at all."""

TRANSACTION_S = 20.0
"""How long a transaction may take: more than any of its statements, of which the server itself cancels long ones."""

TIMER = "scuff_timer"
"""Under what a connection remembers the clock of its transaction."""


def watch(engine: Engine) -> None:
    """Ask the server for a sign of life before each transaction, and cut connections on which it keeps silent.

    The driver itself waits for an answer as long as the connection stands.
    """

    def begin(connection: Any, record: Any, _: Any) -> None:
        try:
            with _cut_after(PING_S, connection.fileno()):
                connection.execute("SELECT 1")
                connection.rollback()
        except psycopg.Error as error:
            raise DisconnectionError(str(error)) from error
        record.info[TIMER] = _timer(TRANSACTION_S, connection.fileno())

    def end(_: Any, record: Any) -> None:
        timer = record.info.pop(TIMER, None)
        if timer is not None:
            timer.cancel()

    event.listen(engine, "checkout", begin)
    event.listen(engine, "checkin", end)


def ping(connection: Connection) -> None:
    """Ask for a sign of life on a connection that is kept; it is cut, and this raises, where none comes soon."""
    driver: Any = connection.connection.dbapi_connection
    with _cut_after(PING_S, driver.fileno()):
        connection.execute(text("SELECT 1"))


def allow_long_work(connection: Connection) -> None:
    """Let a transaction take as long as it takes."""
    timer = connection.info.pop(TIMER, None)
    if timer is not None:
        timer.cancel()
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def allow_long_life(connection: Connection) -> None:
    """Take a connection out of the pool for as long as its user wants, without a transaction."""
    timer = connection.info.pop(TIMER, None)
    if timer is not None:
        timer.cancel()
    connection.execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()


@contextlib.contextmanager
def _cut_after(seconds: float, descriptor: int) -> Iterator[None]:
    timer = _timer(seconds, descriptor)
    try:
        yield
    finally:
        timer.cancel()


def _timer(seconds: float, descriptor: int) -> threading.Timer:
    timer = threading.Timer(seconds, _cut, [descriptor])
    timer.daemon = True
    timer.start()
    return timer


def _cut(descriptor: int) -> None:
    """End a connection: whoever waits on it gets an error."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connection:
        connection.shutdown(socket.SHUT_RDWR)
