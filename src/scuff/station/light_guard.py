"""Keeps parts from being judged in the dark: in a black or a white frame no network finds a defect."""

from scuff.core.recipe import Recipe
from scuff.core.region import Regions
from scuff.station.acquisition_error import LightError
from scuff.station.capture import Capture
from scuff.station.drift import references_of
from scuff.station.exposure import LEAST_LEVEL, Measurement, measure
from scuff.station.raw_frame import RawFrame

MOST_CLIPPED = 0.5
"""Share of the metal at full scale with which a frame of light that was not tuned shows nothing any more."""


class LightGuard:
    """Looks at the frames of a part before they are inspected.

    A controller that holds what was written into it does not say that a lamp burns; the metal does.
    """

    def __init__(self, recipe: Recipe) -> None:
        """Take from the recipe what was tuned, ``exposure``, and the region of interest."""
        self._settings, self._references = recipe.exposure, references_of(recipe)
        self._regions = Regions(recipe.inspection.region)

    def check(self, capture: Capture) -> None:
        """Make sure that every frame shows its metal.

        Where the light was tuned its level is known, and ``exposure.most`` is how far it may be below; too much is
        clipped where even the level is. Elsewhere only what is black or white in any light is told.

        Raises:
            LightError: A frame is too dark or too bright to be judged.
            PictureError: As ``exposure.measure``.
        """
        for frame in capture.frames:
            inside = self._regions.of(frame.camera, (frame.pixels.shape[0], frame.pixels.shape[1]))
            if trouble := self._trouble(frame, measure(frame, inside, self._settings)):
                raise LightError(frame.camera, trouble, frame.lighting or str(frame.frame_id))

    def _trouble(self, frame: RawFrame, measured: Measurement) -> str:
        reference = self._references.get((frame.camera, frame.lighting))
        least = reference.level / self._settings.most if reference else LEAST_LEVEL
        if measured.level < least:
            return (
                f"is too dark to be judged: the level of the metal is {measured.level:.3f}, and must be {least:.3f} at "
                "least; look whether the lamps burn and a part lies in the booth, see `scuff station check`"
            )
        if measured.is_blind if reference else measured.clipped_share > MOST_CLIPPED:
            return (
                f"is too bright to be judged: {100 * measured.clipped_share:.0f} % of the metal is at full scale; look "
                "for what shines, and whether exposure or gain was changed"
            )
        return ""
