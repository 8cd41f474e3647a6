"""A run of the booth: every part before every camera under every lighting, written into a folder.

A frame depends on the seed, its part, its camera and its lighting, and on nothing else: not on how many parts there
are, in which order or by which process they are rendered, nor on what an interrupted run left behind.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from scuff.booth.camera import Camera
from scuff.booth.exposure import Exposure, expose
from scuff.booth.folder import Folder
from scuff.booth.geometry import geometry_of
from scuff.booth.lighting import Lighting
from scuff.booth.metadata import frame_metadata
from scuff.booth.metering import meter
from scuff.booth.part import Part
from scuff.booth.record import Exposures, RunRecord, check_same, describe
from scuff.booth.render import Rendering, render
from scuff.booth.scene import BOOTH
from scuff.booth.settings import Settings, serial_of
from scuff.booth.truth import truth_of

METERED_PERCENTILE, METERED_LEVEL = 97.0, 0.6
"""How much of a frame is at most how bright: the highlights of brushed or polished metal may be clipped, as in a real
station, but nothing of a part that is bright all over."""

METERED_PX = 342
"""Greatest width of the frame that an exposure is found with."""

LEAST_METERED_PX = 32
"""Least height of that frame."""

kept_geometry = lru_cache(maxsize=4)(geometry_of)
"""All parts of a run have one shape, and each of its cameras looks at it again and again."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a process must know to take the frames of a run.

    Attributes:
        folder: Where they are written.
        settings: What was asked for.
        exposures: Of all frames.
    """

    folder: Folder
    settings: Settings
    exposures: Exposures


@dataclass(frozen=True, slots=True)
class Sight:
    """A part before a camera: a piece of work."""

    number: int
    camera: Camera

    def __str__(self) -> str:
        return f"part {serial_of(self.number)}, camera {self.camera.name}"


def begin(folder: Folder, settings: Settings, numbers: Iterable[int]) -> Job:
    """Begin a run, or go on with one; other parts may be asked for than before.

    Args:
        folder: Its folder.
        settings: What is asked for.
        numbers: Of the parts.

    Raises:
        BoothError: The folder is taken by something else, or by a run with other settings.
    """
    folder.check()
    description, begun = describe(settings, BOOTH, settings.sensor), folder.read_run()
    if begun is None:
        begun = RunRecord(description, _exposures(settings), ())
    check_same(folder.root, begun.description, description)
    record = begun.with_parts(numbers)
    folder.write_run(record, [row for sight in sights(record.parts) for row in _rows(sight, settings)])
    return Job(folder, settings, record.exposures)


def sights(numbers: Iterable[int]) -> list[Sight]:
    """List the work: every part before every camera."""
    return [Sight(number, camera) for number in numbers for camera in BOOTH.cameras]


def take(job: Job, sight: Sight) -> int:
    """Take the frames of a part by a camera that are not in the folder yet; returns how many."""
    settings, camera = job.settings, sight.camera
    names = {settings.frame_name(sight.number, camera.name, lighting): lighting for lighting in settings.lightings}
    missing = {name: lighting for name, lighting in names.items() if not job.folder.has(name)}
    if not missing:
        return 0
    part = settings.draw_part(sight.number)
    rendering = render_part(part, camera, settings.hw)
    for name, lighting in missing.items():
        exposure = job.exposures[camera.name, lighting.name, part.finish.kind]
        seed = noise_seed(settings.seed, part, camera, lighting)
        intensities = lighting.intensities
        frame = expose(rendering.layers, intensities, exposure, settings.sensor, name, part.serial, camera.name, seed)
        truth = truth_of(rendering, lighting, settings.min_visibility)
        job.folder.write_frame(frame, truth, frame_metadata(part, camera, lighting, exposure, rendering, truth))
    return len(missing)


def render_part(part: Part, camera: Camera, hw: tuple[int, int]) -> Rendering:
    """Render a part in the booth, as a frame of height and width ``hw``."""
    geometry = kept_geometry(part.shape, camera, hw)
    return render(part, camera, BOOTH.luminaires, hw, BOOTH.environment, geometry)


def noise_seed(seed: int, part: Part, camera: Camera, lighting: Lighting) -> int:
    """The seed of a frame's noise, which no other frame has."""
    words = f"{seed} {part.serial} {camera.name} {lighting}"
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big")


def _exposures(settings: Settings) -> Exposures:
    """Find the exposures with a clean part, as they are set in a station, once for all parts."""
    height, width = settings.hw
    shrink = min(1.0, METERED_PX / width)
    small_hw = max(LEAST_METERED_PX, 2 * round(height * shrink / 2)), 2 * round(width * shrink / 2)
    exposures: dict[tuple[str, str, str], Exposure] = {}
    for finish in settings.finishes:
        for camera in BOOTH.cameras:
            layers = render_part(settings.clean_part(finish), camera, small_hw).layers
            for lighting in settings.lightings:
                exposure = meter(layers, lighting.intensities, settings.sensor, METERED_PERCENTILE, METERED_LEVEL)
                exposures[camera.name, lighting.name, finish] = exposure
    return exposures


def _rows(sight: Sight, settings: Settings) -> list[tuple[str, str, str]]:
    """The rows of a sight's frames in the table of parts."""
    camera = sight.camera.name
    return [
        (f"{settings.frame_name(sight.number, camera, lighting)}.png", serial_of(sight.number), camera)
        for lighting in settings.lightings
    ]
