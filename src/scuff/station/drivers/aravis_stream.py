"""The frames of a device, as libaravis receives them."""

import ctypes
from collections import Counter
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from scuff.station.drivers.aravis_library import AravisLibrary, Pointer
from scuff.station.drivers.device import Delivered, DeviceError
from scuff.station.drivers.receive_buffer import widen

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


class AravisStream:
    """See ``Stream``."""

    def __init__(self, library: AravisLibrary, device: Pointer, payload_bytes: int, buffers: int) -> None:
        """Make a stream, and start the device.

        Args:
            library: That does it.
            device: That streams.
            payload_bytes: How large a buffer must be.
            buffers: How many of them there are.

        Raises:
            DeviceError: The device does not answer.
        """
        self._library, self._device = library, device
        self._seen: Counter[str] = Counter()
        self._pointer: Pointer = library.call("arv_device_create_stream", device, None, None)
        if library.is_gige(device):
            self._make_room(min(MOST_ROOM_BYTES, ROOM_FRAMES * payload_bytes))
        for _ in range(buffers):
            self.give_back(library.call("arv_buffer_new", payload_bytes, None))
        library.call("arv_device_execute_command", device, b"AcquisitionStart")

    def take(self, timeout_s: float) -> Delivered | None:
        """See ``Stream``."""
        buffer = self._library.call("arv_stream_timeout_pop_buffer", self._pointer, int(timeout_s * 1e6))
        return self._delivered(buffer) if buffer else None

    def give_back(self, handle: Pointer) -> None:
        """See ``Stream``."""
        self._library.call("arv_stream_push_buffer", self._pointer, handle)

    def has_dropped(self) -> bool:
        """See ``Stream``."""
        return self._risen("n_underruns") > 0

    def stop(self, is_gone: bool = False) -> None:
        """See ``Stream``."""
        with suppress(DeviceError):
            if not is_gone:
                self._library.call("arv_device_execute_command", self._device, b"AcquisitionStop")
        self._library.call("g_object_unref", self._pointer)

    def count(self, name: str) -> int:
        """One of the library's counters, as in ``n_completed_buffers``."""
        return int(self._library.call("arv_stream_get_info_uint64_by_name", self._pointer, name.encode()))

    def _make_room(self, size: int) -> None:
        """Let packets wait while the library's thread does not run; by itself it makes room for one frame of pixels."""
        self._library.call(
            "g_object_set", self._pointer, b"socket-buffer", FIXED_ROOM, b"socket-buffer-size", LEFT_ALONE, None
        )
        widen(self._library.call("arv_gv_stream_get_port", self._pointer), size)

    def _risen(self, counter: str) -> int:
        """How much a counter has risen since it was looked at last."""
        before, self._seen[counter] = self._seen[counter], self.count(counter)
        return self._seen[counter] - before

    def _delivered(self, buffer: Pointer) -> Delivered:
        ask = self._library.call
        status = ask("arv_buffer_get_status", buffer)
        problem = STATUSES.get(status, f"status {status}") if status else ""
        hw, padding, memory = (0, 0), 0, np.empty(0, np.uint8)
        if not problem:
            hw = ask("arv_buffer_get_image_height", buffer), ask("arv_buffer_get_image_width", buffer)
            padding, memory = self._padding(buffer), self._memory(buffer)
        frame_id = ask("arv_buffer_get_frame_id", buffer)
        return Delivered(
            frame_id=None if problem and not frame_id else frame_id,
            device_time_ns=ask("arv_buffer_get_timestamp", buffer),
            came_ns=ask("arv_buffer_get_system_timestamp", buffer) or None,
            hw=hw,
            row_padding_bytes=padding,
            memory=memory,
            received_bytes=self._risen("n_transferred_bytes"),
            problem=problem,
            handle=buffer,
        )

    def _memory(self, buffer: Pointer) -> NDArray[np.uint8]:
        size = ctypes.c_size_t()
        start = self._library.call("arv_buffer_get_data", buffer, ctypes.byref(size))
        return np.ctypeslib.as_array(ctypes.cast(start, ctypes.POINTER(ctypes.c_uint8)), (size.value,))

    def _padding(self, buffer: Pointer) -> int:
        behind_row, behind_frame = ctypes.c_int(), ctypes.c_int()
        self._library.call("arv_buffer_get_image_padding", buffer, ctypes.byref(behind_row), ctypes.byref(behind_frame))
        return behind_row.value
