"""Which windows of the frames become patches: those that hold a defect, and a share of sound ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.core import recipe
from scuff.core.mask import OUTSIDE, SOUND
from scuff.core.tile import Tile, tiles
from scuff.dataset.catalogue import Catalogue, Row


@dataclass(frozen=True, slots=True)
class Window:
    """A place where a patch is cut.

    Attributes:
        row: The frame.
        tile: The place; it reaches past the frame where that is smaller than a patch.
        defect_px: Number of defective pixels there.
    """

    row: Row
    tile: Tile
    defect_px: int


@dataclass(frozen=True)
class Choice:
    """What was chosen for one side of a split.

    Attributes:
        windows: Sorted by frame and place.
        searched: Number of frames.
        sound_lacking: How many sound windows fewer there are than the settings ask for.
    """

    windows: tuple[Window, ...]
    searched: int
    sound_lacking: int


def choose_windows(
    catalogue: Catalogue,
    rows: Sequence[Row],
    settings: recipe.Patches,
    generator: np.random.Generator,
    advance: Callable[[], None] = lambda: None,
) -> Choice:
    """Choose the windows of some frames that become patches; reads the masks, and no picture.

    Every window with at least ``min_defect_px`` defective pixels is chosen. Sound ones are drawn from the
    windows without any defective pixel, one from each frame before a second from any.

    Args:
        catalogue: Where the frames are.
        rows: The frames of one side.
        settings: Size, overlap and what makes a window worth cutting.
        generator: Draws the sound windows.
        advance: Called after each frame.
    """
    counts = []
    for row in rows:
        counts.append(_defect_px(catalogue, row, settings))
        advance()
    defective = [np.flatnonzero(count >= settings.min_defect_px) for count in counts]
    sound = [np.flatnonzero(count == 0) for count in counts]
    wanted = round(sum(map(len, defective)) * settings.sound_share / (1 - settings.sound_share))
    amounts = spread([len(places) for places in sound], wanted, generator)
    windows: list[Window] = []
    for row, count, places, quiet, amount in zip(rows, counts, defective, sound, amounts, strict=True):
        drawn = generator.choice(quiet, amount, replace=False)
        where = windows_of(row, settings)
        windows.extend(Window(row, where[i], int(count[i])) for i in sorted([*places, *drawn]))
    return Choice(tuple(windows), len(rows), wanted - sum(amounts))


def windows_of(row: Row, settings: recipe.Patches) -> list[Tile]:
    """All windows of a frame, row by row, the last of each row and column flush with the border."""
    return tiles(row.hw, (settings.size_px, settings.size_px), settings.overlap)


def spread(available: Sequence[int], wanted: int, generator: np.random.Generator) -> list[int]:
    """Say how many windows to draw from each frame, so that as many frames as possible take part.

    Args:
        available: Number of windows that each frame has.
        wanted: How many to draw from all of them; what cannot be had is left out.
        generator: Draws the frames that give one more than others.
    """
    amounts = np.zeros(len(available), np.int64)
    while wanted > 0 and (willing := np.flatnonzero(amounts < np.asarray(available))).size:
        giving = generator.permutation(willing)[:wanted]
        amounts[giving] += 1
        wanted -= giving.size
    return [int(amount) for amount in amounts]


def _defect_px(catalogue: Catalogue, row: Row, settings: recipe.Patches) -> NDArray[np.int64]:
    """Number of defective pixels in each window of a frame."""
    where = windows_of(row, settings)
    if not row.mask:
        return np.zeros(len(where), np.int64)
    mask = catalogue.mask(row)
    defective = (mask != SOUND) & (mask != OUTSIDE)
    return np.array([np.count_nonzero(defective[tile.rows, tile.columns]) for tile in where], np.int64)
