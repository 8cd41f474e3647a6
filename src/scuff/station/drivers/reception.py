"""Frames that arrive from a device: which is whole, which is missing, and which is too late."""

import time

import numpy as np
from numpy.typing import NDArray

from scuff.station.acquisition_error import (
    AcquisitionError,
    IncompleteFrameError,
    StaleFrameError,
    TriggerTimeoutError,
)
from scuff.station.camera import Applied
from scuff.station.drivers.device import Delivered, Stream
from scuff.station.drivers.pixel_layout import format_given, frame_bytes, pixels_of
from scuff.station.drivers.trigger_count import TriggerCount
from scuff.station.raw_frame import RawFrame

UNDER_WAY = 2
"""Frames of a camera that runs by itself whose exposure may have begun: one is sent while the next is exposed."""

LAST_ID = 65_535
"""Where the frame numbers of GigE Vision 1 end; the next one is 1."""


class Reception:
    """The frames of a camera since it was armed."""

    def __init__(self, camera: str, stream: Stream, applied: Applied, count: TriggerCount, simulated: bool) -> None:
        """Receive frames.

        Args:
            camera: Its name in the recipe.
            stream: Of the device.
            applied: What the device does.
            count: Of its triggers and frames.
            simulated: Whether the device looks at nothing real.
        """
        self.stream, self.count, self.applied = stream, count, applied
        self._camera, self._simulated = camera, simulated
        self._under_way = 0
        self._empty_ns = time.time_ns()
        self._last_id = self._wraps = 0

    def take(self, timeout_s: float) -> RawFrame | None:
        """Wait for the next frame; ``None``: none came.

        Raises:
            IncompleteFrameError: Some of it is missing, or frames before it are.
            StaleFrameError: Its trigger was given up before.
        """
        delivered, came_ns = self._delivered(timeout_s)
        if delivered is None:
            return None
        try:
            if self._under_way:
                self._under_way -= 1
                return None
            return self._frame(delivered, came_ns)
        finally:
            self.stream.give_back(delivered.handle)

    def give_up(self, timeout_s: float) -> AcquisitionError:
        """Say why no frame came in a time, and wait for that one no longer."""
        self.count.give_up()
        if self.stream.has_dropped():
            reason = "it was dropped, for no buffer was free; set buffers higher, or give fewer triggers at once"
            return IncompleteFrameError(self._camera, reason, missing_bytes=self._whole_bytes())
        return TriggerTimeoutError(
            self._camera,
            f"no frame within {timeout_s:g} s of its trigger; check trigger, exposure and packet_bytes, and that the "
            "whole way of the packets carries that size",
        )

    def begin_afresh(self) -> None:
        """Of a camera that runs by itself, drop what has arrived already, and what is under way."""
        while delivered := self.stream.take(0):
            self.stream.give_back(delivered.handle)
        self.stream.has_dropped()  # nobody wanted them
        self._under_way = UNDER_WAY
        self.count.triggered()

    def _delivered(self, timeout_s: float) -> tuple[Delivered | None, int]:
        """The next buffer, and when it came.

        The frame of a signal by wire may have waited here for long. Where the stream does not say since when, it is
        taken to be as old as it can be: so a frame of an earlier part is never taken for one that has just come.
        """
        delivered, was_there = (self.stream.take(0), True) if self.count.is_by_wire else (None, False)
        if delivered is None:
            was_there, self._empty_ns = False, time.time_ns()
            delivered = self.stream.take(timeout_s)
        if delivered is not None and delivered.came_ns is not None:
            return delivered, delivered.came_ns
        return delivered, self._empty_ns if was_there else time.time_ns()

    def _frame(self, delivered: Delivered, came_ns: int) -> RawFrame | None:
        number = self._number(delivered)
        if self.count.drop_unasked(number):
            return None
        if self.count.is_stale(number):
            raise StaleFrameError(self._camera, "it came after it was given up; it is dropped", str(number))
        skipped = self.count.lost_before(number)
        self.count.settle(number)
        if skipped:
            reason = f"{skipped} frames before it did not arrive, nothing of them; check the network for lost packets"
            raise IncompleteFrameError(self._camera, reason, str(number), skipped * self._whole_bytes())
        if delivered.problem:
            raise self._incomplete(delivered, number)
        return RawFrame(
            camera=self._camera,
            serial=self.applied.serial,
            frame_id=number,
            pixels=pixels_of(self._rows(delivered, number), self.applied.pixel_format, delivered.hw),
            pixel_format=format_given(self.applied.pixel_format),
            device_time_ns=delivered.device_time_ns,
            host_time_ns=came_ns,
            exposure_us=self.applied.exposure_us,
            gain_db=self.applied.gain_db,
            simulated=self._simulated,
        )

    def _rows(self, delivered: Delivered, number: int) -> NDArray[np.uint8]:
        """The bytes of a frame without padding."""
        height, width = delivered.hw
        a_row = frame_bytes(self.applied.pixel_format, (1, width))
        padded = a_row + delivered.row_padding_bytes
        missing = padded * height - delivered.memory.size
        if (height, width) != (self.applied.height_px, self.applied.width_px) or missing > 0:
            reason = (
                f"{width}×{height} pixels in {delivered.memory.size:,} bytes came, where the camera was set to "
                f"{self.applied.width_px}×{self.applied.height_px}"
            )
            raise IncompleteFrameError(self._camera, reason, str(number), max(0, missing))
        if not delivered.row_padding_bytes:
            return delivered.memory
        rows: NDArray[np.uint8] = delivered.memory[: padded * height].reshape(height, padded)[:, :a_row].reshape(-1)
        return rows

    def _incomplete(self, delivered: Delivered, number: int) -> IncompleteFrameError:
        """Say how much of a frame is missing; headers, a thousandth of what was received, are counted in."""
        whole = self._whole_bytes()
        missing = min(whole, max(1, whole - delivered.received_bytes))
        reason = (
            f"about {missing:,} of {whole:,} bytes are missing ({delivered.problem}); check cables, switch, and the "
            "network port's receive buffers, see docs/station/gige.md"
        )
        return IncompleteFrameError(self._camera, reason, str(number), missing)

    def _number(self, delivered: Delivered) -> int:
        """The number of a frame; one that lost even its first packet is taken for the next."""
        if delivered.frame_id is None:
            return self.count.next
        return self.count.number(self._unwrapped(delivered.frame_id))

    def _unwrapped(self, frame_id: int) -> int:
        """Count on where the frame numbers of GigE Vision 1 begin anew."""
        if frame_id < LAST_ID // 4 and LAST_ID * 3 // 4 < self._last_id <= LAST_ID:
            self._wraps += 1
        self._last_id = frame_id
        return frame_id + self._wraps * LAST_ID

    def _whole_bytes(self) -> int:
        return frame_bytes(self.applied.pixel_format, (self.applied.height_px, self.applied.width_px))
