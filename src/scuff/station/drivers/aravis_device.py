"""A device, as libaravis has it."""

import ctypes
import threading
from typing import Any, TypeVar

from scuff.station.drivers.aravis_library import CALLBACK, AravisLibrary, Pointer
from scuff.station.drivers.aravis_stream import AravisStream
from scuff.station.drivers.device import DeviceError, Identity

T = TypeVar("T")

SERIALS = ("DeviceSerialNumber", "DeviceID")
"""The serial number, as devices of today and of yesterday call it."""

PACKET_SOCKET_DISABLED = 1
"""Packet sockets need privileges, and see nothing on the loopback port."""


def open_gige(library: AravisLibrary, address: str, interface: str) -> "AravisDevice":
    """Connect to a GigE Vision camera, and take control if nobody has it.

    Args:
        library: That does it.
        address: IP address of the camera.
        interface: IP address of the port that it is at.

    Raises:
        DeviceError: It does not answer.
    """
    ends = [library.call("g_inet_address_new_from_string", end.encode()) for end in (interface, address)]
    try:
        device = AravisDevice(library, library.call("arv_gv_device_new", *ends))
    finally:
        for end in filter(None, ends):
            library.call("g_object_unref", end)
    library.call("arv_gv_device_set_stream_options", device.pointer, PACKET_SOCKET_DISABLED)
    return device


def open_usb(library: AravisLibrary, serial: str) -> "AravisDevice":
    """Connect to a USB3 Vision camera by its serial number; asks no network.

    Raises:
        DeviceError: There is none of that serial number.
    """
    interface = library.call("arv_uv_interface_get_instance")
    library.call("arv_interface_update_device_list", interface)
    device = library.call("arv_interface_open_device", interface, serial.encode())
    if not device:
        raise DeviceError(f"no USB3 Vision camera has the serial number {serial}", is_silence=True)
    return AravisDevice(library, device)


class AravisDevice:
    """A device that is open: its features, and whether it is still there."""

    def __init__(self, library: AravisLibrary, pointer: Pointer) -> None:
        """Take over an object of the library."""
        self.pointer, self._library = pointer, library
        lost = threading.Event()
        self.is_lost = lost.is_set
        """Whether the library has noticed that it does not control the device any more; see ``Device``."""
        self._on_lost = CALLBACK(lambda _device, _data: lost.set())
        self._signal = library.call("g_signal_connect_data", pointer, b"control-lost", self._on_lost, None, None, 0)

    def identity(self) -> Identity:
        """See ``Device``."""
        serial = next((name for name in SERIALS if self.has(name)), "")
        names = serial, "DeviceModelName", "DeviceVendorName"
        return Identity(*(self.read(name) if name and self.has(name) else "" for name in names))

    def start(self, buffers: int) -> AravisStream:
        """See ``Device``."""
        payload = int(self._ask("arv_device_get_integer_feature_value", "PayloadSize"))
        return AravisStream(self._library, self.pointer, payload, buffers)

    def release(self) -> None:
        """See ``Device``."""
        self._library.call("g_signal_handler_disconnect", self.pointer, self._signal)
        self._library.call("g_object_unref", self.pointer)

    def is_controller(self) -> bool:
        """Whether nobody else controls the device (GigE Vision)."""
        return bool(self._library.call("arv_gv_device_is_controller", self.pointer))

    def set_packet_bytes(self, size: int) -> None:
        """Set the largest packet of a stream (GigE Vision)."""
        self._library.call("arv_gv_device_set_packet_size", self.pointer, size)

    def has(self, name: str) -> bool:
        """See ``Features``."""
        return bool(self._node(name)) and bool(self._ask("arv_device_is_feature_available", name))

    def read(self, name: str) -> str:
        """See ``Features``."""
        value = self._library.call("arv_gc_feature_node_get_value_as_string", self._needed(name))
        return value.decode("utf-8", "replace") if value else ""

    def write(self, name: str, value: str) -> None:
        """See ``Features``."""
        self._library.call("arv_gc_feature_node_set_value_from_string", self._needed(name), value.encode())

    def execute(self, name: str) -> None:
        """See ``Features``."""
        self._ask("arv_device_execute_command", name)

    def choices(self, name: str) -> tuple[str, ...]:
        """See ``Features``."""
        count = ctypes.c_uint()
        try:
            entries = self._ask(
                "arv_device_dup_available_enumeration_feature_values_as_strings", name, ctypes.addressof(count)
            )
        except DeviceError as fault:
            return _none_unless_silent(fault, ())
        names = tuple(entries[index].decode() for index in range(count.value))
        self._library.call("g_free", ctypes.cast(entries, ctypes.c_void_p))
        return names

    def bounds(self, name: str) -> tuple[float, float, float] | None:
        """See ``Features``."""
        for kind, number in (("float", ctypes.c_double), ("integer", ctypes.c_int64)):
            least, greatest = number(), number()
            ends = ctypes.addressof(least), ctypes.addressof(greatest)
            try:
                self._ask(f"arv_device_get_{kind}_feature_bounds", name, *ends)
                step = float(self._ask(f"arv_device_get_{kind}_feature_increment", name))
            except DeviceError as fault:
                _none_unless_silent(fault, None)
                continue
            return float(least.value), float(greatest.value), step if step > 1e-300 else 0.0
        return None

    def _ask(self, function: str, name: str, *arguments: int) -> Any:
        return self._library.call(function, self.pointer, name.encode(), *arguments)

    def _node(self, name: str) -> Pointer | None:
        node: Pointer | None = self._library.call("arv_device_get_feature", self.pointer, name.encode())
        return node

    def _needed(self, name: str) -> Pointer:
        if node := self._node(name):
            return node
        raise DeviceError(f"the device has no feature {name}")


def _none_unless_silent(fault: DeviceError, nothing: T) -> T:
    if fault.is_silence:
        raise fault
    return nothing
