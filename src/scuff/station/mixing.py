"""Light is additive: from frames under each luminaire alone, what a frame under any mix of them will be.

With D what is there when all are off, A and B what is there when one is full, all as levels per µs at 0 dB, a mix of
intensities a and b gives D + a·(A - D) + b·(B - D). A camera that is not linear, such as with a gamma, breaks this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scuff.core.region import Regions
from scuff.core.station_recipe import ExposureControl, Lighting
from scuff.station.exposure import HIGHEST, LEAST_LEVEL, Setting, above_black
from scuff.station.mosaic import Colours
from scuff.station.raw_frame import RawFrame

DARK = "dark"
"""The lighting with every luminaire off."""

Mix = Mapping[str, float]
"""Intensity of each luminaire."""


def alone(luminaires: Sequence[str], strobe: bool = False) -> tuple[Lighting, ...]:
    """The lightings from which every other is mixed: each luminaire alone and full, and none."""
    off = dict.fromkeys(luminaires, 0.0)
    lit = [Lighting(name=name, intensities={**off, name: 1.0}, strobe=strobe) for name in luminaires]
    return (*lit, Lighting(name=DARK, intensities=off, strobe=strobe))


@dataclass(frozen=True, slots=True)
class View:
    """A part as a camera sees it under each luminaire alone.

    Attributes:
        part: The part.
        camera: The camera.
        frames: By luminaire, and ``DARK``.
    """

    part: str
    camera: str
    frames: Mapping[str, RawFrame]


class Mixer:
    """Predicts frames, and the setting that they need."""

    def __init__(self, views: Sequence[View], regions: Regions, settings: ExposureControl) -> None:
        """Take what is mixed.

        Args:
            views: Of all parts by all cameras.
            regions: Where the metal is.
            settings: What a well exposed frame is.
        """
        self.views, self._settings = tuple(views), settings
        self._samples = {camera: self._sampled(camera, regions) for camera in self.cameras}

    @property
    def cameras(self) -> tuple[str, ...]:
        """The cameras, in the order of the views."""
        return tuple(dict.fromkeys(view.camera for view in self.views))

    def setting(self, camera: str, mix: Mix, share: float = 1.0) -> Setting:
        """The longest exposure with which the metal is no brighter than it may be; all parts are taken together.

        Args:
            camera: The camera.
            mix: The light.
            share: Of that exposure.
        """
        ranks = [self._settings.percentile, 100 * (1 - self._settings.clipped_share)]
        level, top = 0.0, 0.0
        for by_light in self._samples[camera].values():
            bright = np.percentile(_added(by_light, mix), ranks)
            level, top = max(level, float(bright[0])), max(top, float(bright[1]))
        least = LEAST_LEVEL / self._settings.longest_us
        sensitivity = min(self._settings.level / max(level, least), HIGHEST / max(top, least))
        return Setting.reaching(sensitivity * share, self._settings)

    def predict(self, view: View, mix: Mix, setting: Setting) -> RawFrame:
        """The frame that the camera will take of the part, but for the noise."""
        first = next(iter(view.frames.values()))
        full_scale = Colours.of(first).full_scale
        light = {name: self._per_us(_values(frame), frame) for name, frame in view.frames.items()}
        black = self._settings.black_level
        values = _added(light, mix) * np.float32(setting.sensitivity * (1 - black)) + np.float32(black)
        pixels = np.rint(np.clip(values, 0, 1) * full_scale).astype(first.pixels.dtype)
        return replace(first, pixels=pixels, exposure_us=setting.exposure_us, gain_db=setting.gain_db, lighting="")

    def _sampled(self, camera: str, regions: Regions) -> dict[str, dict[str, NDArray[np.float32]]]:
        """Samples of the metal of all parts, by colour and then by light, as levels per µs at 0 dB."""
        found: dict[str, dict[str, list[NDArray[np.float32]]]] = {}
        for view in self.views:
            if view.camera != camera:
                continue
            for light, frame in view.frames.items():
                inside = regions.of(camera, (frame.pixels.shape[0], frame.pixels.shape[1]))
                for colour, values in Colours.of(frame).samples(inside).items():
                    found.setdefault(colour, {}).setdefault(light, []).append(self._per_us(values, frame))
        return {
            colour: {light: np.concatenate(each) for light, each in lights.items()} for colour, lights in found.items()
        }

    def _per_us(self, values: NDArray[np.float32], frame: RawFrame) -> NDArray[np.float32]:
        sensitivity = Setting(frame.exposure_us, frame.gain_db).sensitivity
        return np.asarray(above_black(values, self._settings) / np.float32(sensitivity), np.float32)


def _values(frame: RawFrame) -> NDArray[np.float32]:
    """The values of a frame, as shares of full scale."""
    return frame.pixels.astype(np.float32) / np.float32(Colours.of(frame).full_scale)


def _added(light: Mapping[str, NDArray[np.float32]], mix: Mix) -> NDArray[np.float32]:
    """Add light up: D + Σ w·(L - D)."""
    dark: Any = light.get(DARK, np.float32(0))
    total = np.asarray(dark * np.float32(1 - sum(mix.values())), np.float32)
    for name, intensity in mix.items():
        if intensity:
            total = total + light[name] * np.float32(intensity)
    return np.maximum(total, 0)
