"""How long to expose, by measuring the light as a camera's automatic exposure does."""

import math
from collections.abc import Mapping

import numpy as np

from scuff.booth.exposure import EXPOSURE_US, Exposure
from scuff.booth.layers import Layers, lit, mix
from scuff.booth.sensor import Sensor, check, gain_factor
from scuff.core.errors import BoothError

PERCENTILE = (1.0, 100.0)
LEVEL = (0.01, 1.0)

SAMPLES = 65_536
"""At least as many of each colour are measured, where a frame has them."""

RGGB = ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2))
"""Row and column of each pixel in a square of four, and the channel that it is."""


def meter(
    layers: Layers,
    intensities: Mapping[str, float],
    sensor: Sensor,
    percentile: float = 99.0,
    level: float = 0.9,
    gain_db: float = 0.0,
) -> Exposure:
    """Find the exposure that brings the bright parts of a picture to a level.

    Each of the four pixels of RGGB is measured by itself, on a regular grid. The one that is brightest in the
    developed picture decides, so that no colour is cut off; so does the full well, which a white balance below 1
    does not move.

    Args:
        layers: Of a part.
        intensities: Of the lights by name, as ``mix`` takes them.
        sensor: Of the camera.
        percentile: This share of the pixels shall be at most as bright as the level, from 1 to 100.
        level: Share of full scale, before gamma, from 0.01 to 1; of a full well too, where the gain is below 0 dB.
        gain_db: As in ``Exposure``.

    Returns:
        The exposure, within what the camera can do: a dark picture where it would need longer, a bright one where
        it would need less.

    Raises:
        BoothError: Nothing is lit, or a value cannot be.
    """
    check("percentile", percentile, PERCENTILE)
    check("level", level, LEVEL)
    irradiance = _brightest(layers, intensities, sensor, percentile)
    if not irradiance:
        lights = ", ".join(f"{name} {value:g}" for name, value in lit(layers.names, intensities).items())
        raise BoothError(
            f"nothing is lit: {percentile:g} % of the pixels see no light at all ({lights}); switch a luminaire on"
        )
    wanted_e = level * sensor.full_well_e * min(1.0, (1 - sensor.dark_offset) / gain_factor(gain_db))
    exposure_us = wanted_e / (sensor.responsivity_e_us * irradiance)
    return Exposure(min(max(exposure_us, EXPOSURE_US[0]), EXPOSURE_US[1]), gain_db)


def _brightest(layers: Layers, intensities: Mapping[str, float], sensor: Sensor, percentile: float) -> float:
    """The percentile of the irradiance of the colour that has the most of it, after white balance."""
    height, width = layers.hw
    step = 2 * max(1, math.isqrt(height * width // (4 * SAMPLES)))
    measured = []
    for row, column, channel in RGGB:
        sample = Layers(layers.names, layers.planes[:, row::step, column::step])
        irradiance = float(np.percentile(mix(sample, intensities), percentile))
        measured.append(irradiance * max(1.0, sensor.white_balance[channel]))
    return max(measured)
