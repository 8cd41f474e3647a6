"""Close-ups of a flaw under every light."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.booth.labelme import Painted
from scuff.booth.outline import Outlined, draw_outlines
from scuff.booth.portrait import ALL, Portrait
from scuff.booth.sheet import PAPER, Cell

RATIO = 1.5
"""Width of a close-up, relative to its height."""

LEAST_PX = 72
"""Width of what it shows at least, in pixels of the frame."""

AROUND = 1.8
"""Size of what it shows, relative to its flaw."""

LEAST_SPREAD = 40
"""Grey values from dark to bright that are stretched at most to the whole range: less is noise."""

LINE_PX = 3

Window = tuple[slice, slice]


def close_ups(portrait: Portrait, flaw_id: int, width_px: int) -> list[Cell]:
    """Show a flaw as a camera sees it.

    Args:
        portrait: What the camera sees.
        flaw_id: Which flaw.
        width_px: Width of a close-up.

    Returns:
        One for each light alone, with its contrast to noise, and one for all lights, in which it is outlined; empty
        places where it is not in the frames.
    """
    size_wh = width_px, round(width_px / RATIO)
    outlined = next((outlined for outlined in portrait.outlined if outlined.flaw.id == flaw_id), None)
    if outlined is None:
        empty = np.full((size_wh[1], size_wh[0], 3), PAPER, np.uint8)
        said = [f"{portrait.camera.name}: not in the frame", *[""] * (len(portrait.frames) - 1)]
        return [Cell(heading, "", empty) for heading in said]
    visibility = portrait.flaws[flaw_id - 1].visibility
    return [
        Cell(f"{portrait.camera.name}, {light}", _number(light, visibility), picture)
        for light, picture in _pictures(portrait.frames, outlined, size_wh).items()
    ]


def _number(light: str, visibility: Mapping[str, float]) -> str:
    return f"{visibility[light]:.2f}" if light in visibility else ""


def _pictures(
    frames: Mapping[str, NDArray[np.uint8]], outlined: Outlined, size_wh: tuple[int, int]
) -> dict[str, NDArray[np.uint8]]:
    """Cut a flaw out of every frame, and outline it in the last one."""
    hw = frames[ALL].shape[0], frames[ALL].shape[1]
    window = _window(outlined, hw)
    pictures = {light: _scaled(_stretched(frame[window]), size_wh) for light, frame in frames.items()}
    own = np.zeros(hw, np.uint8)
    rows, columns = outlined.flaw.pixels.shape
    own[outlined.flaw.top : outlined.flaw.top + rows, outlined.flaw.left : outlined.flaw.left + columns] = (
        255 * outlined.flaw.pixels
    )
    flaw = Painted(outlined.flaw.id, outlined.flaw.kind, 0, 0, _scaled(own[window], size_wh) > 127)
    pictures[ALL] = draw_outlines(pictures[ALL], [Outlined(flaw, outlined.faint)], LINE_PX)
    return pictures


def _window(outlined: Outlined, hw: tuple[int, int]) -> Window:
    """The rows and columns of a flaw and something around it, within the frame."""
    left, top, right, bottom = outlined.box
    wanted = max(AROUND * (right - left), AROUND * (bottom - top) * RATIO, LEAST_PX)
    width = int(min(wanted, hw[1], hw[0] * RATIO))
    height = int(width / RATIO)
    x = int(np.clip((left + right - width) / 2, 0, hw[1] - width))
    y = int(np.clip((top + bottom - height) / 2, 0, hw[0] - height))
    return slice(y, y + height), slice(x, x + width)


def _stretched(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Stretch the grey values of a picture, H×W×3, over the whole range."""
    low, high = np.percentile(pixels, (0.5, 99.5))
    missing = max(0.0, LEAST_SPREAD - (high - low)) / 2
    low, high = low - missing, high + missing
    return np.asarray(np.clip((pixels - low) * (255 / (high - low)), 0, 255).round(), np.uint8)


def _scaled(pixels: NDArray[np.uint8], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    how = cv2.INTER_AREA if size_wh[0] < pixels.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size_wh, interpolation=how), np.uint8)
