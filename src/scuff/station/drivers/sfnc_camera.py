"""A camera that speaks GenICam, whatever it is reached through: the features of the SFNC, and a stream of frames."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scuff.core.station_recipe import CameraSettings
from scuff.station.acquisition_error import (
    AcquisitionError,
    CameraLostError,
    CameraUnreachableError,
    SettingRejectedError,
)
from scuff.station.camera import Applied, Health
from scuff.station.drivers.device import Device, DeviceError, Link
from scuff.station.drivers.feature_setup import FeatureSetup
from scuff.station.drivers.reception import Reception
from scuff.station.drivers.trigger_count import TriggerCount
from scuff.station.raw_frame import RawFrame

LIVE = {"exposure_us", "gain_db", "timeout_s"}
"""Settings that change while frames are taken."""

LOOK_S = 0.25
"""How long a wait for a frame lasts before the driver looks whether the camera is still there."""

SIMULATORS = ("Aravis", "scuff", "EMVA_D", "Machine Vision Games Ltd.")
"""Vendors whose cameras look at nothing real."""

TEMPERATURE = "DeviceTemperature"


class SfncCamera:
    """A camera with the features of GenICam's Standard Features Naming Convention; see ``Camera``."""

    def __init__(self, settings: CameraSettings, link_of: Callable[[CameraSettings], Link]) -> None:
        """Prepare for a camera; connects to nothing yet.

        Args:
            settings: Which camera it is.
            link_of: Finds the way to it when it is opened.
        """
        self._settings, self._link_of = settings, link_of
        self._link: Link | None = None
        self._device: Device | None = None
        self._reception: Reception | None = None
        self._applied: Applied | None = None
        self._frames = self._failures = 0
        self._gone = ""
        self._lock = threading.Lock()  # the library's features are for one thread at a time

    @property
    def name(self) -> str:
        """See ``Camera``."""
        return self._settings.name

    def open(self) -> None:
        """See ``Camera``."""
        self.close()
        link = self._link_of(self._settings)
        self._device, self._link, self._gone = link.connect(), link, ""
        self._frames = self._failures = 0

    def close(self) -> None:
        """See ``Camera``."""
        device, reception, is_gone = self._device, self._reception, bool(self._gone)
        self._device = self._reception = self._applied = self._link = None
        if device is None:
            return
        if not is_gone:
            return _let_go(device, reception)
        # The library would ask a camera that is gone for seconds; nobody needs to wait for that.
        threading.Thread(target=_let_go, args=(device, reception, True), name=f"close {self.name}").start()
        return None

    def configure(self, settings: CameraSettings) -> Applied:
        """See ``Camera``."""
        device, link = self._opened()
        self._check()  # see ``trigger``
        setup, is_armed = FeatureSetup(self.name, device), self._reception is not None
        with self._lock, self._faults("settings"):
            if self._applied and _differ(self._settings, settings) <= LIVE:
                setup.expose(settings)
            else:
                self._applied = None
                self._disarm()
                link.prepare(device, settings)
                setup.configure(settings)
            identity = device.identity()
            self._applied = setup.applied(identity.serial, identity.model)
        self._settings = settings
        if self._reception:
            self._reception.applied = self._applied
        elif is_armed:
            self.arm()
        return self._applied

    def arm(self) -> None:
        """See ``Camera``."""
        device, link = self._opened()
        if self._applied is None:
            raise SettingRejectedError(self.name, "it is armed before it is configured; configure it first")
        with self._lock, self._faults("start of the acquisition"):
            self._disarm()
            stream = device.start(self._settings.buffers)
            count = TriggerCount(link.first_frame, self._settings.trigger)
            simulated = device.identity().vendor in SIMULATORS
            self._reception = Reception(self.name, stream, self._applied, count, simulated)

    def trigger(self) -> None:
        """See ``Camera``."""
        (device, _), reception = self._opened(), self._armed()
        if self._settings.trigger == "free":
            return reception.begin_afresh()
        if self._settings.trigger == "hardware":
            raise SettingRejectedError(self.name, f"is triggered at {self._settings.trigger_line}, not by software")
        self._check()  # says within a second that nobody answers; the library takes more than three
        with self._lock, self._faults("software trigger"):
            device.execute("TriggerSoftware")
        reception.count.triggered()
        return None

    def grab(self, timeout_s: float) -> RawFrame:
        """See ``Camera``."""
        try:
            frame = self._wait(self._armed(), timeout_s)
        except AcquisitionError:
            self._failures += 1
            raise
        self._frames += 1
        return frame

    def health(self) -> Health:
        """See ``Camera``."""
        if self._device is None:
            return Health(False, "is not open", self._frames, self._failures)
        trouble = self._trouble()
        return Health(not trouble, trouble, self._frames, self._failures, None if trouble else self._temperature_c())

    def _wait(self, reception: Reception, timeout_s: float) -> RawFrame:
        end = time.monotonic() + timeout_s
        while True:
            left = max(0.0, end - time.monotonic())
            if frame := reception.take(min(left, LOOK_S)):
                return frame
            self._check()
            if time.monotonic() >= end:
                raise reception.give_up(timeout_s)

    def _opened(self) -> tuple[Device, Link]:
        """The device and the way to it, if it is there."""
        if self._device is None or self._link is None:
            raise CameraUnreachableError(self.name, "is not open; open it first")
        if self._gone:
            raise CameraLostError(self.name, self._gone)
        return self._device, self._link

    def _armed(self) -> Reception:
        self._opened()
        if self._reception is None:
            raise SettingRejectedError(self.name, "is not armed; arm it first")
        return self._reception

    def _check(self) -> None:
        if trouble := self._trouble():
            raise CameraLostError(self.name, trouble)

    def _trouble(self) -> str:
        """Why the camera cannot be used any more; empty: it can."""
        device, link = self._device, self._link
        if not self._gone and device is not None and link is not None:
            self._gone = "control of the camera is lost" if device.is_lost() else link.trouble()
        return self._gone

    @contextmanager
    def _faults(self, doing: str) -> Iterator[None]:
        """Tell what a refusal of the device means."""
        try:
            yield
        except DeviceError as fault:
            if not self._trouble() and fault.is_silence:
                self._gone = f"no answer any more ({fault})"
            if self._gone:
                raise CameraLostError(self.name, self._gone) from fault
            raise SettingRejectedError(self.name, f"the device refuses {doing}: {fault}") from fault

    def _disarm(self) -> None:
        """Stop, and drop what has arrived."""
        reception, self._reception = self._reception, None
        if reception:
            reception.stream.stop()

    def _temperature_c(self) -> float | None:
        """Ask for the temperature, unless the device is busy with something else."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            device = self._device
            return float(device.read(TEMPERATURE)) if device and device.has(TEMPERATURE) else None
        except (DeviceError, ValueError):
            return None
        finally:
            self._lock.release()


def _let_go(device: Device, reception: Reception | None, is_gone: bool = False) -> None:
    if reception:
        reception.stream.stop(is_gone)
    device.release()


def _differ(one: CameraSettings, other: CameraSettings) -> set[str]:
    """The settings in which two differ."""
    return {key for key in CameraSettings.model_fields if getattr(one, key) != getattr(other, key)}
