"""The control protocol of GigE Vision, as far as libaravis does not do it: short questions, and a search at one port.

libaravis asks six times, for half a second each, before it says that a camera is gone, and looks for cameras at every
network port at once. A station must know sooner, and must not send anything to other networks.
The packets are those of the GigE Vision standard, version 2, section "GVCP".
"""

import itertools
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

from scuff.station.drivers.network_port import NetworkPort

PORT = 3956
BROADCAST = "255.255.255.255"

KEY, ANSWER_WANTED, ANSWER_BROADCAST = 0x42, 0x01, 0x10
DISCOVERY, READ_MEMORY = 0x0002, 0x0084
HEADER = struct.Struct(">BBHHH")  # key, flags, command, bytes that follow, number of the question
ANSWER_HEADER = struct.Struct(">HHHH")  # status, command + 1, bytes that follow, number of the question

CONTROL_PRIVILEGE = 0x0A00
"""The register that says whether somebody controls the camera."""

TRIES = 3
REGISTER_BYTES = 4
DISCOVERY_BYTES = 0xF8

_numbers = itertools.cycle(range(1, 0x10000))


@dataclass(frozen=True, slots=True)
class Found:
    """A camera that answered.

    Attributes:
        address: Its IP address.
        serial: Serial number.
        model: What it calls itself.
        vendor: Who made it.
        user_name: What a user calls it; may be empty.
        mac: Its hardware address.
        interface: IP address of the port that it answered at.
    """

    address: str
    serial: str
    model: str
    vendor: str
    user_name: str
    mac: str
    interface: str


def read_register(port: NetworkPort, address: str, register: int, timeout_s: float = 0.9) -> int | None:
    """Read a register of a camera, whoever controls it.

    It is read as memory: libaravis' simulated camera takes the reading of a register for a sign of life of its client.

    Args:
        port: That the camera is at.
        address: Of the camera.
        register: Its address.
        timeout_s: For all tries together.

    Returns:
        What it holds; ``None`` where the camera does not answer.
    """
    number = next(_numbers)
    question = HEADER.pack(KEY, ANSWER_WANTED, READ_MEMORY, 8, number) + struct.pack(">II", register, REGISTER_BYTES)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        try:
            link.bind((port.address, 0))
            link.connect((address, PORT))
            for _ in range(TRIES):
                link.send(question)
                for answer, _ in _answers(link, READ_MEMORY, number, timeout_s / TRIES):
                    if len(answer) >= 2 * REGISTER_BYTES:  # its address, and what it holds
                        return int.from_bytes(answer[REGISTER_BYTES : 2 * REGISTER_BYTES], "big")
        except OSError:  # nobody listens there, or no way leads there
            return None
    return None


def discover(port: NetworkPort, timeout_s: float = 1.0) -> list[Found]:
    """Ask every camera at one network port who it is, by a broadcast that does not leave that port.

    Cameras of this very machine, which do not hear a broadcast on the loopback port, are asked one by one.

    Args:
        port: Where to look; no other one is used.
        timeout_s: How long to wait for answers.

    Returns:
        The cameras that answered, by address.
    """
    number, found = next(_numbers), {}
    question = HEADER.pack(KEY, ANSWER_WANTED | ANSWER_BROADCAST, DISCOVERY, 0, number)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        # A socket bound to a port's address sends its broadcasts through that port only.
        link.bind((port.address, 0))
        for target in (BROADCAST, port.address):
            try:
                link.sendto(question, (target, PORT))
            except OSError:  # the loopback port has no broadcast
                continue
        for answer, sender in _answers(link, DISCOVERY, number, timeout_s):
            if len(answer) >= DISCOVERY_BYTES:
                found[sender] = _found(answer, sender, port)
    return [found[address] for address in sorted(found, key=socket.inet_aton)]


def _answers(link: socket.socket, command: int, number: int, timeout_s: float) -> Iterator[tuple[bytes, str]]:
    """Yield what is answered to a question until the time is over, with the address that it comes from."""
    end = time.monotonic() + timeout_s
    while (left := end - time.monotonic()) > 0:
        link.settimeout(left)
        try:
            packet, (sender, _) = link.recvfrom(65536)
        except TimeoutError:
            return
        if len(packet) < ANSWER_HEADER.size:
            continue
        status, answered, length, answered_number = ANSWER_HEADER.unpack_from(packet)
        if (status, answered, answered_number) == (0, command + 1, number):
            yield packet[ANSWER_HEADER.size : ANSWER_HEADER.size + length], sender


def _found(answer: bytes, sender: str, port: NetworkPort) -> Found:
    """Read the first registers of a camera, which are its answer to a search."""

    def text(first: int, length: int) -> str:
        return answer[first : first + length].partition(b"\0")[0].decode("utf-8", "replace").strip()

    return Found(
        address=sender,
        serial=text(0xD8, 16),
        model=text(0x68, 32),
        vendor=text(0x48, 32),
        user_name=text(0xE8, 16),
        mac=answer[0x0A:0x10].hex(":"),
        interface=port.address,
    )
