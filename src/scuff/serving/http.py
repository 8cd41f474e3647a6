"""The line over HTTP: triggers in; parts, status and metrics out; JSON, no pages."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn

from scuff.core.errors import StationError
from scuff.core.station_recipe import Http
from scuff.serving.http_app import make_app
from scuff.serving.metrics import Metrics
from scuff.serving.port import LineControl
from scuff.store.store import Store

BACKLOG = 128
"""Connections that may wait to be answered."""

GRACE_S = 2
"""What requests that are being answered get when the station stops."""


class HttpEntrance:
    """A server for triggers and questions; results are fetched from it, so that it publishes nothing."""

    name = "http"

    def __init__(self, settings: Http, store: Store, metrics: Metrics) -> None:
        """Prepare it.

        Args:
            settings: ``[http]`` of the recipe.
            store: Knows the parts.
            metrics: What is shown at ``/metrics``.
        """
        self._settings, self._store, self._metrics = settings, store, metrics

    async def run(self, line: LineControl) -> None:
        """Listen, until cancelled.

        Raises:
            StationError: The address cannot be had.
        """
        app = make_app(line, self._store, self._metrics)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=GRACE_S
        )
        with self._listening() as listener:
            server = _Server(config)
            serving = asyncio.ensure_future(server.serve(sockets=[listener]))
            try:
                await asyncio.shield(serving)
            finally:
                server.should_exit = True
                await serving

    def _listening(self) -> socket.socket:
        address = self._settings.host, self._settings.port
        try:
            family = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
            return socket.create_server(address, family=family, backlog=BACKLOG)
        except OSError as error:
            raise StationError(
                f"{address[0]}:{address[1]}: cannot listen there ({error.strerror}); end the program that does, or set "
                "http.host and http.port to another address of this machine"
            ) from error


class _Server(uvicorn.Server):
    """A server that leaves the signals of the process to the station."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take no signals."""
        yield
