import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from scuff.core.errors import StationError
from scuff.station.drivers import gvcp
from scuff.station.drivers.gvcp import discover, read_register
from scuff.station.drivers.network_port import NetworkPort, port_at, port_towards

LOOPBACK = NetworkPort("lo", "127.0.0.1", 65536)


@contextmanager
def device(answer: Callable[[bytes], list[bytes]], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A device on any free port, that answers each packet with packets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", 0))
        monkeypatch.setattr(gvcp, "PORT", link.getsockname()[1])
        link.settimeout(5)

        def serve() -> None:
            question, asker = link.recvfrom(1024)
            for packet in answer(question):
                link.sendto(packet, asker)

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


def answered(question: bytes, data: bytes, status: int = 0, number: int | None = None) -> bytes:
    """An answer to a question, as the standard has it."""
    _, _, command, _, asked = struct.unpack_from(">BBHHH", question)
    return struct.pack(">HHHH", status, command + 1, len(data), asked if number is None else number) + data


def test_a_register_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(question: bytes) -> list[bytes]:
        assert question[:4] == bytes((0x42, 0x01, 0x00, 0x84))
        address, count = struct.unpack_from(">II", question, 8)
        assert (address, count) == (0x0A00, 4)
        return [answered(question, struct.pack(">II", address, 2))]

    with device(answer, monkeypatch):
        assert read_register(LOOPBACK, "127.0.0.1", 0x0A00) == 2


def test_what_is_no_answer_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(question: bytes) -> list[bytes]:
        right = struct.pack(">II", 0x0A00, 6)
        return [b"noise", answered(question, right, number=0), answered(question, b""), answered(question, right)]

    with device(answer, monkeypatch):
        assert read_register(LOOPBACK, "127.0.0.1", 0x0A00) == 6


def test_a_refusal_and_silence_are_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    with device(lambda question: [answered(question, bytes(8), status=0x8005)], monkeypatch):
        assert read_register(LOOPBACK, "127.0.0.1", 0x0A00, timeout_s=0.05) is None


def test_nobody_there_is_known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setattr(gvcp, "PORT", free.getsockname()[1])
    assert read_register(LOOPBACK, "127.0.0.1", 0x0A00, timeout_s=30) is None


def test_a_search_reads_who_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    registers = bytearray(0xF8)
    texts = ((0x48, b"Hikrobot"), (0x68, b"MV-CS200-10GC"), (0xD8, b"DA0123"), (0xE8, b"left"))
    for first, text in texts:
        registers[first : first + len(text)] = text
    registers[0x0A:0x10] = bytes((0x34, 0xBD, 0x20, 1, 2, 3))
    with device(lambda question: [answered(question, bytes(registers))], monkeypatch):
        (found,) = discover(LOOPBACK, timeout_s=0.2)
    assert (found.address, found.serial, found.model) == ("127.0.0.1", "DA0123", "MV-CS200-10GC")
    assert (found.vendor, found.user_name, found.mac) == ("Hikrobot", "left", "34:bd:20:01:02:03")
    assert found.interface == "127.0.0.1"


def test_ports_are_found_by_name_address_and_way() -> None:
    port = port_at("lo")
    assert (port.address, port_at("127.0.0.1"), port_towards("127.0.0.1")) == ("127.0.0.1", port, port)
    assert port.mtu_bytes >= 1500
    with pytest.raises(StationError, match=r"'moon0' is no network port .* lo \(127\.0\.0\.1\)"):
        port_at("moon0")
