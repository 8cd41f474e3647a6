"""A device and its stream of frames, as libaravis has them."""

import ctypes
import threading
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from scuff.station.drivers.aravis_library import CALLBACK, AravisLibrary, Pointer
from scuff.station.drivers.features import DeviceFault
from scuff.station.drivers.receive_buffer import widen

T = TypeVar("T")

PACKET_SOCKET_DISABLED = 1
"""Packet sockets need privileges, and see nothing on the loopback port."""

FIXED_ROOM, LEFT_ALONE = 0, 0
"""The library does not change the receive buffer."""

ROOM_FRAMES, MOST_ROOM_BYTES = 4, 1 << 26
"""Room for packets, in frames, and at most; packets take up to twice their size there."""

STATUSES = {
    1: "cleared",
    2: "timeout",
    3: "missing packets",
    4: "wrong packet id",
    5: "size mismatch",
    6: "still filling",
    7: "aborted",
    8: "payload not supported",
}
"""Of a buffer; 0 is success."""


def open_gige(library: AravisLibrary, address: str, interface: str) -> "AravisDevice":
    """Connect to a GigE Vision camera, and take control if nobody has it.

    Args:
        library: That does it.
        address: IP address of the camera.
        interface: IP address of the port that it is at.

    Raises:
        DeviceFault: It does not answer.
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
        DeviceFault: There is none of that serial number.
    """
    interface = library.call("arv_uv_interface_get_instance")
    library.call("arv_interface_update_device_list", interface)
    device = library.call("arv_interface_open_device", interface, serial.encode())
    if not device:
        raise DeviceFault(f"no USB3 Vision camera has the serial number {serial}", is_silence=True)
    return AravisDevice(library, device)


class AravisDevice:
    """A device that is open: its features, and whether it is still there."""

    def __init__(self, library: AravisLibrary, pointer: Pointer) -> None:
        """Take over an object of the library."""
        self.pointer = pointer
        self.lost = threading.Event()
        """Set when the library finds out that it does not control the device any more."""
        self._library = library
        self._on_lost = CALLBACK(lambda _device, _data: self.lost.set())
        self._signal = library.call("g_signal_connect_data", pointer, b"control-lost", self._on_lost, None, None, 0)

    def release(self) -> None:
        """Let go of it; use nothing of it afterwards."""
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
        except DeviceFault as fault:
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
            except DeviceFault as fault:
                _none_unless_silent(fault, None)
                continue
            return float(least.value), float(greatest.value), step if step > 1e-300 else 0.0
        return None

    def payload_bytes(self) -> int:
        """How large a buffer for a frame must be."""
        return int(self._ask("arv_device_get_integer_feature_value", "PayloadSize"))

    def _ask(self, function: str, name: str, *arguments: int) -> Any:
        return self._library.call(function, self.pointer, name.encode(), *arguments)

    def _node(self, name: str) -> Pointer | None:
        node: Pointer | None = self._library.call("arv_device_get_feature", self.pointer, name.encode())
        return node

    def _needed(self, name: str) -> Pointer:
        if node := self._node(name):
            return node
        raise DeviceFault(f"the device has no feature {name}")


def _none_unless_silent(fault: DeviceFault, nothing: T) -> T:
    if fault.is_silence:
        raise fault
    return nothing


@dataclass(frozen=True, slots=True)
class Delivered:
    """A buffer that the stream has done with.

    Attributes:
        frame_id: The device's number of the frame.
        device_time_ns: When it was taken, by the device's clock.
        hw: Height and width in pixels; 0 where nothing is known.
        row_padding_bytes: Behind each row.
        memory: What was received; valid until the buffer is given back. Empty unless the frame is whole.
        problem: Empty, or why the frame is not whole.
        pointer: The buffer.
    """

    frame_id: int
    device_time_ns: int
    hw: tuple[int, int]
    row_padding_bytes: int
    memory: NDArray[np.uint8]
    problem: str
    pointer: Pointer


class AravisStream:
    """Frames of a device, each in a buffer that is given back after use."""

    def __init__(self, library: AravisLibrary, device: AravisDevice, buffers: int, is_network: bool) -> None:
        """Make a stream.

        Args:
            library: That does it.
            device: That streams.
            buffers: How many frames there is room for.
            is_network: Whether its frames come by network.

        Raises:
            DeviceFault: The device does not answer.
        """
        self._library = library
        self._pointer: Pointer = library.call("arv_device_create_stream", device.pointer, None, None)
        payload = device.payload_bytes()
        if is_network:
            self._make_room(min(MOST_ROOM_BYTES, ROOM_FRAMES * payload))
        for _ in range(buffers):
            self.give_back(library.call("arv_buffer_new", payload, None))

    def _make_room(self, size: int) -> None:
        """Let packets wait while the library's thread does not run; by itself it makes room for one frame of pixels."""
        self._library.call(
            "g_object_set", self._pointer, b"socket-buffer", FIXED_ROOM, b"socket-buffer-size", LEFT_ALONE, None
        )
        widen(self._library.call("arv_gv_stream_get_port", self._pointer), size)

    def release(self) -> None:
        """Stop to receive, and free all buffers."""
        self._library.call("g_object_unref", self._pointer)

    def give_back(self, buffer: Pointer) -> None:
        """Let the stream fill a buffer again."""
        self._library.call("arv_stream_push_buffer", self._pointer, buffer)

    def count(self, name: str) -> int:
        """One of the stream's counters, as in ``n_missing_packets``."""
        return int(self._library.call("arv_stream_get_info_uint64_by_name", self._pointer, name.encode()))

    def take(self, timeout_s: float) -> Delivered | None:
        """Wait for the next frame; ``None``: none came."""
        buffer = self._library.call("arv_stream_timeout_pop_buffer", self._pointer, int(timeout_s * 1e6))
        return self._delivered(buffer) if buffer else None

    def _delivered(self, buffer: Pointer) -> Delivered:
        ask = self._library.call
        status = ask("arv_buffer_get_status", buffer)
        problem = STATUSES.get(status, f"status {status}") if status else ""
        hw, padding, memory = (0, 0), 0, np.empty(0, np.uint8)
        if not problem:
            hw = ask("arv_buffer_get_image_height", buffer), ask("arv_buffer_get_image_width", buffer)
            padding, memory = self._padding(buffer), self._memory(buffer)
        frame_id, time_ns = ask("arv_buffer_get_frame_id", buffer), ask("arv_buffer_get_timestamp", buffer)
        return Delivered(frame_id, time_ns, hw, padding, memory, problem, buffer)

    def _memory(self, buffer: Pointer) -> NDArray[np.uint8]:
        size = ctypes.c_size_t()
        start = self._library.call("arv_buffer_get_data", buffer, ctypes.byref(size))
        return np.ctypeslib.as_array(ctypes.cast(start, ctypes.POINTER(ctypes.c_uint8)), (size.value,))

    def _padding(self, buffer: Pointer) -> int:
        behind_row, behind_frame = ctypes.c_int(), ctypes.c_int()
        self._library.call("arv_buffer_get_image_padding", buffer, ctypes.byref(behind_row), ctypes.byref(behind_frame))
        return behind_row.value
