"""A process that is a GigE Vision camera, whose frames come from a function."""

import ctypes
import logging
import socket
import tempfile
from collections.abc import Callable
from ctypes import c_size_t, c_uint8, c_uint32
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import scuff
from scuff.core.errors import StationError
from scuff.station import gige_features as features
from scuff.station.drivers.aravis_library import FILL, Pointer, aravis_library
from scuff.station.drivers.gvcp import PORT
from scuff.station.drivers.network_port import NetworkPort

log = logging.getLogger(__name__)

Draw = Callable[[int, float, float], NDArray[np.uint8]]
"""What the sensor sees: from the number of the frame since the start (1, 2, …), exposure in µs and gain in dB to
H×W, RGGB from the upper left, of the whole sensor."""

LOOKS_A_SECOND = 250.0
"""How often libaravis looks for a trigger; by itself it does 25 times."""

MARK = b"scuff"
SERIAL_CHARACTERS = 15
G_TYPE_DOUBLE = 15 << 2


def check_can_serve(port: NetworkPort) -> None:
    """Find out whether a camera can be served at a port.

    Raises:
        StationError: libaravis is missing, or the port is taken.
    """
    aravis_library()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((port.address, PORT))
        except OSError as error:
            raise _taken(port) from error


class GigeCamera:
    """A camera that answers and streams from its making until it is stopped."""

    def __init__(
        self, port: NetworkPort, serial: str, hw: tuple[int, int], draw: Draw, lost_packets: float = 0.0
    ) -> None:
        """Answer at a network port from now on.

        Args:
            port: Where; one camera at each.
            serial: Serial number, of up to 15 characters.
            hw: Height and width of the sensor, in pixels.
            draw: Gives the frames; called in a thread of the library, which answers no client meanwhile.
            lost_packets: Share of a stream's packets that is never sent, to try what a client makes of it.

        Raises:
            StationError: libaravis is missing, a serial number that cannot be, or the port is taken.
        """
        if not (serial.isascii() and 0 < len(serial) <= SERIAL_CHARACTERS):
            raise StationError(f"--serial {serial!r}: must be 1 to {SERIAL_CHARACTERS} letters, digits and signs")
        self._library, self._draw, self.frames, self._in_stream = aravis_library(), draw, 0, 0
        self._server = self._serve(port, serial)
        self._camera: Pointer = self._library.call("arv_gv_fake_camera_get_fake_camera", self._server)
        self._fill = FILL(self._filled)  # kept: the library does not keep it
        self._set_up(hw)
        if lost_packets:
            self._lose(lost_packets)

    def pulse(self) -> None:
        """Give a signal at Line0; does what a client set it to do."""
        if self._read(features.TRIGGER_SOURCE) == features.LINE_0:
            self._write(features.TRIGGER, 1)

    def stop(self) -> None:
        """Answer no more."""
        self._library.call("g_object_unref", self._server)

    def _serve(self, port: NetworkPort, serial: str) -> Pointer:
        with tempfile.TemporaryDirectory() as folder:  # the library reads it once
            path = Path(folder) / "booth.xml"
            path.write_text(features.description(), encoding="utf-8")
            server: Pointer | None = self._library.call(
                "arv_gv_fake_camera_new_full", port.name.encode(), serial.encode(), str(path).encode()
            )
            if server and self._library.call("arv_gv_fake_camera_is_running", server):
                return server
        if server:
            self._library.call("g_object_unref", server)
        raise _taken(port)

    def _set_up(self, hw: tuple[int, int]) -> None:
        texts = ((features.VENDOR, "scuff"), (features.MODEL, "Booth"), (features.VERSION, scuff.__version__))
        for register, text in texts:
            padded = text.encode().ljust(features.TEXT_BYTES, b"\0")
            self._library.call("arv_fake_camera_write_memory", self._camera, register, len(padded), padded)
        values = {
            features.SENSOR_HEIGHT: hw[0],
            features.SENSOR_WIDTH: hw[1],
            features.HEIGHT: hw[0],
            features.WIDTH: hw[1],
            features.PIXEL_FORMAT: features.BAYER_RG8,
            features.TRIGGER_BY: features.BY_COMMAND,
            features.TRIGGER_SOURCE: features.SOFTWARE,
            features.LINE_SELECTOR: 1,
            features.LINE_MODE: 1,
        }
        for register, value in values.items():
            self._write(register, value)
        self._library.call("arv_fake_camera_set_trigger_frequency", self._camera, LOOKS_A_SECOND)
        self._library.call("arv_fake_camera_set_fill_pattern", self._camera, self._fill, None)

    def _lose(self, share: float) -> None:
        """Set the property of the server that makes it drop packets."""
        value = (ctypes.c_uint64 * 3)()
        pointer = ctypes.addressof(value)
        self._library.call("g_value_init", pointer, G_TYPE_DOUBLE)
        self._library.call("g_value_set_double", pointer, share)
        self._library.call("g_object_set_property", self._server, b"gvsp-lost-ratio", pointer)

    def _filled(self, buffer: int, _: int, exposure_us: int, gain: int, _format: int) -> None:
        """Put the next frame into a buffer."""
        self._count(buffer)
        try:
            frame = self._draw(self.frames, float(exposure_us), ctypes.c_int32(gain).value / features.GAIN_STEPS)
            height, width, top, left = (
                self._read(register)
                for register in (features.HEIGHT, features.WIDTH, features.OFFSET_Y, features.OFFSET_X)
            )
            region = frame[top : top + height, left : left + width]
            start = ctypes.cast(self._library.call("arv_buffer_get_data", buffer, c_size_t()), ctypes.POINTER(c_uint8))
            np.copyto(np.ctypeslib.as_array(start, region.shape), region)
        except Exception:  # beyond is C
            log.exception("frame %d could not be drawn; it is sent as it is", self.frames)

    def _count(self, buffer: int) -> None:
        """Number frames from 1 in each stream, as the standard has it; the library makes a buffer for each stream."""
        if not self._library.call("g_object_get_data", buffer, MARK):
            self._library.call("g_object_set_data", buffer, MARK, 1)
            self._in_stream = 0
        self.frames += 1
        self._in_stream += 1
        self._library.call("arv_buffer_set_frame_id", buffer, (self._in_stream - 1) % 65_535 + 1)

    def _read(self, register: int) -> int:
        value = c_uint32()
        self._library.call("arv_fake_camera_read_register", self._camera, register, ctypes.byref(value))
        return value.value

    def _write(self, register: int, value: int) -> None:
        self._library.call("arv_fake_camera_write_register", self._camera, register, value)


def _taken(port: NetworkPort) -> StationError:
    return StationError(
        f"{port.name} ({port.address}): UDP port {PORT}, where a GigE Vision camera listens, cannot be had; another "
        "camera is served there, as `ss -lunp` shows: stop it, or use another network port or namespace"
    )
