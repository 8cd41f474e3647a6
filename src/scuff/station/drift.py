"""From part to part: lamps age and parts shine more, and the exposure makes up for it.

One part alone moves the exposure by no more than the square root of ``exposure.most``, and two in a row by no more than
all of it: a lamp that drops to half is made up for after two captures, while a single odd part, or none at all in the
booth, spoils little. What is held is the level that tuning left, never that of the last part: nothing creeps.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from scuff.core.recipe import Recipe
from scuff.core.region import Regions
from scuff.core.station_recipe import SIMULATED_CAMERAS
from scuff.station.capture import Capture
from scuff.station.exposure import Measurement, Setting, correction, measure
from scuff.station.raw_frame import RawFrame

SAME = 0.005
"""Settings that differ by less are the same one, which a camera has rounded."""


@dataclass(frozen=True, slots=True)
class Reference:
    """How a camera saw good light.

    Attributes:
        setting: Exposure and gain.
        level: Of the bright metal, as ``exposure.Measurement`` has it.
    """

    setting: Setting
    level: float


References = Mapping[tuple[str, str], Reference]
"""By camera and lighting."""


def references_of(recipe: Recipe) -> dict[tuple[str, str], Reference]:
    """What `scuff station tune` left in a recipe; a camera and a lighting that were not tuned are not followed."""
    cameras = {camera.name: camera for camera in recipe.cameras or SIMULATED_CAMERAS}
    found: dict[tuple[str, str], Reference] = {}
    for lighting in recipe.lightings:
        for name, level in lighting.level.items():
            used = lighting.applied_to(cameras[name])
            found[name, lighting.name] = Reference(Setting(used.exposure_us, used.gain_db), level)
    return found


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a camera is to use from now on under a lighting, and why; a line of the log as text.

    Attributes:
        camera: The camera.
        lighting: The lighting.
        exposure_us: To set.
        gain_db: To set.
        level: That was measured.
        wanted: That it shall be.
        light: What there is of the light at the reference, as a share; a lower bound where all was clipped.
        luminaires: That are on.
        at_limit: Whether ``exposure.most`` does not make up for it any more.
    """

    camera: str
    lighting: str
    exposure_us: float
    gain_db: float
    level: float
    wanted: float
    light: float
    luminaires: tuple[str, ...]
    at_limit: bool

    def __str__(self) -> str:
        whose = "luminaire" if len(self.luminaires) == 1 else "luminaires"
        light = f"{whose} {' and '.join(self.luminaires)} at {100 * self.light:.0f} % of the reference"
        text = (
            f"{self.camera}, {self.lighting}: {light}, level {self.level:.2f} instead of {self.wanted:.2f}: "
            f"exposure {self.exposure_us:,.0f} µs, gain {self.gain_db:.1f} dB"
        )
        if not self.at_limit:
            return text
        what = "clean or replace what has aged" if self.light < 1 else "see what has changed"
        return f"{text}; exposure.most allows no more: {what}, then tune again"


class DriftController:
    """Looks at each capture set, and says what to set; keeps no more than which limits it has told of."""

    def __init__(self, recipe: Recipe, references: References) -> None:
        """Begin.

        Args:
            recipe: Gives ``exposure``, the region of interest, and which luminaires a lighting has.
            references: What is held, usually ``references_of(recipe)``.
        """
        self._settings, self._references = recipe.exposure, references
        self._regions = Regions(recipe.inspection.region)
        every = recipe.light.luminaires
        self._lit = {
            each.name: tuple(name for name, share in each.intensities.items() if share > 0)
            if each.intensities
            else every
            for each in recipe.lightings
        }
        self._at_limit: dict[tuple[str, str], Adjustment] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the exposure does not make up for at present."""
        return tuple(str(each) for each in self._at_limit.values())

    def look(self, capture: Capture) -> list[Adjustment]:
        """Look at the frames of a part.

        Only frames speak: what lacks in a capture set is not followed, nor is a device that tells no exposure. A
        correction starts from the exposure that the frame itself was taken with, so that it does not matter how many
        parts later it takes effect.

        Returns:
            What to set for the next parts, and what has just reached its limit; empty: all is well.

        Raises:
            PictureError: The region does not fit the frame or is too small, or a pixel format is none that scuff reads.
        """
        if not self._settings.follow:
            return []
        found = [
            self._look(frame)
            for frame in capture.frames
            if (frame.camera, frame.lighting) in self._references and frame.exposure_us > 0
        ]
        return [each for each in found if each is not None]

    def _look(self, frame: RawFrame) -> Adjustment | None:
        key = frame.camera, frame.lighting
        reference = self._references[key]
        hw = frame.pixels.shape[0], frame.pixels.shape[1]
        measured = measure(frame, self._regions.of(frame.camera, hw), self._settings)
        setting = self._wanted(measured, reference)
        changes = abs(math.log(setting.sensitivity / measured.setting.sensitivity)) > SAME
        is_off = not self._is_within(correction(measured, reference.level))
        moved = setting.sensitivity / reference.setting.sensitivity
        is_far = max(moved, 1 / moved) >= self._settings.most / (1 + self._settings.tolerance)
        at_limit = is_far or (is_off and not changes)
        adjustment = self._said(frame, measured, reference, setting, at_limit)
        is_news = at_limit and key not in self._at_limit
        if at_limit:
            self._at_limit[key] = adjustment
        else:
            self._at_limit.pop(key, None)
        return adjustment if changes or is_news else None

    def _wanted(self, measured: Measurement, reference: Reference) -> Setting:
        """What the next frames are to be taken with."""
        factor = correction(measured, reference.level)
        if self._is_within(factor):
            return measured.setting
        step = _bounded(factor, math.sqrt(self._settings.most))
        moved = measured.setting.sensitivity * step / reference.setting.sensitivity
        sensitivity = reference.setting.sensitivity * _bounded(moved, self._settings.most)
        return Setting.reaching(sensitivity, self._settings, reference.setting)

    def _is_within(self, factor: float) -> bool:
        return abs(math.log(factor)) <= math.log1p(self._settings.tolerance)

    def _said(
        self, frame: RawFrame, measured: Measurement, reference: Reference, setting: Setting, at_limit: bool
    ) -> Adjustment:
        before = reference.level / reference.setting.sensitivity
        return Adjustment(
            camera=frame.camera,
            lighting=frame.lighting,
            exposure_us=setting.exposure_us,
            gain_db=setting.gain_db,
            level=measured.level,
            wanted=reference.level,
            light=measured.level / measured.setting.sensitivity / before,
            luminaires=self._lit.get(frame.lighting, ()),
            at_limit=at_limit,
        )


def _bounded(factor: float, most: float) -> float:
    """A factor that is no more than ``most`` either way."""
    return min(max(factor, 1 / most), most)
