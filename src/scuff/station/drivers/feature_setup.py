"""Set a GenICam device up as a recipe says, by the names of the Standard Features Naming Convention (SFNC)."""

import math
from collections.abc import Sequence

from scuff.core.station_recipe import CameraSettings
from scuff.station.acquisition_error import SettingRejectedError
from scuff.station.camera import Applied
from scuff.station.drivers.device import DeviceError, Features, possible
from scuff.station.drivers.pixel_layout import LAYOUTS

EXPOSURES = ("ExposureTime", "ExposureTimeAbs")
GAIN = "Gain"
STROBE_MODES = ("Output", "Strobe")
STROBE_SOURCES = ("ExposureActive", "ExposureStartActive", "Strobe")
FRAME_START = "FrameStart"


class FeatureSetup:
    """Sets features from settings, and says what the device made of them."""

    def __init__(self, camera: str, features: Features) -> None:
        """Set up a camera, by its name in the recipe, through its features."""
        self._camera, self._features = camera, features

    def configure(self, settings: CameraSettings) -> None:
        """Set everything; the device must not be taking frames.

        Raises:
            SettingRejectedError: The device does not do something; says what, and what it can do.
        """
        self._switch_off("ExposureAuto", "GainAuto", "BalanceWhiteAuto")
        self._set_pixel_format(settings.pixel_format)
        self._set_region(settings)
        if self._features.has("AcquisitionMode"):
            self._enter("", "AcquisitionMode", "Continuous")
        self._set_trigger(settings)
        if settings.strobe_line:
            self._set_strobe(settings.strobe_line)
        self.expose(settings)
        for name, value in settings.features.items():
            self._enter(f"features.{name}", name, value)

    def expose(self, settings: CameraSettings) -> None:
        """Set exposure and gain alone, which a device takes at any time.

        A device without exposure or gain of its own is taken as it is where the recipe does not name them.

        Raises:
            SettingRejectedError: As ``configure``.
        """
        named = settings.model_fields_set
        if (exposure := self._exposure()) or "exposure_us" in named:
            self._write("exposure_us", exposure or EXPOSURES[0], f"{settings.exposure_us:.10g}")
        if self._features.has(GAIN) or settings.gain_db:
            self._write("gain_db", GAIN, f"{settings.gain_db:.10g}")

    def applied(self, serial: str, model: str) -> Applied:
        """Ask the device what it really does; 0 stands for an exposure or a gain that it does not have."""
        read, exposure = self._features.read, self._exposure()
        return Applied(
            serial=serial,
            model=model,
            pixel_format=read("PixelFormat"),
            width_px=int(read("Width")),
            height_px=int(read("Height")),
            left_px=int(read("OffsetX")) if self._features.has("OffsetX") else 0,
            top_px=int(read("OffsetY")) if self._features.has("OffsetY") else 0,
            exposure_us=float(read(exposure)) if exposure else 0.0,
            gain_db=float(read(GAIN)) if self._features.has(GAIN) else 0.0,
        )

    def _exposure(self) -> str:
        """What the device calls its exposure; empty where it has none."""
        return next((name for name in EXPOSURES if self._features.has(name)), "")

    def _switch_off(self, *automatic: str) -> None:
        """Automatic control would change what is set here."""
        for name in automatic:
            if self._features.has(name) and "Off" in self._features.choices(name):
                self._enter("", name, "Off")

    def _set_pixel_format(self, wanted: str) -> None:
        offered = self._features.choices("PixelFormat")
        if wanted not in LAYOUTS or (offered and wanted not in offered):
            usable = [name for name in offered or LAYOUTS if name in LAYOUTS]
            raise self._rejected("pixel_format", wanted, f"it can be {', '.join(usable) or 'none that scuff reads'}")
        self._enter("pixel_format", "PixelFormat", wanted)

    def _set_region(self, settings: CameraSettings) -> None:
        """Offsets go to 0 first, for they bound the sizes, and the sizes bound them."""
        for name in ("OffsetX", "OffsetY"):
            if self._features.has(name):
                self._enter("", name, "0")
        sides = (
            ("left_px", "OffsetX", settings.left_px, "width_px", "Width", settings.width_px),
            ("top_px", "OffsetY", settings.top_px, "height_px", "Height", settings.height_px),
        )
        for offset_key, offset, first, size_key, size, wanted in sides:
            self._whole_number(size_key, size, wanted if wanted is not None else self._rest(size, first))
            if first:
                self._whole_number(offset_key, offset, first)

    def _rest(self, size: str, first: int) -> int:
        """The greatest size from a first row or column on."""
        least, greatest, step = self._features.bounds(size) or (1.0, float(self._features.read(size)), 1.0)
        step = max(1.0, step)
        return int(least + max(0, math.floor((greatest - first - least) / step)) * step)

    def _set_trigger(self, settings: CameraSettings) -> None:
        wanted = f'trigger = "{settings.trigger}"'
        if settings.trigger == "free":
            if self._features.has("TriggerMode"):
                self._enter(wanted, "TriggerMode", "Off")
            return
        if not self._features.has("TriggerMode"):
            raise self._rejected(
                "trigger", settings.trigger, 'the device has no TriggerMode; it can be "free", see docs/station/gige.md'
            )
        for selector in self._other_triggers():
            self._enter(wanted, "TriggerSelector", selector)
            self._enter(wanted, "TriggerMode", "Off")
        if FRAME_START in self._features.choices("TriggerSelector"):
            self._enter(wanted, "TriggerSelector", FRAME_START)
        source = "Software" if settings.trigger == "software" else settings.trigger_line
        self._enter(wanted if source == "Software" else "trigger_line", "TriggerSource", source)
        self._enter(wanted, "TriggerMode", "On")

    def _other_triggers(self) -> Sequence[str]:
        """Triggers that would keep the one of a frame waiting."""
        if not self._features.has("TriggerSelector"):
            return ()
        return [name for name in self._features.choices("TriggerSelector") if name != FRAME_START]

    def _set_strobe(self, line: str) -> None:
        """Make an output high during an exposure: by the SFNC, or as Hikrobot and its kin have it."""
        key = "strobe_line"
        self._enter(key, "LineSelector", line)
        if self._features.has("LineMode"):
            self._choose(key, line, "LineMode", STROBE_MODES)
        sources = self._features.has("LineSource")
        if sources:
            self._choose(key, line, "LineSource", STROBE_SOURCES)
        if self._features.has("StrobeEnable"):
            self._enter(key, "StrobeEnable", "true")
        elif not sources:
            raise self._rejected(key, line, "the device has neither LineSource nor StrobeEnable for this line")

    def _choose(self, key: str, line: str, feature: str, wanted: Sequence[str]) -> None:
        """Set the first entry of several that the device has."""
        offered = self._features.choices(feature)
        entry = next((name for name in wanted if name in offered), None)
        if entry is None:
            raise self._rejected(
                key, line, f"its {feature} must be {' or '.join(wanted)}, and can be {', '.join(offered)}"
            )
        self._enter(key, feature, entry)

    def _whole_number(self, key: str, feature: str, value: int) -> None:
        """Set a number of pixels, which must lie on the device's steps: a colour filter moves with an odd offset."""
        least, _, step = self._features.bounds(feature) or (0.0, 0.0, 0.0)
        if step and (value - least) % step:
            raise self._rejected(key, value, f"{feature}: {possible(self._features, feature)}")
        self._enter(key, feature, str(value))

    def _enter(self, key: str, feature: str, value: str) -> None:
        """Set a value unless it is set already, and make sure that the device took it."""
        if self._features.has(feature) and _same(self._features.read(feature), value):
            return
        self._write(key, feature, value)
        if not _same(got := self._features.read(feature), value):
            raise self._rejected(
                key or feature, value, f"the device made {feature} {got}; {possible(self._features, feature)}"
            )

    def _write(self, key: str, feature: str, value: str) -> None:
        """Set a value, which the device may round."""
        if not _lies_within(value, self._features.bounds(feature)):
            raise self._rejected(key or feature, value, f"{feature}: {possible(self._features, feature)}")
        try:
            self._features.write(feature, value)
        except DeviceError as fault:
            if fault.is_silence:
                raise
            reason = f"{feature}: {possible(self._features, feature)} ({fault})"
            raise self._rejected(key or feature, value, reason) from fault

    def _rejected(self, key: str, value: object, reason: str) -> SettingRejectedError:
        return SettingRejectedError(self._camera, f"{key} {value} is rejected: {reason}")


def _lies_within(value: str, bounds: tuple[float, float, float] | None) -> bool:
    """Whether a number is one that a device can take; what is no number the device must judge."""
    try:
        return bounds is None or bounds[0] <= float(value) <= bounds[1]
    except ValueError:
        return True


def _same(got: str, wanted: str) -> bool:
    """Whether two values are one: numbers by their value, words without regard to case."""
    try:
        return math.isclose(float(got), float(wanted), rel_tol=1e-3, abs_tol=1e-6)
    except ValueError:
        return _word(got) == _word(wanted)


def _word(text: str) -> str:
    """Booleans are written in several ways."""
    return {"1": "true", "0": "false"}.get(text, text.lower())
