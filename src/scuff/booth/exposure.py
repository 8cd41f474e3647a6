"""Take a frame: how long and with what gain, and from light to pixels in one step."""

from collections.abc import Mapping
from dataclasses import dataclass

from scuff.booth.layers import Layers, mix
from scuff.booth.sensor import GAIN_DB, Sensor, check, develop, read_out
from scuff.core.frame import Frame

EXPOSURE_US = (20.0, 1_000_000.0)
"""Shortest and longest exposure of the camera."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """How a frame is exposed, in the units of a camera.

    Attributes:
        exposure_us: How long the sensor gathers light.
        gain_db: Of the signal before it becomes a number: a factor of 10^(dB/20).
    """

    exposure_us: float
    gain_db: float = 0.0

    def __post_init__(self) -> None:
        """Raise a BoothError where a value is beyond the camera."""
        check("exposure_us", self.exposure_us, EXPOSURE_US)
        check("gain_db", self.gain_db, GAIN_DB)


def expose(
    layers: Layers,
    intensities: Mapping[str, float],
    exposure: Exposure,
    sensor: Sensor,
    name: str,
    part: str,
    camera: str,
    seed: int,
) -> Frame:
    """Take a frame of a part.

    Args:
        layers: Of the part, as the camera sees it.
        intensities: Of the lights by name, as ``mix`` takes them.
        exposure: Exposure time and gain.
        sensor: Of the camera.
        name: Of the frame.
        part: Serial number of the part.
        camera: Name of the camera, which also tells its pixels' gains.
        seed: Of the noise; a frame's own, from 0 up.

    Raises:
        BoothError: A light, an intensity or a seed that cannot be, or a frame that is too small.
    """
    exposed = mix(layers, intensities, exposure.exposure_us)
    raw = read_out(exposed, sensor, exposure.gain_db, camera, seed)
    return Frame(name=name, pixels=develop(raw, sensor), part=part, camera=camera)
