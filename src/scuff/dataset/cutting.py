"""Cuts windows out of frames and writes them as two arrays, one frame in memory at a time."""

import shutil
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from numpy.lib.format import write_array_header_1_0

from scuff.core.errors import CatalogueError
from scuff.core.mask import OUTSIDE
from scuff.core.tile import cut
from scuff.dataset.catalogue import Catalogue
from scuff.dataset.windows import Window

CHANNELS = 3


def write_arrays(
    catalogue: Catalogue,
    windows: Sequence[Window],
    images: Path,
    masks: Path,
    advance: Callable[[], None] = lambda: None,
) -> None:
    """Cut N windows of S×S pixels; each frame is read once.

    Where a window reaches past its frame, the picture is mirrored and the mask says ``OUTSIDE``.

    Args:
        catalogue: Where the frames are.
        windows: At least one; those of a frame one after the other.
        images: File for the N×S×S×3 array.
        masks: File for the N×S×S array.
        advance: Called after each frame.

    Raises:
        CatalogueError: A frame has changed since the import, or the disk has no room.
        PictureError: A picture cannot be read.
    """
    size_px = windows[0].tile.height
    shape = (len(windows), size_px, size_px)
    _check_room(images.parent, len(windows), size_px)
    # Written one after the other: a mapped array would count as memory in use, page by page.
    with images.open("wb") as image_file, masks.open("wb") as mask_file:
        _write_header(image_file, (*shape, CHANNELS))
        _write_header(mask_file, shape)
        for row, group in groupby(windows, key=lambda window: window.row):
            pixels, mask = catalogue.frame(row).pixels, catalogue.mask(row)
            for window in group:
                image_file.write(cut(pixels, window.tile).tobytes())
                mask_file.write(cut(mask, window.tile, fill=OUTSIDE).tobytes())
            advance()


def _write_header(file: BinaryIO, shape: tuple[int, ...]) -> None:
    """Begin an array of uint8 as ``numpy.save`` would."""
    write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})


def _check_room(folder: Path, count: int, size_px: int) -> None:
    """Refuse at once what would fail at the end."""
    needed, free = count * size_px**2 * (CHANNELS + 1), shutil.disk_usage(folder).free
    if needed > free:
        raise CatalogueError(
            f"{folder}: {count} patches need {needed / 1e6:,.1f} MB and {free / 1e6:,.1f} MB are free; "
            "make room, name another folder, or lower patches.sound_share or patches.overlap"
        )
