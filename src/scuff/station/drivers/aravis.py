"""GigE Vision and USB3 Vision cameras, through libaravis."""

from scuff.core.station_recipe import CameraSettings
from scuff.station.drivers.aravis_link import link_of
from scuff.station.drivers.gvcp import Found
from scuff.station.drivers.gvcp import discover as ask_port
from scuff.station.drivers.network_port import port_at
from scuff.station.drivers.sfnc_camera import SfncCamera


class AravisCamera(SfncCamera):
    """A GigE Vision camera (``device`` is its IP address) or a USB3 Vision one (``device`` is its serial number)."""

    def __init__(self, settings: CameraSettings) -> None:
        """Prepare for a camera; connects to nothing yet."""
        super().__init__(settings, link_of)


def discover(interface: str) -> list[Found]:
    """Look for GigE Vision cameras at one network port, by a broadcast through that port alone.

    Args:
        interface: Name or IP address of the port.

    Raises:
        StationError: There is no such port.
    """
    return ask_port(port_at(interface))
