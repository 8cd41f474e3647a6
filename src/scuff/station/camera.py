"""A camera: what every driver does."""

from dataclasses import dataclass
from typing import Protocol

from scuff.core.station_recipe import CameraSettings
from scuff.station.raw_frame import RawFrame


@dataclass(frozen=True, slots=True)
class Applied:
    """What a camera really does, after it was asked for something.

    Attributes:
        serial: Serial number of the device.
        model: What it calls itself.
        pixel_format: As GenICam names it.
        width_px: Width of a frame.
        height_px: Height of a frame.
        left_px: First column that is read out.
        top_px: First row that is read out.
        exposure_us: Rounded as the device rounds it.
        gain_db: The same of the gain.
    """

    serial: str
    model: str
    pixel_format: str
    width_px: int
    height_px: int
    left_px: int
    top_px: int
    exposure_us: float
    gain_db: float


@dataclass(frozen=True, slots=True)
class Health:
    """How a camera is.

    Attributes:
        is_well: Whether a frame can be expected of it.
        message: Why not; or what is noteworthy.
        frames: Frames that came whole since it was opened.
        failures: Frames that did not.
        temperature_c: Of the device, where it tells.
    """

    is_well: bool
    message: str = ""
    frames: int = 0
    failures: int = 0
    temperature_c: float | None = None


class Camera(Protocol):
    """A camera of a station.

    Used by one thread at a time. Every method but ``close`` and ``health`` raises an ``AcquisitionError``; after
    ``CameraLostError`` only ``close`` and ``open`` are of use. Opening again does not remember settings.
    """

    @property
    def name(self) -> str:
        """Its name, as in the recipe."""
        ...

    def open(self) -> None:
        """Connect, and take control.

        Raises:
            CameraUnreachableError: It does not answer.
            CameraBusyError: Somebody else controls it.
        """
        ...

    def close(self) -> None:
        """Let go of it; what is closed already stays so. Never raises."""
        ...

    def configure(self, settings: CameraSettings) -> Applied:
        """Set it up, and say what it really does; it stays armed if it was.

        Raises:
            SettingRejectedError: It does not do that; names the setting, its value and what is possible.
        """
        ...

    def arm(self) -> None:
        """Wait for triggers from now on; frames of earlier ones are dropped, and the count of frames begins anew."""
        ...

    def trigger(self) -> None:
        """Start an exposure by software."""
        ...

    def grab(self, timeout_s: float) -> RawFrame:
        """Take the next frame, in the order of the triggers.

        Raises:
            TriggerTimeoutError: None came.
            IncompleteFrameError: Some of its bytes are missing.
            StaleFrameError: It is of a trigger that was given up before.
            CameraLostError: The device is gone.
        """
        ...

    def health(self) -> Health:
        """Ask it how it is: at most a second. Never raises."""
        ...
