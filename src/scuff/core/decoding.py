"""From a picture file to its values: a cheap look at the header, then the fastest decoder for the format.

Which one that is, `benchmarks/decoding.py` measures. Where a format has rare forms (CMYK, palettes, tiles, odd ways
of thinning out colours), Pillow reads those. All give the same values; a damaged picture is an error with each.
"""

from typing import Any

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

from scuff.core.errors import PictureError
from scuff.core.header import SIDEWAYS, Opened, quiet
from scuff.core.stored import read_stored

BITS, PLANES = 258, 284
"""Numbers of TIFF's tags."""
SEPARATE = 2
"""What TIFF calls colours in planes of their own."""

COLOUR_16 = frozenset({"RGB;16B", "RGBA;16B", "LA;16B"})
"""Pillow's names for the PNG layouts of which it would cut 16 bits to 8."""
OPENCV_PNG = COLOUR_16 | {"L", "RGB", "RGBA", "I;16B"}

DAMAGED = "its data are damaged or end early"


def decode(picture: Opened, palette: bool = False, transparency: bool = False) -> NDArray[Any]:
    """Decode a picture, and turn it as EXIF says.

    Args:
        picture: The picture.
        palette: Give the indices of a palette picture, and not its colours.
        transparency: Keep it.

    Returns:
        H×W, H×W×3 (RGB) or H×W×4 (RGBA; also without ``transparency`` in some formats), uint8 or uint16.

    Raises:
        PictureError: It has 32 bits a pixel, or 16-bit colours in separate planes.
        OSError: It is truncated or damaged; so do the other errors that ``damage_in`` knows.
    """
    orientation = picture.orientation  # first of all: it finds a PNG that ends early, of which OpenCV would write a log
    values = _fast(picture)
    if values is not None:
        return turned(values, orientation)
    with quiet():
        return _by_pillow(picture, palette, transparency)


def turned(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn H×W or H×W×C upright, by EXIF's orientation: 1 upright, 3 upside down, 6 and 8 on its side."""
    if orientation in {3, 4, 6, 7}:
        values = values[::-1]
    if orientation in {2, 3, 7, 8}:
        values = values[:, ::-1]
    return np.ascontiguousarray(values.swapaxes(0, 1) if orientation in SIDEWAYS else values)


def _fast(picture: Opened) -> NDArray[Any] | None:
    """Decode a picture in one of the usual forms of its format; ``None``: in another."""
    if picture.header.format in {"JPEG", "MPO"}:
        return _by_turbojpeg(picture)
    if picture.header.format == "PNG":
        return _by_opencv(picture)
    return read_stored(picture.header, picture.stream)


def _by_turbojpeg(picture: Opened) -> NDArray[Any] | None:
    if picture.header.mode not in {"L", "RGB"}:
        return None
    grey, content = picture.header.mode == "L", picture.content
    try:
        simplejpeg.decode_jpeg_header(content)
    except ValueError:  # a way of thinning out colours that TurboJPEG does not know, or damage; Pillow tells them apart
        return None
    # Strict: what libjpeg only warns of is a picture with wrong pixels in it.
    values: NDArray[np.uint8] = simplejpeg.decode_jpeg(content, "GRAY" if grey else "RGB", strict=True)
    return values[..., 0] if grey else values


def _by_opencv(picture: Opened) -> NDArray[Any] | None:
    header = picture.header
    rawmode = _png_layout(header)
    animated = getattr(header, "is_animated", False)
    has_key = "transparency" in header.info and rawmode not in COLOUR_16
    if rawmode not in OPENCV_PNG or animated or has_key:
        return None
    return _opencv_values(picture.content)


def _png_layout(header: Image.Image) -> str:
    tiles = header.tile if isinstance(header, ImageFile.ImageFile) else []
    return str(tiles[0][3]) if tiles else ""


def _opencv_values(content: NDArray[np.uint8]) -> NDArray[Any]:
    """Decode with OpenCV, all bits and channels: H×W, H×W×3 (RGB) or H×W×4 (RGBA)."""
    try:
        values = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise OSError(DAMAGED) from error
    if values is None:
        raise OSError(DAMAGED)
    if values.ndim == 2:
        return np.asarray(values)
    reordered = cv2.COLOR_BGR2RGB if values.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
    return np.asarray(cv2.cvtColor(values, reordered, dst=np.empty_like(values)))


def _by_pillow(picture: Opened, palette: bool, transparency: bool) -> NDArray[Any]:
    if _is_colour_16(picture.header):
        if getattr(picture.header, "tag_v2", {}).get(PLANES) == SEPARATE:  # OpenCV would give whatever is in memory
            raise PictureError(f"{picture.where}: has 16-bit colours in separate planes; save them interleaved")
        return turned(_opencv_values(picture.content), picture.orientation)
    upright = picture.header
    upright.load()
    ImageOps.exif_transpose(upright, in_place=True)  # otherwise it would make a copy even of one that is upright
    if upright.mode in {"I", "F"}:
        raise PictureError(f"{picture.where}: has 32 bits a pixel; save it with 8 or 16 bits a channel")
    if upright.mode in {"L", "RGB", "RGBA"} or (palette and upright.mode == "P"):
        return np.asarray(upright)
    if upright.mode.startswith("I;16"):
        return np.asarray(upright).astype(np.uint16, copy=False)
    if transparency and (upright.mode == "LA" or "transparency" in upright.info):
        return np.asarray(upright.convert("RGBA"))
    return np.asarray(upright.convert("L" if upright.mode in {"1", "LA"} else "RGB"))


def _is_colour_16(header: Image.Image) -> bool:
    """Tell whether a colour picture has 16 bits a channel, which Pillow would cut to 8."""
    if header.mode not in {"RGB", "RGBA"}:
        return False
    if header.format == "PNG":
        return _png_layout(header) in COLOUR_16
    bits = getattr(header, "tag_v2", {}).get(BITS, (8,))
    return bool(max(bits) == 16)
