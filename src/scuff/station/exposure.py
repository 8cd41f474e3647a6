"""How a frame is exposed: measured on the metal, and what exposure and gain would make it right.

A sensor is linear: twice the exposure gives twice the level above black, until it is full. So one frame that is not
clipped says exactly what the next one needs; of a clipped one it is only known that it needs less.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.core.station_recipe import ExposureControl
from scuff.station.mosaic import Colours
from scuff.station.raw_frame import RawFrame

CLIPPED = 0.99
"""Share of full scale from which a value counts as clipped: a sensor's pixels are not full at quite the same number."""

HIGHEST = 0.95
"""Where the brightest metal that must not be clipped shall be; the rest is room for noise."""

BACK, FAR_BACK = 0.7, 0.4
"""Factors where too much is clipped, and where even the level is: how much too bright, nobody knows."""

LEAST_LEVEL = 0.01
"""Darker metal is taken to be as bright as this: there is more noise than light in it."""

SHORTEST_US = 20.0
"""Of common sensors."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Exposure and gain of a camera.

    Attributes:
        exposure_us: How long the sensor gathers light.
        gain_db: Of the signal: a factor of 10^(dB/20).
    """

    exposure_us: float
    gain_db: float = 0.0

    @property
    def sensitivity(self) -> float:
        """What a level is proportional to: exposure times the factor of the gain, in µs at 0 dB."""
        return float(self.exposure_us * 10 ** (self.gain_db / 20))

    @classmethod
    def reaching(cls, sensitivity: float, settings: ExposureControl, base: "Setting | None" = None) -> "Setting":
        """The setting of a sensitivity: by the exposure as far as it may go, and by the gain beyond.

        Args:
            sensitivity: In µs at 0 dB.
            settings: Give the longest exposure and the largest gain.
            base: What is set already: its gain is kept where it can be, and what it exceeds is no limit.
        """
        base = base or cls(0.0)
        longest = max(settings.longest_us, base.exposure_us)
        exposure_us = sensitivity / 10 ** (base.gain_db / 20)
        if exposure_us <= longest:
            return cls(max(exposure_us, SHORTEST_US), base.gain_db)
        gain_db = 20 * math.log10(sensitivity / longest)
        return cls(longest, min(gain_db, max(settings.most_gain_db, base.gain_db)))


@dataclass(frozen=True, slots=True)
class Measurement:
    """How the metal of a frame is exposed.

    Attributes:
        levels: By colour, where ``exposure.percentile`` of the metal is: a share of full scale above black.
        tops: By colour, where all but ``exposure.clipped_share`` of the metal is; above black, like the levels.
        clipped_share: Share of the metal at full scale, of the colour that has most of it.
        setting: That it was taken with.
    """

    levels: Mapping[str, float]
    tops: Mapping[str, float]
    clipped_share: float
    setting: Setting

    @property
    def level(self) -> float:
        """Of the brightest colour, which decides."""
        return max(self.levels.values())

    @property
    def top(self) -> float:
        """Of the brightest colour."""
        return max(self.tops.values())

    @property
    def is_blind(self) -> bool:
        """Whether even the level is clipped, so that the light can be any amount brighter."""
        return self.level >= CLIPPED


def measure(frame: RawFrame, inside: NDArray[np.uint8] | None, settings: ExposureControl) -> Measurement:
    """Measure a frame, each colour of a mosaic by itself, on a grid of samples.

    Args:
        frame: As the camera gave it.
        inside: H×W, not 0 in the region that is metal; ``None``: everywhere.
        settings: Give percentile, share and black level.

    Raises:
        PictureError: The pixel format is none that scuff reads, or no sample lies in the region.
    """
    colours = Colours.of(frame)
    samples = colours.samples(inside)
    tops, levels = {}, {}
    ranks = [settings.percentile, 100 * (1 - settings.clipped_share)]
    for colour, values in samples.items():
        levels[colour], tops[colour] = (float(each) for each in above_black(np.percentile(values, ranks), settings))
    clipped = max(float(np.mean(values >= CLIPPED)) for values in samples.values())
    return Measurement(levels, tops, clipped, Setting(frame.exposure_us, frame.gain_db))


def above_black(values: NDArray[np.floating], settings: ExposureControl) -> NDArray[np.floating]:
    """What light gives, as a share of what it can give, from shares of full scale."""
    return np.asarray(np.maximum(values - settings.black_level, 0) / (1 - settings.black_level))


def correction(measured: Measurement, level: float) -> float:
    """The factor of the sensitivity that brings the metal to a level.

    Args:
        measured: Of a frame.
        level: Where it shall be, above black.
    """
    if measured.is_blind:
        return FAR_BACK
    return level / max(measured.level, LEAST_LEVEL)


def best_correction(measured: Measurement, level: float) -> float:
    """The same, where no more may be clipped than ``exposure.clipped_share``: the level is lower then."""
    if measured.top >= CLIPPED:
        return min(correction(measured, level), BACK)
    return min(correction(measured, level), HIGHEST / max(measured.top, LEAST_LEVEL))
