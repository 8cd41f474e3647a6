"""A camera of the simulated booth, with every fault that a real one can have."""

import hashlib
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from scuff.booth.layers import Layers, mix
from scuff.booth.sensor import Sensor, read_out
from scuff.core.errors import StationError
from scuff.core.station_recipe import CameraSettings, Fault
from scuff.station.acquisition_error import (
    AcquisitionError,
    CameraBusyError,
    CameraLostError,
    CameraUnreachableError,
    IncompleteFrameError,
    SettingRejectedError,
    StaleFrameError,
    TriggerTimeoutError,
)
from scuff.station.camera import Applied, Health
from scuff.station.raw_frame import RawFrame
from scuff.station.simulated_pool import VIEWS
from scuff.station.simulated_settings import BITS, applied_of
from scuff.station.simulated_world import World

MISSING_BYTES = 8000
"""What an incomplete frame lacks: one network packet."""

AT_A_TRIGGER: tuple[Fault, ...] = (
    "lost",
    "unreachable",
    "busy",
    "setting-rejected",
    "trigger-timeout",
    "incomplete",
    "stale",
)
"""The faults that happen at a trigger, the gravest first."""

LOSING: dict[Fault | None, tuple[type[AcquisitionError], str]] = {
    "lost": (CameraLostError, "does not answer any more"),
    "unreachable": (CameraUnreachableError, "does not answer"),
    "busy": (CameraBusyError, "another program controls it now"),
}
"""The faults after which a camera must be opened again."""


@dataclass(frozen=True, slots=True)
class _Exposure:
    """A frame that is on its way, and all that it depends on."""

    frame_id: int
    number: int
    layers: Layers
    intensities: Mapping[str, float]
    applied: Applied
    taken_ns: int
    fault: Fault | None


class SimulatedCamera:
    """A camera that sees the part in the simulated booth.

    What a hardware trigger waits for comes as soon as a frame is grabbed, and what does not come is not waited for:
    simulated time does not pass.
    """

    def __init__(self, settings: CameraSettings, world: World) -> None:
        """Stand in the booth.

        Raises:
            StationError: The booth has no such camera.
        """
        self._name, self._view, self._world = settings.name, settings.device or settings.name, world
        if self._view not in VIEWS:
            raise StationError(
                f"cameras, {self._name!r}: the simulated booth has no camera {self._view!r}; set its device to "
                f"{' or '.join(VIEWS)}"
            )
        self._serial = f"SIMULATED-{self._view.upper()}"
        self._settings: CameraSettings | None = None
        self._applied: Applied | None = None
        self._wrong = "it is closed"
        self._is_armed = False
        self._taken: deque[_Exposure] = deque()
        self._triggers = self._frames = self._failures = 0

    @property
    def name(self) -> str:
        """Its name, as in the recipe."""
        return self._name

    def open(self) -> None:
        """Take control of it; see ``Camera``."""
        self.close()
        faults = self._world.faults
        if faults.is_unplugged(self._name) or faults.take("unreachable", self._name):
            raise CameraUnreachableError(self._name, "does not answer; look at its cable and its power")
        if faults.take("busy", self._name):
            raise CameraBusyError(self._name, "another program controls it; end that one first")
        self._wrong = ""
        self._frames = self._failures = 0

    def close(self) -> None:
        """Let go of it; see ``Camera``."""
        self._settings = self._applied = None
        self._wrong, self._is_armed = "it is closed", False
        self._taken.clear()

    def configure(self, settings: CameraSettings) -> Applied:
        """Set it up; see ``Camera``."""
        self._check_answers()
        if self._world.faults.take("setting-rejected", self._name):
            self._reject(settings.exposure_us)
        self._applied = applied_of(settings, self._serial, self._world.pool.settings.hw)
        self._settings = settings
        return self._applied

    def arm(self) -> None:
        """Wait for triggers; see ``Camera``."""
        self._check_answers()
        self._taken.clear()
        self._is_armed, self._triggers = True, 0

    def trigger(self) -> None:
        """Expose what is to be seen now; see ``Camera``."""
        self._check_answers()
        self._expose()

    def grab(self, timeout_s: float) -> RawFrame:
        """Take the next frame; see ``Camera``."""
        self._check_answers()
        if not self._taken and self._is_armed and self._settings and self._settings.trigger == "hardware":
            self._expose()
        if not self._taken:
            self._failures += 1
            raise TriggerTimeoutError(self._name, f"no frame within {timeout_s:g} s")
        exposure = self._taken.popleft()
        if exposure.fault:
            self._failures += 1
            raise self._failed(exposure)
        self._frames += 1
        return self._read_out(exposure)

    def health(self) -> Health:
        """Say how it is; see ``Camera``."""
        wrong = self._wrong or ("does not answer" if self._world.faults.is_unplugged(self._name) else "")
        return Health(not wrong, wrong, self._frames, self._failures)

    def _check_answers(self) -> None:
        if not self._wrong and self._world.faults.is_unplugged(self._name):
            self._wrong = "does not answer any more"
        if self._wrong:
            raise CameraLostError(self._name, f"{self._wrong}; it must be opened again")

    def _reject(self, exposure_us: float) -> NoReturn:
        raise SettingRejectedError(self._name, f"does not take exposure_us = {exposure_us:g}, for it is made to fail")

    def _expose(self) -> None:
        """Let the sensor see what is in the booth now; or let a fault happen."""
        if not self._is_armed or self._applied is None:
            raise AcquisitionError(self._name, "is not armed; configure it and arm it first")
        fault = self._world.faults.draw(self._name, AT_A_TRIGGER)
        if fault in LOSING:
            self._wrong = LOSING[fault][1]
            raise LOSING[fault][0](self._name, f"{self._wrong}; it must be opened again")
        if fault == "setting-rejected":
            self._reject(self._applied.exposure_us)
        if fault == "trigger-timeout":
            return
        self._triggers += 1
        exposure = _Exposure(
            self._triggers,
            self._world.next_frame(self._name),
            self._world.layers(self._view),
            self._world.intensities,
            self._applied,
            time.monotonic_ns(),
            fault,
        )
        if self._settings and len(self._taken) < self._settings.buffers:  # there is no room for more
            self._taken.append(exposure)

    def _failed(self, exposure: _Exposure) -> AcquisitionError:
        frame = str(exposure.frame_id)
        if exposure.fault == "stale":
            return StaleFrameError(self._name, "is of a trigger that was given up before", frame)
        reason = f"{MISSING_BYTES:,} bytes did not arrive"
        return IncompleteFrameError(self._name, reason, frame, MISSING_BYTES)

    def _read_out(self, exposure: _Exposure) -> RawFrame:
        applied = exposure.applied
        rows = slice(applied.top_px, applied.top_px + applied.height_px)
        columns = slice(applied.left_px, applied.left_px + applied.width_px)
        seen = Layers(exposure.layers.names, exposure.layers.planes[:, rows, columns])
        sensor = Sensor(bits=BITS[applied.pixel_format])
        exposed = mix(seen, exposure.intensities, applied.exposure_us)
        return RawFrame(
            camera=self._name,
            serial=applied.serial,
            frame_id=exposure.frame_id,
            pixels=read_out(exposed, sensor, applied.gain_db, self._view, self._seed_of(exposure)),
            pixel_format=applied.pixel_format,
            device_time_ns=exposure.taken_ns,
            host_time_ns=time.time_ns(),
            exposure_us=applied.exposure_us,
            gain_db=applied.gain_db,
            simulated=True,
        )

    def _seed_of(self, exposure: _Exposure) -> int:
        words = f"{self._world.seed} {self._name} {exposure.number}"
        return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big")
