import errno
import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from scuff.core.errors import PictureError
from scuff.core.picture import (
    MAX_BYTES,
    is_picture,
    read_content,
    read_picture,
    read_size,
    read_values,
    sha256,
    to_rgb,
    write_png,
    write_whole,
)
from scuff.core.pixel_format import PixelFormat

GREY = np.array([[0, 50, 100], [150, 200, 255]], np.uint8)
RGB = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])
RGBA = np.dstack([RGB, GREY // 2])


def save(path: Path, pixels: NDArray[np.uint8] | NDArray[np.uint16], orientation: int = 1) -> Path:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(path, exif=exif)
    return path


def save_16(path: Path, rgb: NDArray[np.uint16]) -> Path:
    assert cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    return path


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG file, with its length and checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".bmp", ".PNG"])
def test_lossless_formats_give_their_pixels(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(RGB).save(path)
    assert is_picture(path)
    assert read_size(path) == (2, 3)
    np.testing.assert_array_equal(read_picture(path), RGB)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg"])
def test_jpeg_gives_nearly_its_pixels(tmp_path: Path, suffix: str) -> None:
    flat = np.full((16, 24, 3), (200, 30, 90), np.uint8)
    path = save(tmp_path / f"a{suffix}", flat)
    assert read_size(path) == (16, 24)
    np.testing.assert_allclose(read_picture(path).astype(int), flat, atol=3)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_grey_is_repeated_over_the_channels(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(GREY).save(path)
    np.testing.assert_array_equal(read_picture(path), np.dstack([GREY] * 3))
    np.testing.assert_array_equal(read_values(path), GREY)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_transparency_is_dropped_from_a_picture_and_kept_in_values(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a{suffix}", RGBA)
    np.testing.assert_array_equal(read_picture(path), RGB)
    np.testing.assert_array_equal(read_values(path), RGBA)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_a_palette_gives_colours_to_a_picture_and_indices_to_values(tmp_path: Path, suffix: str) -> None:
    indices = np.array([[0, 1], [2, 1]], np.uint8)
    picture = Image.fromarray(indices)
    picture.putpalette(bytes([0, 0, 0, 255, 0, 0, 0, 0, 255]))
    picture.save(tmp_path / f"a{suffix}")
    np.testing.assert_array_equal(read_values(tmp_path / f"a{suffix}"), indices)
    assert read_picture(tmp_path / f"a{suffix}").tolist() == [[[0, 0, 0], [255, 0, 0]], [[0, 0, 255], [255, 0, 0]]]


def test_values_may_be_the_colours_of_a_palette_and_keep_transparency(tmp_path: Path) -> None:
    picture = Image.fromarray(np.array([[0, 1]], np.uint8))
    picture.putpalette([0, 0, 0, 255, 9, 0])
    picture.save(tmp_path / "p.png")
    assert read_values(tmp_path / "p.png", palette=False).tolist() == [[[0, 0, 0], [255, 9, 0]]]
    Image.fromarray(np.array([[[7, 0], [8, 255]]], np.uint8), "LA").save(tmp_path / "la.png")
    assert read_values(tmp_path / "la.png").tolist() == [[[7, 7, 7, 0], [8, 8, 8, 255]]]


def test_a_tiff_of_several_pictures_is_refused(tmp_path: Path) -> None:
    pages = [Image.fromarray(GREY), Image.fromarray(GREY)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    for read in (read_picture, read_values, read_size):
        with pytest.raises(PictureError, match=r"a\.tif: holds 2 pictures; save each in a file of its own"):
            read(tmp_path / "a.tif")


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_one_bit_becomes_black_and_white(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(GREY > 127).save(tmp_path / f"a{suffix}")
    assert read_values(tmp_path / f"a{suffix}").tolist() == [[0, 0, 0], [255, 255, 255]]


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bit_grey_is_scaled_by_the_white_level(tmp_path: Path, suffix: str) -> None:
    values = np.array([[0, 257, 4095, 65535]], np.uint16)
    path = save(tmp_path / f"a{suffix}", values)
    np.testing.assert_array_equal(read_values(path), values)
    assert read_picture(path)[0, :, 0].tolist() == [0, 1, 16, 255]
    assert read_picture(path, PixelFormat(white_level=4095))[0, :, 1].tolist() == [0, 16, 255, 255]


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bit_colour_keeps_its_bits_and_its_order(tmp_path: Path, suffix: str) -> None:
    values = RGB.astype(np.uint16) * 257 // 2
    path = save_16(tmp_path / f"a{suffix}", values)
    np.testing.assert_array_equal(read_values(path), values)
    np.testing.assert_array_equal(read_picture(path, PixelFormat(white_level=65535 // 2)), RGB)


def test_the_white_level_leaves_8_bits_alone(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_picture(save(tmp_path / "a.png", RGB), PixelFormat(white_level=4095)), RGB)


@pytest.mark.parametrize("bits", [np.int32, np.float32])
def test_32_bits_a_pixel_are_refused(tmp_path: Path, bits: type[np.generic]) -> None:
    Image.fromarray(GREY.astype(bits)).save(tmp_path / "a.tif")
    with pytest.raises(PictureError, match=r"a\.tif: has 32 bits a pixel; save it with 8 or 16 bits"):
        read_picture(tmp_path / "a.tif")


UPRIGHT = {
    1: GREY,
    2: GREY[:, ::-1],
    3: GREY[::-1, ::-1],
    4: GREY[::-1],
    5: GREY.T,
    6: np.rot90(GREY, -1),
    7: GREY[::-1, ::-1].T,
    8: np.rot90(GREY),
}
"""What a viewer shows of GREY stored with each EXIF orientation."""


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_pictures_are_turned_as_exif_says(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = save(tmp_path / f"a{suffix}", GREY, orientation)
    np.testing.assert_array_equal(read_values(path), UPRIGHT[orientation])
    assert read_size(path) == UPRIGHT[orientation].shape


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_jpegs_are_turned_as_exif_says(tmp_path: Path, orientation: int) -> None:
    def blocks(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.kron(values, np.ones((16, 16), np.uint8))

    path = save(tmp_path / "a.jpg", blocks(GREY), orientation)
    np.testing.assert_allclose(read_values(path).astype(int), blocks(UPRIGHT[orientation]), atol=3)
    assert read_size(path) == blocks(UPRIGHT[orientation]).shape


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_16_bit_colour_is_turned_as_exif_says(tmp_path: Path, orientation: int) -> None:
    values = np.dstack([GREY] * 3).astype(np.uint16) * 257
    path = save_16(tmp_path / "a.png", values)
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = path.read_bytes()
    header_end = 33
    path.write_bytes(content[:header_end] + chunk(b"eXIf", exif.tobytes()) + content[header_end:])
    np.testing.assert_array_equal(read_values(path)[..., 1], UPRIGHT[orientation].astype(np.uint16) * 257)
    assert read_size(path) == UPRIGHT[orientation].shape


def test_an_orientation_that_does_not_exist_changes_nothing(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_values(save(tmp_path / "a.png", GREY, orientation=9)), GREY)
    assert read_size(tmp_path / "a.png") == (2, 3)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".bmp"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_truncated_file_is_refused(tmp_path: Path, suffix: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    path = tmp_path / f"a{suffix}"
    Image.fromarray(noise).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(PictureError, match=rf"a\{suffix}: (truncated or damaged|not a picture that can be read)"):
        read_picture(path)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_truncated_16_bit_file_is_refused(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 65536, (32, 32, 3)).astype(np.uint16)
    path = save_16(tmp_path / f"a{suffix}", noise)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(PictureError, match=rf"a\{suffix}: (truncated or damaged|not a picture that can be read)"):
        read_picture(path)


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PMG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    for read in (read_picture, read_values, read_size):
        with pytest.raises(PictureError, match=r"a\.png: not a picture that can be read"):
            read(path)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="Is a directory"):
        read_picture(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for read in (read_picture, read_values, read_size):
        with pytest.raises(PictureError, match=r"gone\.png: there is no such file"):
            read(tmp_path / "gone.png")


def test_embedded_pictures_are_read_and_named_as_such(tmp_path: Path) -> None:
    content = save(tmp_path / "a.png", RGB).read_bytes()
    np.testing.assert_array_equal(read_picture(content), RGB)
    with pytest.raises(PictureError, match="embedded picture: not a picture that can be read"):
        read_picture(b"nothing")


@pytest.mark.parametrize(("width", "height"), [(100_000, 50_000), (20_000, 15_000)])
def test_a_header_that_claims_too_much_is_refused_before_decoding(tmp_path: Path, width: int, height: int) -> None:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    for read in (read_picture, read_size):
        with pytest.raises(PictureError, match=rf"claims {width}×{height} pixels; scuff reads up to 150,000,000"):
            read(path)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".bmp"])
def test_a_picture_may_be_one_pixel(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(np.array([[[90, 90, 90]]], np.uint8)).save(path)
    assert read_picture(path).tolist() == [[[90, 90, 90]]]


def test_bytes_that_were_read_already_are_not_read_again(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", RGB)
    content = path.read_bytes()
    path.unlink()
    np.testing.assert_array_equal(read_picture(path, content=content), RGB)
    with pytest.raises(PictureError, match=r"a\.png: not a picture that can be read"):
        read_picture(path, content=b"nothing")


MOSAIC = np.tile(np.array([[200, 100], [100, 50]], np.uint8), (2, 2))
"""RG: what a sensor sees of a surface that is (200, 100, 50) everywhere."""
RG = PixelFormat(bayer="RG", white_level=4080, raw_width_px=4, raw_height_px=4)


@pytest.mark.parametrize(
    ("suffix", "bits"),
    [(".png", 8), (".png", 16), (".tif", 8), (".tif", 16), (".bmp", 8), (".raw", 8), (".raw", 16)],
)
def test_a_mosaic_gets_its_colours_from_a_file_as_from_memory(tmp_path: Path, suffix: str, bits: int) -> None:
    values = MOSAIC if bits == 8 else MOSAIC.astype(np.uint16) * 16
    path = tmp_path / f"a{suffix}"
    if suffix == ".raw":
        path.write_bytes(values.tobytes())
    else:
        Image.fromarray(values).save(path)
    expected = np.full((4, 4, 3), (200, 100, 50), np.uint8)
    np.testing.assert_array_equal(read_picture(path, RG), expected)
    np.testing.assert_array_equal(read_picture(path, RG, path.read_bytes()), expected)
    np.testing.assert_array_equal(to_rgb(values, RG), expected)


def test_colour_pictures_are_no_mosaics(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_picture(save(tmp_path / "a.png", RGB), RG), RGB)


def test_a_mosaic_that_exif_turns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"a\.png: EXIF turns it \(orientation 3\), but a Bayer mosaic"):
        read_picture(save(tmp_path / "a.png", MOSAIC, orientation=3), RG)


def test_a_raw_file_is_a_picture_that_needs_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.RAW"
    path.write_bytes(bytes([0, 1, 2, 3, 4, 255]))
    assert is_picture(path)
    pixels = read_picture(path, PixelFormat(raw_width_px=3, raw_height_px=2))
    assert pixels[..., 1].tolist() == [[0, 1, 2], [3, 4, 255]]
    with pytest.raises(PictureError, match=r"a\.RAW: has no header that says its size; set frames\.raw_width_px"):
        read_picture(path)
    with pytest.raises(PictureError, match=r"a\.RAW: has 6 bytes, but 4×4 pixels"):
        read_picture(path, RG)
    with pytest.raises(PictureError, match=r"b\.raw: there is no such file"):
        read_picture(tmp_path / "b.raw", RG)


@pytest.mark.parametrize("white_level", [1, 1023, 4095, 65535])
def test_each_16_bit_value_is_rounded_to_its_share_of_white(white_level: int) -> None:
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    exact = np.minimum(values * 255.0 / white_level, 255)
    np.testing.assert_allclose(to_rgb(values, PixelFormat(white_level=white_level))[..., 0], exact, atol=0.5 + 1e-4)


@pytest.mark.parametrize("pixels", [GREY, RGB, RGBA, RGB[:, ::-1], GREY[::-1]])
def test_values_from_memory_become_rgb(pixels: NDArray[np.uint8]) -> None:
    rgb = to_rgb(pixels)
    np.testing.assert_array_equal(rgb, np.dstack([pixels] * 3)[..., :3])
    assert rgb.flags.c_contiguous


@pytest.mark.parametrize(
    "values",
    [np.zeros((2, 2), np.float32), np.zeros((2, 2, 2), np.uint8), np.zeros(4, np.uint8), np.zeros((0, 4), np.uint8)],
)
def test_what_is_no_picture_in_memory_is_refused(values: NDArray[np.generic]) -> None:
    with pytest.raises(
        PictureError, match=rf"camera: an array of {values.dtype} with the shape .* is no picture; give"
    ):
        to_rgb(values, where="camera")


def test_a_written_png_depends_on_its_pixels_alone(tmp_path: Path) -> None:
    for name in ("a.png", "deep/er/b.png"):
        write_png(tmp_path / name, RGB)
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png"), RGB)
    assert sha256(tmp_path / "a.png") == sha256(tmp_path / "deep/er/b.png")


def test_an_indexed_png_reads_back_as_indices(tmp_path: Path) -> None:
    mask = np.array([[0, 1], [2, 255]], np.uint8)
    write_png(tmp_path / "m.png", mask, palette=bytes(range(256)) * 3)
    np.testing.assert_array_equal(read_values(tmp_path / "m.png"), mask)


def test_a_file_is_written_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.txt", "größer")
    write_whole(tmp_path / "a.txt", b"second")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.txt", b"second")]


def test_the_checksum_is_that_of_sha256sum(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.txt", "abc")
    assert sha256(tmp_path / "a.txt") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_only_pictures_have_the_suffix_of_one() -> None:
    assert not is_picture(Path("a.json"))
    assert not is_picture(Path("png"))


def test_a_file_larger_than_any_picture_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.tif"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # a hole: it takes no room on the disk
    with pytest.raises(PictureError, match=r"huge\.tif: has 2,147,483,649 bytes"):
        read_content(path)


def test_the_bytes_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="there is no such file"):
        read_content(tmp_path / "gone.png")


def test_a_full_disk_is_told_with_the_file_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_whole(tmp_path / "report.html", "content")
    assert caught.value.filename == str(tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_a_file_survives_a_loss_of_power(tmp_path: Path, disk: list[str]) -> None:
    write_whole(tmp_path / "last.ckpt", "content")
    assert disk == ["on disk .last.ckpt.part", "now last.ckpt", "on disk ."]


def test_nobody_waits_for_a_picture_that_can_be_made_again(tmp_path: Path, disk: list[str]) -> None:
    write_png(tmp_path / "mask.png", np.zeros((2, 2), np.uint8))
    assert disk == ["now mask.png"]
