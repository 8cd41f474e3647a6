import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from scuff.core.errors import PictureError
from scuff.core.picture import read_picture, read_values

NOISE = np.random.default_rng(0).integers(0, 256, (37, 51, 3)).astype(np.uint8)
RGB = cv2.GaussianBlur(NOISE, (0, 0), 2)
END_PX = 12
"""Bytes of a PNG's last chunk."""


def encoded(pixels: NDArray[Any], kind: str, **settings: Any) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format=kind, **settings)
    return content.getvalue()


def with_chunk(png: bytes, kind: bytes, data: bytes, place: int) -> bytes:
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return png[:place] + chunk + png[place:]


def by_pillow(content: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture)


@pytest.mark.parametrize("sampling", ["4:4:4", "4:2:2", "4:2:0", "4:1:1"])
@pytest.mark.parametrize("quality", [50, 95])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_has_the_pixels_that_pillow_gives(sampling: str, quality: int, progressive: bool) -> None:
    for pixels in (RGB, RGB[:1, :1], RGB[:2, :3], RGB[:33, :16]):
        content = encoded(pixels, "JPEG", subsampling=sampling, quality=quality, progressive=progressive)
        np.testing.assert_array_equal(read_picture(content), by_pillow(content))
    grey = encoded(RGB[..., 0], "JPEG", quality=quality, progressive=progressive)
    np.testing.assert_array_equal(read_values(grey), by_pillow(grey))


def test_a_jpeg_of_a_rare_sampling_is_left_to_pillow() -> None:
    content = bytearray(encoded(RGB, "JPEG", subsampling="4:2:0"))
    frame = content.find(b"\xff\xc0")
    assert content[frame + 11] == 0x22
    content[frame + 11] = 0x31  # brightness three times as wide as colour, which TurboJPEG does not know
    np.testing.assert_array_equal(read_picture(bytes(content)), by_pillow(bytes(content)))


def test_a_jpeg_is_refused_wherever_it_ends_early() -> None:
    content = encoded(RGB, "JPEG", quality=90)
    for end in range(2, len(content), 97):
        with pytest.raises(PictureError):
            read_picture(content[:end])
    with pytest.raises(PictureError, match=r"truncated or damaged \(Premature end of JPEG file\)"):
        read_picture(content[:-2])


def test_a_jpeg_whose_pixels_end_before_its_end_is_refused() -> None:
    content = encoded(NOISE, "JPEG", quality=90)
    emptied = content[: len(content) // 2] + content[-2:]
    assert by_pillow(emptied).shape == NOISE.shape  # the rest is grey
    with pytest.raises(
        PictureError, match=r"truncated or damaged \(Corrupt JPEG data: premature end of data segment\)"
    ):
        read_picture(emptied)


def test_cmyk_is_read_by_pillow() -> None:
    content = io.BytesIO()
    Image.fromarray(RGB).convert("CMYK").save(content, format="JPEG", quality=100)
    with Image.open(content) as picture:
        np.testing.assert_array_equal(read_picture(content.getvalue()), np.asarray(picture.convert("RGB")))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("bits", [8, 16])
def test_pngs_give_all_their_bits_and_channels(channels: int, bits: int) -> None:
    values = np.random.default_rng(1).integers(0, 2**bits, (5, 7, channels)).astype(f"u{bits // 8}")
    content = cv2.imencode(".png", values)[1].tobytes()
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    np.testing.assert_array_equal(read_values(content), np.squeeze(values[..., order]))


def test_a_colour_that_stands_for_transparency_is_a_colour() -> None:
    content = encoded(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8), "PNG", transparency=(1, 2, 3))
    assert read_values(content).tolist() == read_picture(content).tolist() == [[[1, 2, 3], [4, 5, 6]]]


@pytest.mark.parametrize("kind", [b"eXIf", b"iTXt"])
def test_a_png_may_say_behind_its_pixels_how_it_is_turned(kind: bytes) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = {b"eXIf": exif.tobytes()[6:], b"iTXt": b'XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation="6"/>'}[kind]
    png = encoded(RGB, "PNG")
    turned = with_chunk(png, kind, data, len(png) - END_PX)
    np.testing.assert_array_equal(read_picture(turned), np.rot90(RGB, -1))


def test_other_words_behind_the_pixels_change_nothing() -> None:
    png = encoded(RGB, "PNG")
    np.testing.assert_array_equal(read_picture(with_chunk(png, b"tEXt", b"a\0b", len(png) - END_PX)), RGB)


@pytest.mark.parametrize("lost", [1, 5, END_PX, END_PX + 1])
def test_a_png_without_its_last_bytes_is_refused(lost: int) -> None:
    with pytest.raises(PictureError, match=r"truncated or damaged \(its data end early\)"):
        read_picture(encoded(RGB, "PNG")[:-lost])


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_png_with_a_wrong_bit_is_refused(depth: type[np.generic]) -> None:
    content = bytearray(cv2.imencode(".png", NOISE.astype(depth))[1].tobytes())
    content[len(content) // 2] ^= 4
    with pytest.raises(PictureError, match="truncated or damaged"):
        read_picture(bytes(content))


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate"])
def test_compressed_tiffs_are_turned_as_exif_says(compression: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(RGB, "TIFF", compression=compression, exif=exif)
    expected = {1: RGB, 3: RGB[::-1, ::-1], 6: np.rot90(RGB, -1)}[orientation]
    np.testing.assert_array_equal(read_picture(content), expected)


@pytest.mark.parametrize("compression", [1, 5, 8])
def test_16_bit_tiffs_keep_their_bits(compression: int) -> None:
    values = NOISE.astype(np.uint16) * 257
    content = cv2.imencode(".tif", values[..., ::-1], [cv2.IMWRITE_TIFF_COMPRESSION, compression])[1].tobytes()
    np.testing.assert_array_equal(read_values(content), values)


def test_16_bit_colours_in_separate_planes_are_refused() -> None:
    tags = [(256, 3), (257, 2), (258, 158), (259, 1), (262, 2), (273, 146), (277, 3), (278, 2), (279, 170), (284, 2)]
    counts = {258: (3, 3), 273: (4, 3), 279: (4, 3)}
    entries = b"".join(struct.pack("<HHII", tag, *counts.get(tag, (4, 1)), value) for tag, value in tags)
    content = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)
    offsets, bits, lengths = (
        struct.pack("<3I", 182, 194, 206),
        struct.pack("<3H", 16, 16, 16),
        struct.pack("<3I", 12, 12, 12),
    )
    content = content.ljust(146, b"\0") + offsets + bits + bytes(6) + lengths + bytes(36)
    with pytest.raises(PictureError, match="has 16-bit colours in separate planes; save them interleaved"):
        read_picture(content)


def test_threads_that_read_leave_the_filters_of_warnings_alone() -> None:
    content = encoded(RGB, "TIFF", compression="tiff_lzw")
    before = list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(read_picture, [content] * 40))
    assert all(np.array_equal(pixels, RGB) for pixels in read)
    assert list(warnings.filters) == before
