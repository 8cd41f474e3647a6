"""Takes the frames that tuning needs: other lightings than the recipe's, each exposed for itself."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from scuff.core.errors import StationError
from scuff.core.recipe import Recipe
from scuff.core.region import Regions
from scuff.core.station_recipe import Lighting
from scuff.station.acquisition_error import AcquisitionError
from scuff.station.capture import Capture
from scuff.station.exposure import Setting, best_correction, measure
from scuff.station.mixing import View
from scuff.station.raw_frame import RawFrame

ROUNDS = 8
"""Captures in which an exposure must be found: from the darkest to the brightest it takes five."""

CLOSE = 0.1
"""Corrections that are smaller are not worth another capture: what is mixed is scaled anyway."""

HEADROOM = 0.5
"""What is clipped cannot be mixed: so much of the best exposure keeps the highlights that this one would cut off, and
those of parts that shine more than the first."""

TRIES = 3
"""Of a capture: cameras lose a frame now and then."""


class Taking(Protocol):
    """What tuning needs of a rig."""

    def open(self) -> Sequence[AcquisitionError]:
        """Open cameras and light; gives what could not be opened."""
        ...

    def close(self) -> None:
        """Let go of them."""
        ...

    def capture(self, part: str) -> Capture:
        """Take the frames of a part under every lighting of the recipe that it was opened with."""
        ...

    def health(self) -> object:
        """Open again what was lost."""
        ...

    def adjust(self, camera: str, lighting: str, exposure_us: float, gain_db: float) -> object:
        """Set exposure and gain of a camera under a lighting."""
        ...


class Studio:
    """Takes frames under lightings that are not those of the recipe."""

    def __init__(
        self,
        recipe: Recipe,
        open_rig: Callable[[Recipe], Taking],
        place: Callable[[str], None],
        headroom: float = HEADROOM,
    ) -> None:
        """Begin; nothing is opened yet.

        Args:
            recipe: Gives cameras, light, region and what a well exposed frame is.
            open_rig: Makes the rig of a recipe.
            place: Sees to it that a part lies in the booth, by its serial number.
            headroom: So much of the best exposure is used.
        """
        # Whoever lays a part or a card into the booth gives no signal.
        cameras = tuple(
            camera.model_copy(update={"trigger": "software"}) if camera.trigger == "hardware" else camera
            for camera in recipe.cameras
        )
        self._recipe = recipe.model_copy(update={"cameras": cameras})
        self._open_rig, self._place, self._headroom = open_rig, place, headroom
        self._regions = Regions(recipe.inspection.region)

    def alone(self, lightings: Sequence[Lighting], parts: Sequence[str]) -> list[View]:
        """Take all parts under each lighting, exposed by what the first of them shows.

        Raises:
            StationError: A frame does not come.
            PictureError: The region does not fit, or is too small.
            AcquisitionError: The cameras or the light cannot be opened.
        """
        views: list[View] = []
        with self._rig(lightings) as rig:
            for number, part in enumerate(parts):
                self._place(part)
                frames = self._exposed(rig, part) if number == 0 else self._taken(rig, part)
                views += _views(part, frames)
        return views

    def take(self, lightings: Sequence[Lighting], parts: Sequence[str]) -> Iterator[tuple[str, list[RawFrame]]]:
        """Take all parts under lightings that say how they are exposed; as ``alone``."""
        with self._rig(lightings) as rig:
            for part in parts:
                self._place(part)
                yield part, self._taken(rig, part)

    @contextmanager
    def _rig(self, lightings: Sequence[Lighting]) -> Iterator[Taking]:
        rig = self._open_rig(self._recipe.model_copy(update={"lightings": tuple(lightings)}))
        try:
            for error in rig.open():
                raise error
            yield rig
        finally:
            rig.close()

    def _exposed(self, rig: Taking, part: str) -> list[RawFrame]:
        """Find the exposures of all lightings at once."""
        frames = self._taken(rig, part)
        for _ in range(ROUNDS):
            wanted = [(frame, self._better(frame)) for frame in frames]
            wrong = [(frame, setting) for frame, setting in wanted if setting is not None]
            if not wrong:
                break
            for frame, setting in wrong:
                rig.adjust(frame.camera, frame.lighting, setting.exposure_us, setting.gain_db)
            frames = self._taken(rig, part)
        return frames

    def _better(self, frame: RawFrame) -> Setting | None:
        """What a frame should be taken with; ``None``: that is near enough."""
        inside = self._regions.of(frame.camera, (frame.pixels.shape[0], frame.pixels.shape[1]))
        measured = measure(frame, inside, self._recipe.exposure)
        factor = best_correction(measured, self._recipe.exposure.level) * self._headroom
        setting = Setting.reaching(measured.setting.sensitivity * factor, self._recipe.exposure)
        change = abs(math.log(setting.sensitivity / measured.setting.sensitivity))
        return setting if change > math.log1p(CLOSE) else None

    def _taken(self, rig: Taking, part: str) -> list[RawFrame]:
        for _ in range(TRIES):
            capture = rig.capture(part)
            if capture.is_complete:
                return list(capture.frames)
            rig.health()
        reasons = "; ".join(dict.fromkeys(map(str, capture.errors)))
        raise StationError(f"part {part}: not all frames came, {TRIES} times in a row ({reasons})")


def _views(part: str, frames: Sequence[RawFrame]) -> list[View]:
    cameras = dict.fromkeys(frame.camera for frame in frames)
    return [
        View(part, camera, {frame.lighting: frame for frame in frames if frame.camera == camera}) for camera in cameras
    ]
