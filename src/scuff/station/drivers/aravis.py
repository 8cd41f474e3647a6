"""GigE Vision and USB3 Vision cameras, through libaravis."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from scuff.core.station_recipe import CameraSettings
from scuff.station.acquisition_error import (
    AcquisitionError,
    CameraLostError,
    CameraUnreachableError,
    SettingRejectedError,
)
from scuff.station.camera import Applied, Health
from scuff.station.drivers.aravis_device import AravisDevice, AravisStream
from scuff.station.drivers.aravis_library import aravis_library
from scuff.station.drivers.aravis_link import Link, link_of
from scuff.station.drivers.aravis_reception import Reception
from scuff.station.drivers.feature_setup import FeatureSetup
from scuff.station.drivers.features import DeviceFault
from scuff.station.drivers.gvcp import Found
from scuff.station.drivers.gvcp import discover as ask_port
from scuff.station.drivers.network_port import port_at
from scuff.station.drivers.trigger_count import TriggerCount
from scuff.station.raw_frame import RawFrame

LIVE = {"exposure_us", "gain_db", "timeout_s"}
"""Settings that change while frames are taken."""

LOOK_S = 0.25
"""How long a wait for a frame lasts before the driver looks whether the camera is still there."""

SIMULATORS = ("Aravis", "scuff")
"""Vendors whose cameras look at nothing real."""

TEMPERATURE = "DeviceTemperature"


def discover(interface: str) -> list[Found]:
    """Look for GigE Vision cameras at one network port, by a broadcast through that port alone.

    Args:
        interface: Name or IP address of the port.

    Raises:
        StationError: There is no such port.
    """
    return ask_port(port_at(interface))


class AravisCamera:
    """A GigE Vision camera (``device`` is its IP address) or a USB3 Vision one (``device`` is its serial number)."""

    def __init__(self, settings: CameraSettings) -> None:
        """Prepare for a camera; connects to nothing yet."""
        self._settings = settings
        self._link: Link | None = None
        self._device: AravisDevice | None = None
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
        link = link_of(self._settings)
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
        setup, is_armed = FeatureSetup(self.name, device), self._reception is not None
        with self._lock, self._faults("settings"):
            if self._applied and _differ(self._settings, settings) <= LIVE:
                setup.expose(settings)
            else:
                self._applied = None
                self._disarm(device)
                link.prepare(device, settings)
                setup.configure(settings)
            self._applied = setup.applied(_serial(device), device.read("DeviceModelName"))
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
            self._disarm(device)
            stream = AravisStream(aravis_library(), device, self._settings.buffers, link.is_network)
            count = TriggerCount(link.first_frame, self._settings.trigger)
            simulated = device.read("DeviceVendorName") in SIMULATORS
            self._reception = Reception(self.name, stream, self._applied, count, simulated)
            device.execute("AcquisitionStart")

    def trigger(self) -> None:
        """See ``Camera``."""
        (device, _), reception = self._opened(), self._armed()
        if self._settings.trigger == "free":
            return reception.begin_afresh()
        if self._settings.trigger == "hardware":
            raise SettingRejectedError(self.name, f"is triggered at {self._settings.trigger_line}, not by software")
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

    def _opened(self) -> tuple[AravisDevice, Link]:
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
            self._gone = "control of the camera is lost" if device.lost.is_set() else link.trouble()
        return self._gone

    @contextmanager
    def _faults(self, doing: str) -> Iterator[None]:
        """Tell what a refusal of the device means."""
        try:
            yield
        except DeviceFault as fault:
            if not self._trouble() and fault.is_silence:
                self._gone = f"no answer any more ({fault})"
            if self._gone:
                raise CameraLostError(self.name, self._gone) from fault
            raise SettingRejectedError(self.name, f"the device refuses {doing}: {fault}") from fault

    def _disarm(self, device: AravisDevice) -> None:
        """Stop, and drop what has arrived."""
        reception, self._reception = self._reception, None
        if reception:
            _stop(device, reception)

    def _temperature_c(self) -> float | None:
        """Ask for the temperature, unless the device is busy with something else."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            device = self._device
            return float(device.read(TEMPERATURE)) if device and device.has(TEMPERATURE) else None
        except (DeviceFault, ValueError):
            return None
        finally:
            self._lock.release()


def _let_go(device: AravisDevice, reception: Reception | None, is_gone: bool = False) -> None:
    if reception:
        _stop(device, reception, is_gone)
    device.release()


def _stop(device: AravisDevice, reception: Reception, is_gone: bool = False) -> None:
    with suppress(DeviceFault):
        if not is_gone:
            device.execute("AcquisitionStop")
    reception.stream.release()


def _differ(one: CameraSettings, other: CameraSettings) -> set[str]:
    """The settings in which two differ."""
    return {key for key in CameraSettings.model_fields if getattr(one, key) != getattr(other, key)}


def _serial(device: AravisDevice) -> str:
    """The serial number, as older devices call it, too."""
    name = next((name for name in ("DeviceSerialNumber", "DeviceID") if device.has(name)), "")
    return device.read(name) if name else ""
