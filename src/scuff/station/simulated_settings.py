"""What a camera of the simulated booth does of what it is asked for."""

from typing import Literal, NoReturn

from scuff.booth.exposure import EXPOSURE_US
from scuff.booth.sensor import GAIN_DB
from scuff.core.station_recipe import CameraSettings
from scuff.station.acquisition_error import SettingRejectedError
from scuff.station.camera import Applied

BITS: dict[str, Literal[8, 12]] = {"BayerRG8": 8, "BayerRG12": 12}
"""Bits of a value, by the pixel formats that there are."""

GAIN_DECIMALS = 2
"""An exposure is rounded to whole µs and a gain to this, as a real camera rounds, too."""

MODEL = "Simulated booth"


def applied_of(settings: CameraSettings, serial: str, sensor_hw: tuple[int, int]) -> Applied:
    """Work out what a simulated camera does when it is asked for settings.

    Args:
        settings: What is asked for.
        serial: Serial number of the camera.
        sensor_hw: Height and width of the whole sensor.

    Raises:
        SettingRejectedError: It does not do that.
    """
    if settings.pixel_format not in BITS:
        _reject(settings, "pixel_format", f"there are {' and '.join(BITS)}")
    for key, (least, most) in {"exposure_us": EXPOSURE_US, "gain_db": GAIN_DB}.items():
        if not least <= getattr(settings, key) <= most:
            _reject(settings, key, f"from {least:,g} to {most:,g}")
    if settings.features:
        _reject(settings, "features", "a simulated camera has no other GenICam features")
    left, width = _side(settings, "left_px", "width_px", sensor_hw[1])
    top, height = _side(settings, "top_px", "height_px", sensor_hw[0])
    return Applied(
        serial=serial,
        model=MODEL,
        pixel_format=settings.pixel_format,
        width_px=width,
        height_px=height,
        left_px=left,
        top_px=top,
        exposure_us=float(round(settings.exposure_us)),
        gain_db=round(settings.gain_db, GAIN_DECIMALS),
    )


def _side(settings: CameraSettings, first_key: str, length_key: str, whole: int) -> tuple[int, int]:
    """First pixel and length of the region along one side."""
    first: int = getattr(settings, first_key)
    length: int = getattr(settings, length_key) or whole - first
    if first % 2 or length % 2:
        key = first_key if first % 2 else length_key
        _reject(settings, key, "even, for the colours of the sensor come in squares of four")
    if length <= 0 or first + length > whole:
        key = first_key if length <= 0 else length_key
        _reject(settings, key, f"{first_key} + {length_key} at most {whole}")
    return first, length


def _reject(settings: CameraSettings, key: str, possible: str) -> NoReturn:
    raise SettingRejectedError(settings.name, f"does not take {key} = {getattr(settings, key)}; possible: {possible}")
