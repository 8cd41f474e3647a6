"""One part before every camera, under every light, and the truth about it: on a contact sheet."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from scuff.booth.camera import Camera
from scuff.booth.exposure import expose
from scuff.booth.job import noise_seed, render_part
from scuff.booth.light import ENVIRONMENT
from scuff.booth.lighting import Lighting, all_on
from scuff.booth.marks.classes import CLASSES
from scuff.booth.metering import meter
from scuff.booth.outline import Outlined, class_colour, draw_outlines
from scuff.booth.part import Part
from scuff.booth.render import Rendering, SeenFlaw
from scuff.booth.scene import BOOTH, Booth
from scuff.booth.sensor import Sensor
from scuff.booth.settings import Settings
from scuff.booth.shape import Shape, Sink
from scuff.booth.sheet import INK, Cell, Sheet, Words, font_px
from scuff.booth.truth import truth_of, visibility_under

FOR_THE_EYE = Sensor(gamma=2.2)
"""Shows dark metal on a screen; the frames of a run are linear."""

DIMMED = 0.8
"""Brightness of the metal below the outlines."""

LINE_SHARE = 1 / 340
"""Width of an outline, as a share of a frame's."""


def draw_preview(settings: Settings, number: int, booth: Booth = BOOTH) -> NDArray[np.uint8]:
    """Draw a part under every light.

    Args:
        settings: Say which part it is, how large a frame is, and how visible a flaw must be to be marked; their
            lightings play no role here.
        number: Of the part.
        booth: Where it lies.

    Returns:
        H×W×3, RGB. A row for each camera: each luminaire alone, the environment alone, all together, and that once
        more with the flaws outlined. Every picture is exposed for itself.
    """
    part = settings.draw_part(number)
    renderings = [render_part(part, camera, settings.hw, booth) for camera in booth.cameras]
    sheet = Sheet(len(booth.luminaires) + 3, settings.hw)
    sheet.title(f"Part {part.serial}, seed {settings.seed}")
    sheet.line([Words(_about(part))])
    for camera, rendering in zip(booth.cameras, renderings, strict=True):
        frames = _frames(part, camera, rendering, settings.seed, booth)
        truth = _truth(frames[-1].pixels, rendering, all_on(_names(booth)), settings.min_visibility)
        sheet.row(f"Camera {camera.name}: {camera.pixel_mm(settings.hw):.2f} mm per pixel", [*frames, truth])
    sheet.line(_legend(settings.min_visibility))
    sheet.table(_table(booth.cameras, renderings))
    return sheet.drawn()


def _names(booth: Booth) -> list[str]:
    return [luminaire.name for luminaire in booth.luminaires]


def _frames(part: Part, camera: Camera, rendering: Rendering, seed: int, booth: Booth) -> list[Cell]:
    """Take a frame under each light alone, the last one under all together."""
    dark = Lighting(dict.fromkeys(_names(booth), 0.0))
    lightings = {f"{name} alone": Lighting({**dark.intensities, name: 1.0}) for name in _names(booth)}
    lightings |= {f"{ENVIRONMENT} alone": dark, "all together": all_on(_names(booth))}
    cells = []
    for heading, lighting in lightings.items():
        intensities, noise = lighting.intensities, noise_seed(seed, part, camera, lighting)
        exposure = meter(rendering.layers, intensities, FOR_THE_EYE)
        frame = expose(
            rendering.layers, intensities, exposure, FOR_THE_EYE, heading, part.serial, camera.name, noise
        )
        cells.append(Cell(heading, f"{exposure.exposure_us / 1000:.3g} ms", frame.pixels))
    return cells


def _truth(pixels: NDArray[np.uint8], rendering: Rendering, lighting: Lighting, min_visibility: float) -> Cell:
    """Outline the flaws that are in a frame; dash what is too faint to be marked."""
    visibility = {flaw.id: visibility_under(flaw, lighting) for flaw in rendering.flaws}
    painted = truth_of(rendering, lighting, min_visibility=0).painted
    outlined = [Outlined(flaw, visibility[flaw.id] < min_visibility) for flaw in painted]
    dimmed = np.round(pixels * DIMMED).astype(np.uint8)
    line_px, hw = max(1, round(pixels.shape[1] * LINE_SHARE)), (pixels.shape[0], pixels.shape[1])
    return Cell("the flaws", "", draw_outlines(dimmed, outlined, line_px, font_px(hw)))


def _about(part: Part) -> str:
    """Say what a part is, and what is on it."""
    flaws = _counted(mark.kind for mark in part.marks if mark.is_flaw)
    soil = _counted(mark.kind for mark in part.marks if not mark.is_flaw)
    return f"{_shape(part.shape)}, {part.finish.kind}.   Flaws: {flaws}.   Sound: {soil}."


def _shape(shape: Shape) -> str:
    if isinstance(shape, Sink):
        return f"Sink, bowl {shape.length_mm:.0f} x {shape.width_mm:.0f} x {shape.depth_mm:.0f} mm"
    return f"Sheet, {shape.length_mm:.0f} x {shape.width_mm:.0f} mm"


def _counted(kinds: Iterable[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in Counter(kinds).items()) or "none"


def _legend(min_visibility: float) -> list[Words]:
    squares = [Words(kind, square=class_colour(kind)) for kind in CLASSES]
    return [*squares, Words(f"dashed: contrast to noise below {min_visibility:g} with all lights on")]


def _table(cameras: Sequence[Camera], renderings: Sequence[Rendering]) -> list[list[Words]]:
    """List the flaws: class, size, and contrast to noise for each camera under each light alone."""
    seen = [(f"{camera.name} {name}", name) for camera in cameras for name in renderings[0].layers.names]
    header = [Words("contrast to noise:"), Words("mm"), *(Words(heading) for heading, _ in seen)]
    lines = []
    for views in zip(*(rendering.flaws for rendering in renderings), strict=True):
        values = [_value(flaw, name) for flaw in views for name in renderings[0].layers.names]
        flaw = views[0]
        size = " x ".join(f"{length:.3g}" for length in flaw.size_mm)
        name = Words(f"{flaw.id} {flaw.kind}", INK, square=class_colour(flaw.kind))
        lines.append([name, Words(size, INK), *(Words(value, INK) for value in values)])
    return [header, *lines] if lines else []


def _value(flaw: SeenFlaw, layer: str) -> str:
    return "not in it" if flaw.box_xyxy is None else f"{flaw.visibility[layer]:.2f}"
