"""Pictures that are stored as they are, value by value: read straight into their array, without a decoder."""

import io
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from scuff.core.errors import PictureError
from scuff.core.header import Stream
from scuff.core.pixel_format import PixelFormat

RAW_SUFFIX = ".raw"
"""Of files that hold rows of values and nothing else."""

BAND_ROWS = 64
"""Rows that are turned at once: few enough to stay in the processor's cache."""

ROWS_END_EARLY = "its rows end early"


class Layout(NamedTuple):
    """How a pixel is stored: the type of its values, and how many there are."""

    dtype: str
    channels: int


LAYOUTS = {
    "L": Layout("u1", 1),
    "RGB": Layout("u1", 3),
    "BGR": Layout("u1", 3),
    "I;16": Layout("<u2", 1),
    "I;16B": Layout(">u2", 1),
    "RGB;16L": Layout("<u2", 3),
    "RGB;16B": Layout(">u2", 3),
}
"""The layouts that are read here, by Pillow's names for them; it reads the others."""
UPWARDS = frozenset({"L", "BGR"})
"""The layouts of BMP, whose last row comes first."""


def read_stored(header: Image.Image, stream: Stream) -> NDArray[Any] | None:
    """Read an uncompressed TIFF or BMP picture.

    Args:
        header: The picture as Pillow has opened it.
        stream: Its file.

    Returns:
        H×W or H×W×3 (RGB), uint8 or uint16, before any turning; ``None`` where it is stored in another way.

    Raises:
        OSError: The file ends early, or names too few rows.
    """
    if not isinstance(header, ImageFile.ImageFile) or header.format not in {"TIFF", "BMP"}:
        return None
    strips = [_Strip.of(*tile) for tile in header.tile]
    first = strips[0] if strips else None
    if first is None or first.layout is None or not _is_a_stack(strips):
        return None
    height, width = strips[-1].bottom, first.right
    if height * width < header.width * header.height:
        raise OSError(ROWS_END_EARLY)
    values = np.empty((height, width, first.layout.channels), first.layout.dtype)
    for strip in strips:
        rows = values[strip.top : strip.bottom]
        stream.seek(strip.offset)
        if header.format == "TIFF":
            _fill(stream, rows)
        else:
            _fill_upwards(stream, rows, strip.stride)
    return _native(values if first.layout.channels > 1 else values[..., 0])


def read_raw(stream: Stream, where: str, pixels: PixelFormat) -> NDArray[Any]:
    """Read a file of rows without a header.

    Args:
        stream: The file.
        where: Its name, for messages.
        pixels: Gives height and width.

    Returns:
        H×W, uint8 or uint16, as the size of the file tells.

    Raises:
        PictureError: The recipe gives no size, or the file has another one.
        OSError: The file cannot be read.
    """
    if pixels.raw_hw is None:
        raise PictureError(
            f"{where}: has no header that says its size; set frames.raw_width_px and frames.raw_height_px"
        )
    height, width = pixels.raw_hw
    length = stream.seek(0, io.SEEK_END)
    types: dict[int, str] = {height * width: "u1", 2 * height * width: "<u2"}
    if length not in types:
        raise PictureError(
            f"{where}: has {length:,} bytes, but {width}×{height} pixels (frames.raw_width_px and "
            f"frames.raw_height_px) are {height * width:,} bytes of 8 bits or {2 * height * width:,} of 16; "
            "set them to the camera's"
        )
    values: NDArray[Any] = np.empty((height, width), types[length])
    stream.seek(0)
    _fill(stream, values)
    return _native(values)


class _Strip(NamedTuple):
    """Rows that lie together in a file, as Pillow describes them."""

    codec: str
    left: int
    top: int
    right: int
    bottom: int
    offset: int
    rawmode: str
    stride: int
    direction: int

    @classmethod
    def of(cls, codec: str, box: tuple[int, int, int, int] | None, offset: int, args: Any) -> "_Strip":
        rawmode, stride, direction = args if isinstance(args, tuple) and len(args) == 3 else ("", 0, 0)
        return cls(codec, *(box or (0, 0, 0, 0)), offset, rawmode, stride, direction)

    @property
    def layout(self) -> Layout | None:
        return LAYOUTS.get(self.rawmode) if self.codec == "raw" else None


def _is_a_stack(strips: list[_Strip]) -> bool:
    """Tell whether strips of one layout lie below each other, each as wide as the picture.

    Only a BMP picture may run upwards with padded rows, and it has blue first; TIFF has nothing of that.
    """
    first = strips[0]
    tops = [0, *(strip.bottom for strip in strips[:-1])]
    alike = all(strip.rawmode == first.rawmode and strip.codec == first.codec for strip in strips)
    whole = all(strip.left == 0 and strip.right == first.right for strip in strips)
    upwards = first.direction == -1
    known = upwards == (first.stride > 0) and first.rawmode in (UPWARDS if upwards else LAYOUTS.keys() - {"BGR"})
    return alike and whole and known and [strip.top for strip in strips] == tops


def _native(values: NDArray[Any]) -> NDArray[Any]:
    """Values in the processor's byte order; a copy only where they are in the other one."""
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _fill(stream: Stream, rows: NDArray[Any]) -> None:
    """Fill rows (contiguous) with what a stream holds next."""
    if stream.readinto(rows.reshape(-1).view(np.uint8).data) < rows.nbytes:
        raise OSError(ROWS_END_EARLY)


def _fill_upwards(stream: Stream, rows: NDArray[np.uint8], stride: int) -> None:
    """Fill rows (H×W×1, or H×W×3 stored with blue first) from the last to the first; each takes ``stride`` bytes."""
    height, width, channels = rows.shape
    for bottom in range(height, 0, -BAND_ROWS):
        top = max(0, bottom - BAND_ROWS)
        stored = np.empty((bottom - top, stride), np.uint8)
        _fill(stream, stored)
        band = stored[::-1, : width * channels].reshape(-1, width, channels)
        if channels == 3:
            cv2.cvtColor(band, cv2.COLOR_BGR2RGB, dst=rows[top:bottom])
        else:
            rows[top:bottom] = band
