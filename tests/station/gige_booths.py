"""Processes that are GigE Vision cameras."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from scuff.core.errors import StationError
from scuff.core.station_recipe import Simulation
from scuff.station.drivers.aravis_library import aravis_library

READY = "answers at"


def skip_without_aravis() -> None:
    try:
        aravis_library()
    except StationError as error:
        pytest.skip(str(error))


@contextmanager
def loopback() -> Iterator[str]:
    """The loopback port, for one camera at a time on this machine: GigE Vision has one UDP port."""
    with (Path(tempfile.gettempdir()) / "scuff-loopback-camera.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield "127.0.0.1"


class Booth:
    """A camera that can be killed, and started again."""

    def __init__(self, interface: str, serial: str, simulation: Simulation, *options: str, wrap: Sequence[str] = ()):
        settings = simulation.model_dump(include={"shape", "parts", "sound_share", "cache"})
        self._command = [*wrap, sys.executable, "-m", "scuff.cli.main", "booth", "serve"]
        self._command += ["--interface", interface, "--serial", serial, *options]
        for key, value in settings.items():
            self._command += ["--set", f"simulation.{key}={value}"]
        self._process: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> None:
        self._process = subprocess.Popen(
            [*self._command, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            cwd=tempfile.gettempdir(),
        )
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            said += line
            if line.startswith("Camera") and READY in line:
                return
        self.kill()
        raise RuntimeError(f"it did not start: {said}")

    def ensure(self) -> None:
        """Start it unless it runs."""
        if self._process is None or self._process.poll() is not None:
            self.start()

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def send(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def freeze(self) -> None:
        """Let it answer nothing any more, until it is sent SIGCONT."""
        assert self._process is not None
        self.send(signal.SIGSTOP)
        os.waitpid(self._process.pid, os.WUNTRACED)

    def end(self, number: int) -> str:
        """Signal it, and wait until it is gone; what it said."""
        if self._process is None:
            return ""
        self._process.send_signal(number)
        said, _ = self._process.communicate(timeout=20)
        return said
