"""A device and its frames, as Harvesters has them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from genicam import genapi, gentl
from numpy.typing import NDArray

from scuff.station.drivers.device import Delivered, DeviceError, Identity

AVAILABLE = (genapi.EAccessMode.WO, genapi.EAccessMode.RO, genapi.EAccessMode.RW)
GONE = (gentl.IoException, gentl.InvalidHandleException, gentl.ClosedException, gentl.NotInitializedException)
"""Errors of a producer after which the device is of no use."""

NAMES = ("DeviceSerialNumber", "DeviceModelName", "DeviceVendorName")


class GenicamDevice:
    """See ``Device``."""

    def __init__(self, acquirer: Any, released: Callable[[], None]) -> None:
        """Take over an image acquirer of Harvesters.

        Args:
            acquirer: The device, and its streams.
            released: Called when it is let go.
        """
        self._acquirer, self._released, self._gone = acquirer, released, ""
        self._nodes: Any = acquirer.remote_device.node_map

    def has(self, name: str) -> bool:
        """See ``Features``."""
        node = self._nodes.get_node(name) if self._nodes.has_node(name) else None
        return node is not None and node.get_access_mode() in AVAILABLE

    def read(self, name: str) -> str:
        """See ``Features``."""
        with _faults():
            return str(self._needed(name).to_string())

    def write(self, name: str, value: str) -> None:
        """See ``Features``."""
        with _faults():
            self._needed(name).from_string(value)

    def execute(self, name: str) -> None:
        """See ``Features``."""
        with _faults():
            self._needed(name).execute()

    def choices(self, name: str) -> tuple[str, ...]:
        """See ``Features``."""
        node = self._needed(name) if self.has(name) else None
        return tuple(node.symbolics) if isinstance(node, genapi.IEnumeration) else ()

    def bounds(self, name: str) -> tuple[float, float, float] | None:
        """See ``Features``."""
        node = self._needed(name) if self.has(name) else None
        if not isinstance(node, genapi.IInteger | genapi.IFloat):
            return None
        with _faults():
            has_step = isinstance(node, genapi.IInteger) or node.has_inc()
            return float(node.min), float(node.max), float(node.inc) if has_step else 0.0

    def identity(self) -> Identity:
        """See ``Device``; what the device does not say, its producer does."""
        known = self._acquirer.device
        said = known.serial_number, known.model, known.vendor
        named = zip(NAMES, said, strict=True)
        return Identity(*(self.read(name) if self.has(name) else str(each) for name, each in named))

    def is_lost(self) -> bool:
        """See ``Device``."""
        return bool(self._gone)

    def trouble(self) -> str:
        """Read a feature again: where the device is gone, its producer fails."""
        try:
            with _faults():
                self._needed("Width").to_string(False, True)
        except DeviceError as fault:
            self._gone = f"its producer does not reach it any more ({fault})"
        return self._gone

    def start(self, buffers: int) -> "GenicamStream":
        """See ``Device``."""
        with _faults():
            self._acquirer.num_buffers = max(buffers, self._acquirer.min_num_buffers)
            self._acquirer.start()
        return GenicamStream(self._acquirer)

    def release(self) -> None:
        """See ``Device``."""
        with suppress(gentl.GenericException, genapi.GenericException):
            self._acquirer.destroy()
        self._released()

    def _needed(self, name: str) -> Any:
        if not self._nodes.has_node(name):
            raise DeviceError(f"the device has no feature {name}")
        return self._nodes.get_node(name)


class GenicamStream:
    """See ``Stream``."""

    def __init__(self, acquirer: Any) -> None:
        """Receive the frames of an acquirer that was started."""
        self._acquirer = acquirer

    def take(self, timeout_s: float) -> Delivered | None:
        """See ``Stream``."""
        try:
            with _faults():
                buffer = self._acquirer.try_fetch(timeout=max(timeout_s, 0.001), is_raw=False)
        except DeviceError:
            return None  # the device is asked next whether it is there
        return _delivered(buffer) if buffer else None

    def give_back(self, handle: Any) -> None:
        """See ``Stream``."""
        with suppress(gentl.GenericException):
            handle.queue()

    def has_dropped(self) -> bool:
        """Nothing is known: not every producer counts."""
        return False

    def stop(self, is_gone: bool = False) -> None:
        """See ``Stream``."""
        with suppress(gentl.GenericException, genapi.GenericException):
            self._acquirer.stop()


def _delivered(buffer: Any) -> Delivered:
    hw, padding, memory = (0, 0), 0, np.empty(0, np.uint8)
    problem = "" if buffer.is_complete() else "incomplete"
    if not problem:
        (component, *_) = buffer.payload.components
        hw, padding = (component.height, component.width), component.x_padding
        memory = _bytes(component.data)
    return Delivered(
        frame_id=_asked(buffer, "frame_id", None),
        device_time_ns=_asked(buffer, "timestamp_ns", time.monotonic_ns()),
        came_ns=None,
        hw=hw,
        row_padding_bytes=padding,
        memory=memory,
        received_bytes=_asked(buffer, "size_filled", 0),
        problem=problem,
        handle=buffer,
    )


def _bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    return values.reshape(-1).view(np.uint8)


def _asked(buffer: Any, name: str, otherwise: Any) -> Any:
    """What a producer says of a buffer, if it says that."""
    try:
        return getattr(buffer.module, name)
    except gentl.GenericException:
        return otherwise


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except GONE as error:
        raise DeviceError(str(error), is_silence=True) from error
    except (gentl.GenericException, genapi.GenericException) as error:
        raise DeviceError(str(error)) from error
