"""Picture files: PNG, JPEG, TIFF and BMP; 8 and 16 bit; grey, RGB and RGBA; turned as EXIF says."""

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, TiffImagePlugin, UnidentifiedImageError

from scuff.core.errors import PictureError

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"})
MAX_PIXELS = 150_000_000
"""No camera of a line makes a larger frame; a header that claims more is damaged or hostile."""

FULL_SCALE_16 = 65535

WIDTH, HEIGHT, BITS, ORIENTATION = 256, 257, 258, 274
"""Numbers of the tags that TIFF and EXIF share."""

SIDEWAYS = frozenset({5, 6, 7, 8})
"""The orientations in which width and height change places."""

# Our own limit above comes first, with a message of its own.
Image.MAX_IMAGE_PIXELS = None


def is_picture(path: Path) -> bool:
    """Tell whether a file has the suffix of a picture that scuff reads."""
    return path.suffix.lower() in SUFFIXES


def read_picture(source: Path | bytes, white_level: int = FULL_SCALE_16) -> NDArray[np.uint8]:
    """Read a picture as a network sees it.

    Args:
        source: A file, or the bytes of one.
        white_level: The 16-bit value that becomes 255 (4095 for a 12-bit camera that fills the low bits).
            Has no effect on 8-bit pictures.

    Returns:
        H×W×3, uint8, RGB; grey repeated over the channels, transparency dropped, turned as EXIF says.

    Raises:
        PictureError: The file is missing, truncated, too large, or not a picture.
    """
    raw = _decode(source)
    if raw.dtype != np.uint8:
        scaled = np.minimum(raw.astype(np.float32) * (255.0 / white_level), 255.0)
        raw = np.round(scaled).astype(np.uint8)
    if raw.ndim == 2:
        return np.repeat(raw[..., None], 3, axis=2)
    return np.ascontiguousarray(raw[..., :3], dtype=np.uint8)


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
    return _decode(source, palette, transparency=True)


def read_size(path: Path) -> tuple[int, int]:
    """Read height and width, in pixels, as seen after turning, without decoding the picture.

    Raises:
        PictureError: The file is missing or not a picture.
    """
    with _opened(path) as picture:
        width, height = picture.size
        if isinstance(picture, TiffImagePlugin.TiffImageFile):  # Pillow has turned the size already
            width, height = picture.tag_v2[WIDTH], picture.tag_v2[HEIGHT]
        turned = picture.getexif().get(ORIENTATION, 1) in SIDEWAYS
    return (width, height) if turned else (height, width)


def write_png(path: Path, pixels: NDArray[np.uint8], palette: bytes | None = None) -> None:
    """Write a PNG whose bytes depend on nothing but its pixels; it appears whole or not at all.

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
    write_whole(path, encoded.getvalue())


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file so that nobody ever sees half of it."""
    blob = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(blob)
    part.replace(path)


def sha256(path: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _opened(source: Path | bytes) -> Iterator[Image.Image]:
    """Open a picture and check what its header claims; damage found until it is closed becomes an error of ours."""
    # A stream and not a path: Pillow maps a TIFF file into memory by its turned size and mixes up the rows.
    try:
        with (
            warnings.catch_warnings(action="ignore", category=UserWarning),  # Pillow warns, then raises
            source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as stream,
            Image.open(stream) as picture,
        ):
            _check_header(picture, source)
            yield picture
    except FileNotFoundError:
        raise PictureError(f"{_where(source)}: there is no such file") from None
    except UnidentifiedImageError:
        raise PictureError(f"{_where(source)}: not a picture that can be read") from None
    except (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError) as error:
        raise PictureError(f"{_where(source)}: truncated or damaged ({_reason(error)})") from error


def _check_header(picture: Image.Image, source: Path | bytes) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"{_where(source)}: its header claims {width}×{height} pixels; scuff reads up to {MAX_PIXELS:,}"
        )
    if isinstance(picture, TiffImagePlugin.TiffImageFile) and picture.n_frames > 1:
        raise PictureError(f"{_where(source)}: holds {picture.n_frames} pictures; save each in a file of its own")


def _decode(source: Path | bytes, palette: bool = False, transparency: bool = False) -> NDArray[Any]:
    with _opened(source) as picture:
        if _is_colour_16(picture):
            return _turned(_decode_colour_16(source), picture.getexif().get(ORIENTATION, 1))
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in {"I", "F"}:
            raise PictureError(f"{_where(source)}: has 32 bits a pixel; save it with 8 or 16 bits a channel")
        if upright.mode in {"L", "RGB", "RGBA"} or (palette and upright.mode == "P"):
            return np.asarray(upright)
        if upright.mode.startswith("I;16"):
            return np.asarray(upright).astype(np.uint16)
        if transparency and (upright.mode == "LA" or "transparency" in upright.info):
            return np.asarray(upright.convert("RGBA"))
        return np.asarray(upright.convert("L" if upright.mode in {"1", "LA"} else "RGB"))


def _is_colour_16(picture: Image.Image) -> bool:
    """Tell whether a colour picture has 16 bits a channel, which Pillow would cut to 8."""
    if picture.mode not in {"RGB", "RGBA"} or not isinstance(picture, ImageFile.ImageFile):
        return False
    if picture.format == "PNG":
        return any(tile[3] in {"RGB;16B", "RGBA;16B", "LA;16B"} for tile in picture.tile)
    bits = getattr(picture, "tag_v2", {}).get(BITS, (8,))
    return bool(max(bits) == 16)


def _decode_colour_16(source: Path | bytes) -> NDArray[Any]:
    content = source.read_bytes() if isinstance(source, Path) else source
    values = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None:
        raise OSError("its 16-bit colour data ends early")
    order = [2, 1, 0, 3][: values.shape[2]]  # BGR(A) to RGB(A)
    return np.asarray(values[..., order])


def _turned(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn H×W×C upright, by EXIF's orientation: 1 upright, 3 upside down, 6 and 8 on its side."""
    if orientation in {3, 4, 6, 7}:
        values = values[::-1]
    if orientation in {2, 3, 7, 8}:
        values = values[:, ::-1]
    return np.ascontiguousarray(values.swapaxes(0, 1) if orientation in SIDEWAYS else values)


def _where(source: Path | bytes) -> str:
    return str(source) if isinstance(source, Path) else "embedded picture"


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
