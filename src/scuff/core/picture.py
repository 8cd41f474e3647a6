"""Picture files: PNG, JPEG, TIFF, BMP and rows of raw values; 8 and 16 bit; grey, colour and Bayer mosaics."""

import functools
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from scuff.core.bayer import demosaic
from scuff.core.decoding import decode
from scuff.core.errors import PictureError
from scuff.core.header import SIDEWAYS, UPRIGHT, Stream, damage_in, opened
from scuff.core.pixel_format import FULL_SCALE_16, PLAIN, PixelFormat
from scuff.core.stored import RAW_SUFFIX, read_raw
from scuff.core.whole_file import names_to_disk, to_disk

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", RAW_SUFFIX})

MAX_BYTES = 2**31
"""The largest picture of 16-bit colours takes half of this."""

WIDTH, HEIGHT = 256, 257
"""Numbers of TIFF's tags."""


def is_picture(path: Path) -> bool:
    """Tell whether a file has the suffix of a picture that scuff reads; of ``.raw`` a recipe must give the size."""
    return path.suffix.lower() in SUFFIXES


def read_picture(source: Path | bytes, pixels: PixelFormat = PLAIN, content: bytes | None = None) -> NDArray[np.uint8]:
    """Read a picture as a network sees it.

    Args:
        source: A file, or the bytes of one.
        pixels: What its values mean; usually ``recipe.frames``.
        content: The file's bytes, where they have been read already.

    Returns:
        H×W×3, uint8, RGB, contiguous; as ``to_rgb`` makes it, and turned as EXIF says.

    Raises:
        PictureError: The file is missing, truncated, too large, or not a picture.
    """
    where = _where(source)
    with damage_in(where), _stream(source, content) as stream:
        if isinstance(source, Path) and source.suffix.lower() == RAW_SUFFIX:
            return to_rgb(read_raw(stream, where, pixels), pixels, where)
        with opened(stream, where) as picture:
            values = decode(picture)
            if pixels.bayer and values.ndim == 2 and picture.orientation != UPRIGHT:
                raise PictureError(
                    f"{where}: EXIF turns it (orientation {picture.orientation}), but a Bayer mosaic has its colours "
                    "only as the sensor has them; save it without that tag"
                )
            return to_rgb(values, pixels, where)


def read_content(path: Path) -> bytes:
    """Read a picture file's bytes, for its checksum and for ``read_picture``.

    Raises:
        PictureError: It cannot be read, or is larger than any picture that scuff reads.
    """
    with damage_in(str(path)):
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PictureError(f"{path}: has {size:,} bytes; no picture that scuff reads has more than {MAX_BYTES:,}")
        return path.read_bytes()


def to_rgb(values: NDArray[Any], pixels: PixelFormat = PLAIN, where: str = "picture") -> NDArray[np.uint8]:
    """Make of a camera's values, from a file or from its memory, what a network sees.

    16 bits become 8 by the white level; then a Bayer mosaic gets its colours, other grey is repeated over the
    channels, and transparency is dropped.

    Args:
        values: H×W, H×W×3 (RGB) or H×W×4 (RGBA), uint8 or uint16.
        pixels: What they mean; usually ``recipe.frames``.
        where: What they come from, for messages.

    Returns:
        H×W×3, uint8, RGB, contiguous.

    Raises:
        PictureError: The values have another type or shape, or are too few for a mosaic.
    """
    shape = values.shape
    is_shaped = len(shape) == 2 or (len(shape) == 3 and shape[2] in {3, 4})
    if values.dtype not in (np.uint8, np.uint16) or not is_shaped or 0 in shape:
        raise PictureError(
            f"{where}: an array of {values.dtype} with the shape {shape} is no picture; "
            "give H×W, H×W×3 or H×W×4 values of 8 or 16 bits"
        )
    # Here and below, memory from NumPy comes in huge pages; OpenCV's own does not.
    if values.dtype == np.uint16:
        values = cv2.LUT(values, _to_8_bits(pixels.white_level), dst=np.empty(shape, np.uint8))
    if values.ndim == 2 and pixels.bayer:
        return demosaic(values, pixels.bayer, where)
    if values.shape[2:] == (3,):
        return np.ascontiguousarray(values)
    conversion = cv2.COLOR_GRAY2RGB if values.ndim == 2 else cv2.COLOR_RGBA2RGB
    return np.asarray(cv2.cvtColor(values, conversion, dst=np.empty((*shape[:2], 3), np.uint8)), dtype=np.uint8)


def read_values(source: Path | bytes, palette: bool = True) -> NDArray[Any]:
    """Read a picture's own values, as a mask needs them.

    Args:
        source: A file, or the bytes of one.
        palette: Give the indices of a palette picture, and not its colours.

    Returns:
        H×W of the file's type for grey and palette pictures, H×W×3 for colour, H×W×4 with transparency.

    Raises:
        PictureError: As ``read_picture``.
    """
    where = _where(source)
    with damage_in(where), _stream(source) as stream, opened(stream, where) as picture:
        return decode(picture, palette, transparency=True)


def read_size(path: Path) -> tuple[int, int]:
    """Read height and width, in pixels, as seen after turning, without decoding the picture.

    Raises:
        PictureError: The file is missing or not a picture.
    """
    with damage_in(str(path)), _stream(path) as stream, opened(stream, str(path)) as picture:
        width, height = picture.header.size
        if isinstance(picture.header, TiffImagePlugin.TiffImageFile):  # Pillow has turned the size already
            width, height = picture.header.tag_v2[WIDTH], picture.header.tag_v2[HEIGHT]
        return (width, height) if picture.orientation in SIDEWAYS else (height, width)


def write_png(path: Path, pixels: NDArray[np.uint8], palette: bytes | None = None) -> None:
    """Write a PNG whose bytes depend on nothing but its pixels; it appears whole or not at all.

    Masks and frames come by the thousand and can be made again, so nobody waits until they are on the disk.

    Args:
        path: Where to.
        pixels: H×W (grey, or indices into the palette) or H×W×3 (RGB), uint8.
        palette: RGB triples of an indexed picture.
    """
    picture = Image.fromarray(pixels)
    if palette is not None:
        picture.putpalette(palette)
    encoded = io.BytesIO()
    picture.save(encoded, format="PNG", compress_level=3)
    write_whole(path, encoded.getvalue(), lasting=False)


def write_whole(path: Path, content: bytes | str, lasting: bool = True) -> None:
    """Write a file so that nobody ever sees half of it.

    Its unfinished part always has the same name, so that kills do not fill the disk with parts of checkpoints.

    Args:
        path: The file; its folder is made.
        content: What it shall hold; text in UTF-8.
        lasting: As ``whole_file`` says.

    Raises:
        OSError: The system refuses it, such as on a full disk; names the file, and leaves nothing of it behind.
    """
    blob = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(blob)
            if lasting:
                to_disk(file)
        part.replace(path)
        if lasting:
            names_to_disk(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        error.filename = str(path)  # a full disk does not say which file
        raise


def sha256(path: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _stream(source: Path | bytes, content: bytes | None = None) -> Iterator[Stream]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif content is not None:
        yield io.BytesIO(content)
    else:
        with source.open("rb") as stream:
            yield stream


@functools.cache
def _to_8_bits(white_level: int) -> NDArray[np.uint8]:
    """What each 16-bit value becomes: 65,536 entries."""
    scaled = np.arange(FULL_SCALE_16 + 1, dtype=np.float32) * (255.0 / white_level)
    return np.asarray(np.round(np.minimum(scaled, 255.0)), dtype=np.uint8)


def _where(source: Path | bytes) -> str:
    return str(source) if isinstance(source, Path) else "embedded picture"
