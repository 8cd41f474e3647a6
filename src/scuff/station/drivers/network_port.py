"""Network ports of this machine, by their name or their IP address."""

import fcntl
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from scuff.core.errors import StationError

SIOCGIFADDR = 0x8915
"""Asks Linux for the IPv4 address of a port, see netdevice(7)."""


@dataclass(frozen=True, slots=True)
class NetworkPort:
    """A network port.

    Attributes:
        name: As the system calls it.
        address: Its first IPv4 address.
        mtu_bytes: Largest packet that it sends and takes, IP header included.
    """

    name: str
    address: str
    mtu_bytes: int


def ports() -> list[NetworkPort]:
    """List the ports that have an IPv4 address."""
    found = [(name, _address(name)) for _, name in socket.if_nameindex()]
    return [NetworkPort(name, address, _mtu_bytes(name)) for name, address in found if address]


def port_at(name_or_address: str) -> NetworkPort:
    """Find a port of this machine.

    Raises:
        StationError: There is none of that name or address.
    """
    there = ports()
    for port in there:
        if name_or_address in (port.name, port.address):
            return port
    known = ", ".join(f"{port.name} ({port.address})" for port in there)
    raise StationError(
        f"{name_or_address!r} is no network port with an IPv4 address here; there are: {known or 'none'}"
    )


def port_towards(address: str) -> NetworkPort:
    """Find the port through which packets to an address would leave; sends none.

    Raises:
        StationError: No port leads there.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 1))
        except OSError as error:
            raise StationError(f"no network port leads to {address}: {error.strerror}") from error
        return port_at(probe.getsockname()[0])


def _address(name: str) -> str:
    """The first IPv4 address of a port; empty where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            answer = fcntl.ioctl(asked.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
        except OSError:
            return ""
    return socket.inet_ntoa(answer[20:24])


def _mtu_bytes(name: str) -> int:
    return int(Path("/sys/class/net", name, "mtu").read_text(encoding="ascii"))
