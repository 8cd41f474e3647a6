"""How a camera is connected: by a network, or by USB."""

import ipaddress
import threading

from scuff.core.station_recipe import CameraSettings
from scuff.station.acquisition_error import CameraBusyError, CameraUnreachableError, SettingRejectedError
from scuff.station.drivers.aravis_device import AravisDevice, open_gige, open_usb
from scuff.station.drivers.aravis_library import aravis_library
from scuff.station.drivers.device import DeviceError, Link
from scuff.station.drivers.gvcp import CONTROL_PRIVILEGE, read_register
from scuff.station.drivers.network_port import NetworkPort, port_at, port_towards

IP_AND_UDP_BYTES = 28
"""A packet's headers below GigE Vision's own, which its size counts in."""


ONE_AT_A_TIME = threading.Lock()
"""Two threads that open devices at once may get one whose description is read only in part: "Port not found"."""


def link_of(settings: CameraSettings) -> Link:
    """The way to a camera: an IP address leads through the network, anything else is a serial number.

    Raises:
        StationError: The recipe names no device, or no network port leads there.
    """
    if not settings.device:
        reason = "device is empty; set it to the IP address of a GigE camera, or the serial number of a USB3 one"
        raise CameraUnreachableError(settings.name, reason)
    try:
        ipaddress.IPv4Address(settings.device)
    except ValueError as error:
        if settings.device.count(".") == 3 and not settings.device.strip("0123456789."):
            raise CameraUnreachableError(
                settings.name, f"device {settings.device!r} is no IP address: {error}"
            ) from error
        return UsbLink(settings.name, settings.device)
    port = port_at(settings.interface) if settings.interface else port_towards(settings.device)
    return GigeLink(settings.name, settings.device, port)


class GigeLink:
    """GigE Vision."""

    first_frame = 1

    def __init__(self, camera: str, address: str, port: NetworkPort) -> None:
        """Look for a camera at an IP address, through one network port."""
        self._camera, self._address, self._port = camera, address, port

    def connect(self) -> AravisDevice:
        """See ``Link``."""
        privilege = read_register(self._port, self._address, CONTROL_PRIVILEGE)
        if privilege is None:
            raise CameraUnreachableError(self._camera, f"no answer; {self._where()}")
        if privilege:
            raise self._busy()
        try:
            with ONE_AT_A_TIME:
                device = open_gige(aravis_library(), self._address, self._port.address)
        except DeviceError as fault:
            raise CameraUnreachableError(self._camera, f"cannot be opened ({fault}); {self._where()}") from fault
        if not device.is_controller():  # somebody was faster
            device.release()
            raise self._busy()
        return device

    def prepare(self, device: AravisDevice, settings: CameraSettings) -> None:
        """See ``Link``."""
        if settings.packet_bytes > self._port.mtu_bytes:
            raise SettingRejectedError(
                self._camera,
                f"packet_bytes {settings.packet_bytes} is rejected: network port {self._port.name} carries packets of "
                f"up to {self._port.mtu_bytes} bytes; set its MTU to 9000, or packet_bytes lower",
            )
        device.set_packet_bytes(settings.packet_bytes)

    def trouble(self) -> str:
        """See ``Link``."""
        privilege = read_register(self._port, self._address, CONTROL_PRIVILEGE)
        if privilege is None:
            return f"no answer any more; {self._where()}"
        return "" if privilege else "the camera was restarted, and is controlled by nobody"

    def _busy(self) -> CameraBusyError:
        return CameraBusyError(
            self._camera,
            f"another program or PC controls the camera at {self._address}; close it, or wait a few seconds if it was "
            "killed",
        )

    def _where(self) -> str:
        return (
            f"check power and cable of {self._address}, and that network port {self._port.name} "
            f"({self._port.address}) is in its subnet"
        )


class UsbLink:
    """USB3 Vision; written to its standard, but tried with no camera yet."""

    first_frame = 0

    def __init__(self, camera: str, serial: str) -> None:
        """Look for a camera by its serial number."""
        self._camera, self._serial = camera, serial

    def connect(self) -> AravisDevice:
        """See ``Link``."""
        try:
            with ONE_AT_A_TIME:
                return open_usb(aravis_library(), self._serial)
        except DeviceError as fault:
            raise CameraUnreachableError(
                self._camera,
                f"{fault}; check cable and permissions (udev rules), and that no other program has it open",
            ) from fault

    def prepare(self, device: AravisDevice, settings: CameraSettings) -> None:
        """Nothing: USB has no packets to set."""

    def trouble(self) -> str:
        """Nothing is known; a command that fails tells."""
        return ""
