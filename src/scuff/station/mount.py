"""A camera in its place in a rig: set up for each step of light, and its frames checked."""

import time

from scuff.core.station_recipe import CameraSettings, Lighting
from scuff.station.acquisition_error import SettingRejectedError
from scuff.station.camera import Applied, Camera, Health
from scuff.station.pairing import FrameCount
from scuff.station.raw_frame import RawFrame


class Mount:
    """A camera that is opened with its settings, and takes one frame at a time.

    Attributes:
        settings: As in the recipe.
        applied: What the camera does of what it was last asked for; None before it was opened.
    """

    def __init__(self, camera: Camera, settings: CameraSettings, window_s: float) -> None:
        """Mount a camera that is closed.

        Args:
            camera: The camera.
            settings: How it is set up.
            window_s: How long before it is waited for a frame of a hardware trigger may come.
        """
        self._camera, self.settings, self._window_s = camera, settings, window_s
        self.applied: Applied | None = None
        self._asked: CameraSettings | None = None
        self._adjusted: dict[str, dict[str, float]] = {}
        self._count = FrameCount()
        self._is_armed = False

    def open(self) -> None:
        """Open the camera, set it up, and wait for triggers; raises an ``AcquisitionError``."""
        self._camera.open()
        self._asked = None
        self._ask(self.settings)
        self._arm()

    def close(self) -> None:
        """Let go of the camera."""
        self._camera.close()
        self._is_armed = False

    def health(self) -> Health:
        """Ask the camera how it is."""
        return self._camera.health()

    def adjust(self, lighting: str, exposure_us: float, gain_db: float) -> None:
        """Expose otherwise under a lighting, from the next frame on."""
        self._adjusted[lighting] = {"exposure_us": exposure_us, "gain_db": gain_db}

    def drop(self) -> None:
        """Do not trust what is on its way: arm the camera again before the next frame."""
        self._is_armed = False

    def prepare(self, lighting: Lighting) -> None:
        """Set the camera up for a step of light; raises an ``AcquisitionError``."""
        settings = lighting.applied_to(self.settings)
        try:
            self._ask(settings.model_copy(update=self._adjusted.get(lighting.name, {})))
        except SettingRejectedError:
            self._adjusted.pop(lighting.name, None)  # else no part would be taken any more, and nothing adjusted
            raise
        if not self._is_armed:
            self._arm()

    def shoot(self) -> RawFrame:
        """Take a frame; raises an ``AcquisitionError``."""
        now_ns = time.time_ns()
        if self.settings.trigger != "hardware":
            self._camera.trigger()
            not_before_ns = now_ns
        else:
            not_before_ns = now_ns - round(self._window_s * 1e9)
        frame = self._camera.grab(self.settings.timeout_s)
        self._count.check(frame, not_before_ns)
        return frame

    def _ask(self, settings: CameraSettings) -> None:
        if settings != self._asked:
            self._asked = None  # what a camera that refuses does is not known
            self.applied = self._camera.configure(settings)
            self._asked = settings

    def _arm(self) -> None:
        self._camera.arm()
        self._count.begin()
        self._is_armed = True
