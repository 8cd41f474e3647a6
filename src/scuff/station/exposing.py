"""Exposes lightings that a recipe has already, each for itself: the light stays as it is, and no network is asked."""

from collections.abc import Sequence

from scuff.core.recipe import Recipe
from scuff.core.region import Regions
from scuff.core.station_recipe import Lighting
from scuff.station.candidate import KEPT_PARTS, Candidate, Shot, Tried, exposed
from scuff.station.expectation import Worth
from scuff.station.exposure import measure
from scuff.station.mixing import Mixer
from scuff.station.studio import Studio

UNJUDGED = Worth(0.0, None, 0, 0, 0.0)


def expose(recipe: Recipe, lightings: Sequence[Lighting], studio: Studio, parts: Sequence[str]) -> list[Tried]:
    """Find exposure and gain of each camera under each of some lightings.

    Args:
        recipe: Says what a well exposed frame is, and where.
        lightings: To expose.
        studio: Takes the frames.
        parts: Serial numbers of parts, which are taken together.

    Returns:
        One for each lighting, in their order, with real frames.

    Raises:
        StationError: Frames do not come.
        PictureError: The region does not fit, or is too small.
    """
    regions = Regions(recipe.inspection.region)
    mixer = Mixer(studio.alone(lightings, parts), regions, recipe.exposure)
    mixes = {each.name: {each.name: 1.0} for each in lightings}
    found = {name: {camera: mixer.setting(camera, mix) for camera in mixer.cameras} for name, mix in mixes.items()}
    shots: dict[str, list[Shot]] = {each.name: [] for each in lightings}
    for part, frames in studio.take([exposed(each, found[each.name]) for each in lightings], parts):
        for frame in frames:
            kept = frame if part in parts[:KEPT_PARTS] else None
            inside = regions.of(frame.camera, (frame.pixels.shape[0], frame.pixels.shape[1]))
            shots[frame.lighting].append(Shot(part, frame.camera, measure(frame, inside, recipe.exposure), kept))
    candidates = [Candidate(mixes[name], settings, title=name) for name, settings in found.items()]
    return [Tried(each, UNJUDGED, None, tuple(shots[each.title])) for each in candidates]
