"""Keeps a device open: knows whether it is there, and opens it again when it was lost."""

from dataclasses import replace
from threading import Lock
from typing import Protocol

from scuff.core.errors import ScuffError
from scuff.station.acquisition_error import (
    AcquisitionError,
    CameraBusyError,
    CameraLostError,
    CameraUnreachableError,
)
from scuff.station.backoff import Backoff
from scuff.station.camera import Health

GONE = (CameraBusyError, CameraLostError, CameraUnreachableError)
"""Errors after which a device has to be opened again."""


class Device(Protocol):
    """What can be kept open: a camera that is set up when it is opened, or a light controller."""

    def open(self) -> None:
        """Open it, and set it up; raises an ``AcquisitionError``."""
        ...

    def close(self) -> None:
        """Let go of it; never raises."""
        ...

    def health(self) -> Health:
        """Ask it how it is; never raises."""
        ...


class Keeper:
    """One device of a rig.

    Attributes:
        name: Of the device.
        in_use: Held by whoever uses the device; health does not wait for it.
        absent: Why the device cannot be used; None while it can.
        known: How it was when it was last heard of.
    """

    def __init__(self, name: str, device: Device, lost: type[AcquisitionError] = CameraLostError) -> None:
        """Take charge of a device that is closed.

        Args:
            name: Its name.
            device: The device.
            lost: What its absence is called.
        """
        self.name, self._device, self._lost, self._backoff = name, device, lost, Backoff()
        self.in_use = Lock()
        self.absent: AcquisitionError | None = lost(name, "is not open yet")
        self.known = Health(False, "is not open yet")

    def open(self) -> AcquisitionError | None:
        """Open the device; what is wrong is returned, and tried again when it is due."""
        with self.in_use:
            self._device.close()
            try:
                self._device.open()
            except ScuffError as error:
                self._device.close()
                self._backoff.failed()
                self._is_gone(absence := self._lost.of(self.name, error))
                return absence
            self._backoff.succeeded()
            self.absent, self.known = None, Health(True)
            return None

    def close(self) -> None:
        """Let go of the device."""
        with self.in_use:
            self._device.close()
            self._is_gone(self._lost(self.name, "is closed"))

    def failed(self, error: AcquisitionError) -> None:
        """Say that the device, which the caller holds, failed; finds out whether it is still there."""
        if isinstance(error, GONE):
            self._is_gone(error)
        else:
            self._ask()

    @property
    def is_due(self) -> bool:
        """Whether the device is absent and shall be opened again now."""
        return self.absent is not None and self._backoff.is_due

    def health(self) -> Health:
        """Ask the device how it is; where it is in use or absent, say what is known."""
        if self.absent is None and self.in_use.acquire(blocking=False):
            try:
                self._ask()
            finally:
                self.in_use.release()
        return self.known

    def _ask(self) -> None:
        self.known = self._device.health()
        if not self.known.is_well:
            self.absent = self.absent or self._lost(self.name, self.known.message)

    def _is_gone(self, error: AcquisitionError) -> None:
        self.absent, self.known = error, replace(self.known, is_well=False, message=error.reason)
