"""The station as an OPC UA server: an object of plain signals, and a vision system of OPC 40100-1."""

import asyncio
import hmac
import ipaddress
import logging
import socket
from typing import Any

from asyncua import Server, ua
from asyncua.crypto.permission_rules import User, UserRole

from scuff.core.errors import StationError
from scuff.core.station_recipe import Line, OpcUa
from scuff.serving.backoff import Backoff
from scuff.serving.exchange import Exchange
from scuff.serving.opcua_signals import SignalsObject
from scuff.serving.port import LineControl
from scuff.serving.report import PartReport
from scuff.serving.secret import secret_of
from scuff.serving.trouble import Trouble
from scuff.serving.vision import VisionSystem

LOGGER = logging.getLogger(__name__)
NAMESPACE = "urn:scuff:station"
ENCRYPTED = [
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
]


class OpcUaPort:
    """An OPC UA server with the handshake as variables, and the vision system of OPC 40100-1.

    Args:
        settings: Where to listen, and who may connect.
        line: The line's settings.

    Raises:
        StationError: Anybody on a network could trigger parts, or a file that the settings name cannot be used.
    """

    name = "opcua"

    def __init__(self, settings: OpcUa, line: Line) -> None:
        check_access(settings)
        self._settings = settings
        self._password = secret_of(settings.password_file, "opcua.password_file") if settings.user else ""
        self._station = line.station
        self._trouble = Trouble(LOGGER, self.name)
        self._changed = asyncio.Event()
        self._exchange = Exchange(self.name, line.ack_timeout_s, self._changed.set)

    async def run(self, line: LineControl) -> None:
        """Listen, until cancelled; where the address cannot be had, try again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._exchange.follow(line))
            tasks.create_task(self._serve(line))

    async def publish(self, report: PartReport) -> None:
        """Offer a result; returns when a client has acknowledged it, by Ack or ReleaseResultHandle.

        Raises:
            PublishError: None did within ``line.ack_timeout_s``.
        """
        await self._exchange.publish(report)

    async def _serve(self, line: LineControl) -> None:
        # It warns of what it finds odd in the standard's own model, and of each value that a client gets wrong.
        logging.getLogger("asyncua").setLevel(logging.ERROR)
        backoff = Backoff()
        where = f"{self._settings.host}:{self._settings.port}"
        while True:
            try:
                self._probe()
                server = await self._server()
                namespace = await server.register_namespace(NAMESPACE)
                signals = SignalsObject(server, namespace, self._exchange)
                await signals.build()
                vision = VisionSystem(self._exchange, line, self.name)
                await vision.build(server, namespace, self._station)
                async with server:
                    self._trouble.over(f"listens at {where} now")
                    await self._show(signals, vision)
            except OSError as error:
                self._trouble.begins(
                    f"cannot listen at {where} (opcua.host, opcua.port), and goes on trying: {error.strerror}"
                )
            await backoff.wait()

    async def _show(self, signals: SignalsObject, vision: VisionSystem) -> None:
        while True:
            self._changed.clear()
            await vision.refresh()
            await signals.refresh()
            await self._changed.wait()

    def _probe(self) -> None:
        """See whether the address can be had, before two seconds are spent on building a server."""
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._settings.host, self._settings.port))

    async def _server(self) -> Server:
        settings = self._settings
        server = Server(user_manager=Users(settings.user, self._password))
        await server.init()
        await server.set_application_uri(f"{NAMESPACE}:{self._station}")
        server.set_server_name(f"scuff {self._station}")
        server.set_endpoint(f"opc.tcp://{settings.host}:{settings.port}/scuff/")
        server.set_security_policy(ENCRYPTED if settings.user else [ua.SecurityPolicyType.NoSecurity])
        server.set_identity_tokens([ua.UserNameIdentityToken if settings.user else ua.AnonymousIdentityToken])
        if settings.user:
            await server.load_certificate(settings.certificate)
            await server.load_private_key(settings.private_key)
        return server


class Users:
    """The one user, or anybody; none may change the model.

    Args:
        user: Name; empty: anybody.
        password: Password.
    """

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password

    def get_user(
        self, iserver: Any, username: str | None = None, password: str | None = None, certificate: Any = None
    ) -> User | None:
        """Let a client in; None: it may not."""
        known = [(username or "", self._user), (password or "", self._password)]
        right = [hmac.compare_digest(given.encode(), wanted.encode()) for given, wanted in known]
        return User(UserRole.User, self._user) if not self._user or all(right) else None


def check_access(settings: OpcUa) -> None:
    """Make sure that not everybody on a network can trigger parts.

    Raises:
        StationError: They could, or the user's password would travel in the open.
    """
    if settings.user and not (settings.certificate and settings.private_key):
        raise StationError(
            "opcua.user needs opcua.certificate and opcua.private_key, or its password would travel in the open"
        )
    if not settings.user and not is_loopback(settings.host):
        raise StationError(
            f"opcua.host {settings.host!r} lets anybody on that network trigger parts; set opcua.user, password_file, "
            "certificate and private_key, or listen at 127.0.0.1"
        )


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
