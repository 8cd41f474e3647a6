import socket
from pathlib import Path

import pytest

from scuff.serving.systemd import ALIVE, READY, notify, period_s


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify(READY)


@pytest.mark.parametrize("kind", ["file", "abstract"])
def test_systemd_hears(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str) -> None:
    address = str(tmp_path / "notify") if kind == "file" else f"@scuff-test-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address.replace("@", "\0", 1))
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        assert notify(READY, ALIVE)
        assert systemd.recv(100) == b"READY=1\nWATCHDOG=1"


def test_a_systemd_that_is_gone_harms_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    assert not notify(READY)


@pytest.mark.parametrize(("value", "expected"), [("30000000", 15.0), ("", None), ("soon", None)])
def test_half_of_the_time_that_systemd_waits(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", value)
    assert period_s() == expected
