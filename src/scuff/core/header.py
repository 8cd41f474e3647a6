"""Opening a picture file: a cheap look at its header, before anything is decoded."""

import functools
import io
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from scuff.core.errors import PictureError

Stream = io.BufferedReader | io.BytesIO
"""An open file, or the bytes of one."""

MAX_PIXELS = 150_000_000
"""No camera of a line makes a larger frame; a header that claims more is damaged or hostile."""

ORIENTATION = 274
"""Number of the tag of TIFF and EXIF."""

UPRIGHT, TURNED = 1, frozenset(range(2, 9))
SIDEWAYS = frozenset({5, 6, 7, 8})
"""The orientations in which width and height change places."""

TURNING_CHUNKS = (b"eXIf", b"iTXtXML:com.adobe.xmp", *(kind + b"Raw profile type exif" for kind in (b"tEXt", b"zTXt")))
"""How the chunks of a PNG begin that may say how to turn it."""

PNG_ENDS_EARLY = "its data end early"

# Our own limit above comes first, with a message of its own.
Image.MAX_IMAGE_PIXELS = None

_quiet_lock = threading.RLock()


@dataclass(frozen=True)
class Opened:
    """A picture of which only the header has been read.

    Attributes:
        where: Its name, for messages.
        header: What Pillow knows of it.
        stream: Its file.
    """

    where: str
    header: Image.Image
    stream: Stream

    @functools.cached_property
    def content(self) -> NDArray[np.uint8]:
        """The bytes of the file, for decoders that take them all; the stream stays where Pillow needs it."""
        place = self.stream.tell()
        content = np.empty(self.stream.seek(0, io.SEEK_END), np.uint8)
        self.stream.seek(0)
        if self.stream.readinto(content.data) < len(content):
            raise OSError("it was cut short while it was read")
        self.stream.seek(place)
        return content

    @functools.cached_property
    def orientation(self) -> int:
        """How EXIF says the picture must be turned; ``UPRIGHT``: not at all."""
        with quiet():
            if self.header.format == "PNG" and _may_turn_late(self.content):
                with Image.open(io.BytesIO(self.content.data)) as whole:
                    orientation = whole.getexif().get(ORIENTATION)
            else:
                # The method of all pictures: a PNG's own would decode it all, to look for what may follow the pixels.
                orientation = Image.Image.getexif(self.header).get(ORIENTATION)
        return orientation if orientation in TURNED else UPRIGHT


@contextmanager
def damage_in(where: str) -> Iterator[None]:
    """Turn whatever a decoder says of a damaged file into an error of ours."""
    try:
        yield
    except FileNotFoundError:
        raise PictureError(f"{where}: there is no such file") from None
    except UnidentifiedImageError:
        raise PictureError(f"{where}: not a picture that can be read") from None
    except (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError) as error:
        raise PictureError(f"{where}: truncated or damaged ({str(error) or type(error).__name__})") from error


@contextmanager
def opened(stream: Stream, where: str) -> Iterator[Opened]:
    """Read a picture's header and check what it claims.

    Raises:
        PictureError: It claims too many pixels, or several pictures.
        OSError: It is no picture, as ``damage_in`` has it.
    """
    # A stream and not a path: Pillow maps a TIFF file into memory by its turned size and mixes up the rows.
    with quiet():
        header = Image.open(stream)
        _check(header, where)
    with header:
        yield Opened(where, header, stream)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence Pillow, which warns of damage before it raises; one thread at a time, for filters are everybody's."""
    with _quiet_lock, warnings.catch_warnings(action="ignore", category=UserWarning):
        yield


def _check(header: Image.Image, where: str) -> None:
    width, height = header.size
    if width * height > MAX_PIXELS:
        raise PictureError(f"{where}: its header claims {width}×{height} pixels; scuff reads up to {MAX_PIXELS:,}")
    if isinstance(header, TiffImagePlugin.TiffImageFile) and header.n_frames > 1:
        raise PictureError(f"{where}: holds {header.n_frames} pictures; save each in a file of its own")


def _may_turn_late(png: NDArray[np.uint8]) -> bool:
    """Tell whether a chunk behind a PNG's pixels may say how to turn it.

    Raises:
        OSError: The file ends before its last chunk.
    """
    place, kind, pixels_seen, may_turn = 8, b"", False, False
    while kind != b"IEND":
        if place + 12 > len(png):
            raise OSError(PNG_ENDS_EARLY)
        length, kind = struct.unpack_from(">I4s", png.data, place)
        pixels_seen = pixels_seen or kind == b"IDAT"
        if pixels_seen and kind != b"IDAT":
            may_turn = may_turn or png[place + 4 : place + 40].tobytes().startswith(TURNING_CHUNKS)
        place += 12 + length
    if place > len(png):
        raise OSError(PNG_ENDS_EARLY)
    return may_turn
