"""A part as one camera sees it: under every light alone, under all, and the truth about it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.booth.camera import Camera
from scuff.booth.exposure import expose
from scuff.booth.job import noise_seed, render_part
from scuff.booth.light import ENVIRONMENT
from scuff.booth.lighting import Lighting, all_on
from scuff.booth.metering import meter
from scuff.booth.outline import Outlined
from scuff.booth.part import Part
from scuff.booth.render import SeenFlaw
from scuff.booth.scene import BOOTH
from scuff.booth.sensor import Sensor
from scuff.booth.settings import Settings
from scuff.booth.truth import truth_of, visibility_under

FOR_THE_EYE = Sensor(gamma=2.2)
"""Shows dark metal on a screen; the frames of a run are linear."""

ALL = "all lights"


@dataclass(frozen=True, slots=True)
class Portrait:
    """A part as one camera sees it.

    Attributes:
        camera: The camera.
        frames: By the light that is on alone, or ``ALL``; each H×W×3, RGB, exposed for itself.
        exposures_us: Of these.
        outlined: The flaws that are in the frames.
        flaws: All flaws of the part.
    """

    camera: Camera
    frames: Mapping[str, NDArray[np.uint8]]
    exposures_us: Mapping[str, float]
    outlined: tuple[Outlined, ...]
    flaws: tuple[SeenFlaw, ...]


def portray(part: Part, camera: Camera, settings: Settings) -> Portrait:
    """Take the frames of a part by a camera.

    Args:
        part: The part.
        camera: The camera.
        settings: Say how large a frame is, and how visible a flaw must be to be marked.
    """
    rendering = render_part(part, camera, settings.hw)
    frames, exposures_us = {}, {}
    for name, lighting in _lightings().items():
        exposure = meter(rendering.layers, lighting.intensities, FOR_THE_EYE)
        seed = noise_seed(settings.seed, part, camera, lighting)
        intensities = lighting.intensities
        frame = expose(rendering.layers, intensities, exposure, FOR_THE_EYE, name, part.serial, camera.name, seed)
        frames[name], exposures_us[name] = frame.pixels, exposure.exposure_us
    everything = _lightings()[ALL]
    faint = {flaw.id: visibility_under(flaw, everything) < settings.min_visibility for flaw in rendering.flaws}
    painted = truth_of(rendering, everything, min_visibility=0).painted
    outlined = tuple(Outlined(flaw, faint[flaw.id]) for flaw in painted)
    return Portrait(camera, frames, exposures_us, outlined, rendering.flaws)


def _lightings() -> dict[str, Lighting]:
    """Every light alone, and all together."""
    names = [luminaire.name for luminaire in BOOTH.luminaires]
    dark = dict.fromkeys(names, 0.0)
    alone = {name: Lighting({**dark, name: 1.0}) for name in names}
    return {**alone, ENVIRONMENT: Lighting(dark), ALL: all_on(names)}
