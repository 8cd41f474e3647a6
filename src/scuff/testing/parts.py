"""Simulated parts: pictures of brushed metal with the exact masks of their scratches and dents."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scuff.core.mask import class_palette
from scuff.core.picture import write_png
from scuff.testing.flaws import DENT, SCRATCH, press_dent, scratch, soil
from scuff.testing.metal import brushed_sheet, photograph

CAMERAS = ("top", "side")
FRAME_HW = (480, 640)
SOUND_SHARE = 0.3
PICTURES, MASKS = "pictures", "masks"


@dataclass(frozen=True, slots=True)
class SimulatedFrame:
    """A picture and the truth about it.

    Attributes:
        pixels: H×W×3, uint8, RGB.
        mask: H×W, uint8: 0 sound, 1 scratch, 2 dent.
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.uint8]


def simulate(random: np.random.Generator, sound: bool, frame_hw: tuple[int, int] = FRAME_HW) -> SimulatedFrame:
    """Take a picture of a part with one to five defects, or none; water spots and dust are on every part."""
    sheet = brushed_sheet(random, frame_hw)
    mask = np.zeros(frame_hw, np.uint8)
    dents, scratches = (0, 0) if sound else random.integers((0, 1), (3, 4))
    for _ in range(dents):
        mask[press_dent(random, sheet)] = DENT
    radiance = sheet.radiance()
    soil(random, radiance)
    for _ in range(scratches):
        mask[scratch(random, radiance)] = SCRATCH
    return SimulatedFrame(photograph(random, radiance), mask)


def write_parts(
    folder: Path,
    parts: int,
    seed: int,
    cameras: int = 1,
    sound_share: float = SOUND_SHARE,
    frame_hw: tuple[int, int] = FRAME_HW,
) -> list[Path]:
    """Write the pictures of simulated parts, ``pictures/P0007-top.png``, and ``masks/`` of the same names.

    The same arguments give the same files, and the first parts do not depend on how many follow. A picture
    without a mask is sound.

    Args:
        folder: Where to.
        parts: How many.
        seed: Of everything random.
        cameras: Pictures of each part, 1 or 2.
        sound_share: Share of parts without a defect, in [0, 1].
        frame_hw: Height and width of a picture, in pixels.

    Returns:
        The pictures.
    """
    written = []
    for part in range(1, parts + 1):
        random = np.random.default_rng((seed, part))
        sound = bool(random.random() < sound_share)
        for camera in CAMERAS[:cameras]:
            frame = simulate(random, sound, frame_hw)
            name = f"P{part:04d}-{camera}.png"
            write_png(folder / PICTURES / name, frame.pixels)
            if frame.mask.any():
                write_png(folder / MASKS / name, frame.mask, palette=class_palette())
            written.append(folder / PICTURES / name)
    return written
