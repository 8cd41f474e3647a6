"""A contact sheet of one part: a row for each camera, under every light, and close-ups of each flaw."""

from collections import Counter
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.booth.close_up import close_ups
from scuff.booth.marks.classes import CLASSES
from scuff.booth.outline import class_colour, draw_outlines, write_names
from scuff.booth.part import Part
from scuff.booth.portrait import ALL, Portrait, portray
from scuff.booth.render import SeenFlaw
from scuff.booth.scene import BOOTH
from scuff.booth.settings import Settings
from scuff.booth.shape import Shape, Sink
from scuff.booth.sheet import FONT_PX, GAP_PX, INK, Cell, Sheet, Words

CELL_PX = 684
"""Width of a frame on the sheet."""

OUTLINE_PX = 3
"""Width of an outline there."""

DIMMED = 0.8
"""Brightness of the metal below the outlines."""

NAMES_PX = 300
"""Room for what a flaw is, left of its close-ups."""


def draw_preview(settings: Settings, number: int) -> NDArray[np.uint8]:
    """Draw a part under every light.

    Args:
        settings: Say which part it is, how large a frame is, and how visible a flaw must be to be marked; their
            lightings play no role here.
        number: Of the part.

    Returns:
        H×W×3, RGB. A row for each camera: every luminaire alone, the environment alone, all lights, and that once
        more with the flaws outlined; then a row of close-ups for each flaw. Every frame is exposed for itself.
    """
    part = settings.draw_part(number)
    portraits = [portray(part, camera, settings) for camera in BOOTH.cameras]
    lights = len(portraits[0].frames)
    width_px = (lights + 1) * (CELL_PX + GAP_PX) - GAP_PX
    close_px = (width_px - NAMES_PX + GAP_PX) // (lights * len(portraits)) - GAP_PX
    sheet = Sheet(width_px)
    sheet.title(f"Part {part.serial} of seed {settings.seed}")
    sheet.line([Words(_about(part))])
    for portrait in portraits:
        sheet.row(_whole(portrait))
    for flaw in portraits[0].flaws:
        cells = [cell for portrait in portraits for cell in close_ups(portrait, flaw.id, close_px)]
        sheet.row(cells, _named(flaw), NAMES_PX)
    sheet.line([])
    sheet.line(_legend(settings.min_visibility))
    return sheet.drawn()


def _about(part: Part) -> str:
    """Say what a part is, and what is on it."""
    flaws = _counted(mark.kind for mark in part.marks if mark.is_flaw)
    sound = _counted(mark.kind for mark in part.marks if not mark.is_flaw)
    return f"{_shape(part.shape)}, {part.finish.kind}.   Flaws: {flaws}.   Sound: {sound}."


def _shape(shape: Shape) -> str:
    if isinstance(shape, Sink):
        return f"Sink with a bowl of {shape.length_mm:.0f} x {shape.width_mm:.0f} x {shape.depth_mm:.0f} mm"
    return f"Sheet of {shape.length_mm:.0f} x {shape.width_mm:.0f} mm"


def _counted(kinds: Iterable[str]) -> str:
    return ", ".join(f"{count} x {kind}" for kind, count in Counter(kinds).items()) or "none"


def _named(flaw: SeenFlaw) -> list[Words]:
    """Say what a flaw is, and how large."""
    size = " x ".join(f"{length:.2g}" for length in flaw.size_mm)
    return [Words(f"{flaw.id} {flaw.kind}", INK, square=class_colour(flaw.kind)), Words(f"{size} mm")]


def _legend(min_visibility: float) -> list[Words]:
    squares = [Words(kind, square=class_colour(kind)) for kind in CLASSES]
    numbers = Words("Numbers are contrast to noise; close-ups are stretched in brightness.")
    return [*squares, numbers, Words(f"Dashed: below {min_visibility:g} under every luminaire, and so not marked.")]


def _whole(portrait: Portrait) -> list[Cell]:
    """Show what a camera sees: under every light, and at last the flaws."""
    cells = [
        Cell(f"{portrait.camera.name}, {light}", f"{portrait.exposures_us[light] / 1000:.3g} ms", _fitted(frame))
        for light, frame in portrait.frames.items()
    ]
    dimmed = np.round(portrait.frames[ALL] * DIMMED).astype(np.uint8)
    scale = CELL_PX / dimmed.shape[1]
    line_px = max(1, round(OUTLINE_PX / scale))
    outlined = _fitted(draw_outlines(dimmed, portrait.outlined, line_px))
    named = write_names(outlined, portrait.outlined, scale, FONT_PX)
    shown = f"{len(portrait.outlined)} of {len(portrait.flaws)} in this frame" if portrait.flaws else "none"
    return [*cells, Cell(f"{portrait.camera.name}, the flaws", shown, named)]


def _fitted(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale a frame to the width of a cell."""
    return _scaled(pixels, (CELL_PX, round(pixels.shape[0] * CELL_PX / pixels.shape[1])))


def _scaled(pixels: NDArray[np.uint8], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    how = cv2.INTER_AREA if size_wh[0] < pixels.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size_wh, interpolation=how), np.uint8)
