"""Cameras through the GenTL producer of their vendor, by Harvesters."""

import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scuff.core.errors import StationError
from scuff.core.station_recipe import CameraSettings
from scuff.station.acquisition_error import CameraBusyError, CameraUnreachableError
from scuff.station.drivers.device import Device, Link
from scuff.station.drivers.sfnc_camera import SfncCamera

if TYPE_CHECKING:
    from scuff.station.drivers.genicam_device import GenicamDevice

INSTALL = "the driver genicam needs Harvesters and GenICam; install them with: pip install 'scuff[genicam]'"

ONE_AT_A_TIME = threading.Lock()
"""A producer is asked for its devices by one thread at a time."""

IN_USE: set[tuple[str, str]] = set()
"""The devices that are open, by producer and name: some producers open one twice, and crash when one is closed."""


class GenicamCamera(SfncCamera):
    """A camera of a producer: ``interface`` is its .cti file, ``device`` a serial number, or empty for the first."""

    def __init__(self, settings: CameraSettings) -> None:
        """Prepare for a camera; connects to nothing yet."""
        super().__init__(settings, producer_link)


def producer_link(settings: CameraSettings) -> Link:
    """The way to a camera.

    Raises:
        CameraUnreachableError: The recipe names no producer, or none that is there.
    """
    if not Path(settings.interface).is_file():
        raise CameraUnreachableError(
            settings.name,
            f"interface {settings.interface!r} is no file; set it to the .cti file that the camera's vendor installs",
        )
    return ProducerLink(settings)


class ProducerLink:
    """A producer of GenTL, and a device that it knows."""

    first_frame = None

    def __init__(self, settings: CameraSettings) -> None:
        """Look for a camera through a producer."""
        self._camera, self._file, self._serial = settings.name, settings.interface, settings.device
        self._device: GenicamDevice | None = None

    def connect(self) -> Device:
        """See ``Link``."""
        with ONE_AT_A_TIME:
            harvester = _harvester(self._file)
            from scuff.station.drivers.genicam_device import GenicamDevice  # needs what a harvester needs

            found = self._found(harvester)
            held = self._file, str(found.id_)
            if held in IN_USE:
                raise self._busy("this program does it already")
            self._device = GenicamDevice(self._created(harvester, found), lambda: IN_USE.discard(held))
            IN_USE.add(held)
        return self._device

    def prepare(self, device: Any, settings: CameraSettings) -> None:
        """Nothing: what the way needs, the producer sets, or ``features``."""

    def trouble(self) -> str:
        """See ``Link``."""
        return self._device.trouble() if self._device else ""

    def _found(self, harvester: Any) -> Any:
        """The device of the serial number that is looked for."""
        # A list that is made anew takes the devices of the old one away.
        if not any(file == self._file for file, _ in IN_USE):
            harvester.update()
        devices = harvester.device_info_list
        serials = [str(device.serial_number) for device in devices]
        if self._serial in serials:
            return devices[serials.index(self._serial)]
        if devices and not self._serial:
            return devices[0]
        known = ", ".join(serials) or "none"
        raise CameraUnreachableError(
            self._camera, f"{self._file} knows no device with the serial number {self._serial!r}; it knows {known}"
        )

    def _created(self, harvester: Any, found: Any) -> Any:
        from genicam import gentl

        try:
            return harvester.create(found)
        except (gentl.AccessDeniedException, gentl.ResourceInUseException) as error:
            raise self._busy(str(error)) from error
        except gentl.GenericException as error:
            raise CameraUnreachableError(self._camera, f"{self._file} cannot open it: {error}") from error

    def _busy(self, reason: str) -> CameraBusyError:
        return CameraBusyError(self._camera, f"is controlled by another camera or program ({reason}); close that one")


@lru_cache(maxsize=8)
def _harvester(file: str) -> Any:
    """A producer, which may be loaded once in a process.

    Raises:
        StationError: Harvesters is not installed.
    """
    try:
        from harvesters.core import Harvester
    except ModuleNotFoundError as error:
        raise StationError(INSTALL) from error
    harvester = Harvester()
    harvester.add_file(file)
    return harvester
