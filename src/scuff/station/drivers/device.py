"""A GenICam device, whatever it is reached through: what the drivers of cameras are built on."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scuff.core.station_recipe import CameraSettings


class DeviceError(Exception):
    """A device, or the library it is reached through, refuses something; a driver turns it into an error for a user.

    Attributes:
        is_silence: Whether it did not answer at all.
    """

    def __init__(self, reason: str, is_silence: bool = False) -> None:
        """Keep what it said."""
        self.is_silence = is_silence
        super().__init__(reason)


class Features(Protocol):
    """The features of a device, by name. Every method raises a ``DeviceError`` when the device refuses."""

    def has(self, name: str) -> bool:
        """Whether the device has a feature, and it may be used now."""
        ...

    def read(self, name: str) -> str:
        """Read a value; numbers as GenICam writes them."""
        ...

    def write(self, name: str, value: str) -> None:
        """Write a value: a number, ``true`` or ``false``, a text, or an entry of an enumeration."""
        ...

    def execute(self, name: str) -> None:
        """Give a command."""
        ...

    def choices(self, name: str) -> tuple[str, ...]:
        """The entries of an enumeration that can be chosen now; none where it is no enumeration."""
        ...

    def bounds(self, name: str) -> tuple[float, float, float] | None:
        """Least value, greatest, and the step between values, 0 where there is none; ``None``: it is no number."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """A buffer that a stream has done with.

    Attributes:
        frame_id: The device's number of the frame; ``None``: not even that arrived.
        device_time_ns: When it was taken, by the device's clock.
        came_ns: When the first of it came, by this machine's clock (since 1970, UTC); ``None``: nobody noted it.
        hw: Height and width in pixels; 0 where nothing is known.
        row_padding_bytes: Behind each row.
        memory: N bytes: what was received; valid until the buffer is given back. Empty unless the frame is whole.
        received_bytes: How much was received, about.
        problem: Empty, or why the frame is not whole.
        handle: What the stream knows the buffer by.
    """

    frame_id: int | None
    device_time_ns: int
    came_ns: int | None
    hw: tuple[int, int]
    row_padding_bytes: int
    memory: NDArray[np.uint8]
    received_bytes: int
    problem: str
    handle: Any


class Stream(Protocol):
    """Frames of a device that was started, each in a buffer that is given back after use."""

    def take(self, timeout_s: float) -> Delivered | None:
        """Wait for the next frame; ``None``: none came."""
        ...

    def give_back(self, handle: Any) -> None:
        """Let the stream fill a buffer again."""
        ...

    def has_dropped(self) -> bool:
        """Whether frames were dropped for want of a free buffer, since this was asked last."""
        ...

    def stop(self, is_gone: bool = False) -> None:
        """Stop the device, unless it is gone, and free all buffers. Never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a device says that it is; empty where it does not say."""

    serial: str
    model: str
    vendor: str


class Device(Features, Protocol):
    """A device that is open and under control."""

    def identity(self) -> Identity:
        """Who it is."""
        ...

    def is_lost(self) -> bool:
        """Whether it has been noticed that the device is gone."""
        ...

    def start(self, buffers: int) -> Stream:
        """Let it take frames, with room for so many; raises a ``DeviceError``."""
        ...

    def release(self) -> None:
        """Let go of it; use nothing of it afterwards. Never raises."""
        ...


class Link(Protocol):
    """The way to a device."""

    @property
    def first_frame(self) -> int | None:
        """The number of the first frame of a stream; ``None``: it is not known."""
        ...

    def connect(self) -> Device:
        """Open the device.

        Raises:
            CameraUnreachableError: It does not answer.
            CameraBusyError: Somebody else controls it.
        """
        ...

    def prepare(self, device: Any, settings: CameraSettings) -> None:
        """Set what belongs to the way there, before the device itself is set up.

        Raises:
            SettingRejectedError: The way does not carry it.
            DeviceError: The device refuses it.
        """
        ...

    def trouble(self) -> str:
        """Ask whether the device is still there and under control; empty: it is. At most a second."""
        ...


def possible(features: Features, name: str) -> str:
    """Say what a feature can be set to."""
    if not features.has(name):
        return "the device does not have it, or not now"
    if choices := features.choices(name):
        return f"it can be {', '.join(choices)}"
    if bounds := features.bounds(name):
        least, greatest, step = bounds
        return f"it can be from {least:,.10g} to {greatest:,.10g}{f' in steps of {step:,.10g}' if step else ''}"
    return "the device refuses it"
