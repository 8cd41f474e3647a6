import io
import struct

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from scuff.core.errors import PictureError
from scuff.core.pixel_format import PLAIN, PixelFormat
from scuff.core.stored import BAND_ROWS, read_raw, read_stored

HW = (2 * BAND_ROWS + 3, 5)
RGB = np.random.default_rng(0).integers(0, 256, (*HW, 3)).astype(np.uint8)
RGB_16 = np.random.default_rng(0).integers(0, 65536, (*HW, 3)).astype(np.uint16)
SIX = PixelFormat(raw_width_px=3, raw_height_px=2)


def encoded(pixels: NDArray[np.uint8] | NDArray[np.uint16], kind: str, **settings: object) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format=kind, **settings)
    return content.getvalue()


def tiff_16(pixels: NDArray[np.uint16], *settings: int) -> bytes:
    bgr = pixels[..., ::-1] if pixels.ndim == 3 else pixels
    return cv2.imencode(".tif", bgr, [cv2.IMWRITE_TIFF_COMPRESSION, 1, *settings])[1].tobytes()


def stored(content: bytes) -> NDArray[np.generic] | None:
    stream = io.BytesIO(content)
    with Image.open(stream) as header:
        return read_stored(header, stream)


@pytest.mark.parametrize("kind", ["TIFF", "BMP"])
@pytest.mark.parametrize("pixels", [RGB, RGB[..., 0]], ids=["colour", "grey"])
def test_8_bits_are_read_as_they_are(kind: str, pixels: NDArray[np.uint8]) -> None:
    values = stored(encoded(np.ascontiguousarray(pixels), kind))
    assert values is not None
    assert values.dtype == np.uint8
    assert values.flags.c_contiguous
    np.testing.assert_array_equal(values, pixels)


@pytest.mark.parametrize("rows_in_a_strip", [1, 7, HW[0]])
@pytest.mark.parametrize("pixels", [RGB_16, RGB_16[..., 0]], ids=["colour", "grey"])
def test_16_bits_in_strips_are_read_as_they_are(pixels: NDArray[np.uint16], rows_in_a_strip: int) -> None:
    values = stored(tiff_16(np.ascontiguousarray(pixels), cv2.IMWRITE_TIFF_ROWSPERSTRIP, rows_in_a_strip))
    assert values is not None
    np.testing.assert_array_equal(values, pixels)


def test_16_bits_of_the_other_byte_order_are_turned() -> None:
    tags = [(256, 3), (257, 2), (258, 16), (259, 1), (262, 1), (273, 8), (277, 1), (278, 2), (279, 12)]
    entries = b"".join(struct.pack(">HHII", tag, 4, 1, value) for tag, value in tags)
    rows = struct.pack(">6H", 1, 2, 3, 256, 512, 65534)
    content = b"MM\0*" + struct.pack(">I", 20) + rows + struct.pack(">H", len(tags)) + entries + bytes(4)
    values = stored(content)
    assert values is not None
    assert values.dtype == np.dtype(np.uint16)
    assert values.dtype.isnative
    assert values.tolist() == [[1, 2, 3], [256, 512, 65534]]


@pytest.mark.parametrize(
    "content",
    [
        encoded(RGB, "PNG"),
        encoded(RGB, "TIFF", compression="tiff_lzw"),
        encoded(np.dstack([RGB, RGB[..., :1]]), "TIFF"),
    ],
    ids=["png", "compressed", "transparent"],
)
def test_what_is_stored_in_another_way_is_left_to_others(content: bytes) -> None:
    assert stored(content) is None


@pytest.mark.parametrize("kind", ["TIFF", "BMP"])
def test_rows_that_end_early_are_damage(kind: str) -> None:
    content = encoded(RGB, kind)
    if kind == "TIFF":  # Pillow writes the pixels last
        assert content.endswith(RGB[-1].tobytes())
    with pytest.raises(OSError, match="rows end early"):
        stored(content[:-1])


def test_a_header_that_names_too_few_rows_is_damage() -> None:
    content = bytearray(encoded(RGB, "TIFF"))
    height = struct.pack("<HHIH", 257, 4, 1, HW[0])
    place = content.find(height)
    assert place > 0
    content[place + 8] += 1
    with pytest.raises(OSError, match="rows end early"):
        stored(bytes(content))


@pytest.mark.parametrize(("letter", "dtype"), [("B", np.uint8), ("H", np.uint16)])
def test_the_size_of_a_raw_file_tells_its_bits(letter: str, dtype: type[np.generic]) -> None:
    values = read_raw(io.BytesIO(struct.pack(f"<6{letter}", 0, 1, 2, 3, 4, 255)), "a.raw", SIX)
    assert values.dtype == dtype
    assert values.dtype.isnative
    assert values.tolist() == [[0, 1, 2], [3, 4, 255]]


@pytest.mark.parametrize("length", [0, 5, 7, 11, 13, 18])
def test_a_raw_file_of_another_size_is_refused(length: int) -> None:
    with pytest.raises(
        PictureError, match=rf"a\.raw: has {length} bytes, but 3×2 pixels .* are 6 bytes of 8 bits or 12"
    ):
        read_raw(io.BytesIO(bytes(length)), "a.raw", SIX)


def test_a_raw_file_needs_a_size() -> None:
    with pytest.raises(PictureError, match=r"a\.raw: has no header that says its size; set frames\.raw_width_px and"):
        read_raw(io.BytesIO(bytes(6)), "a.raw", PLAIN)
