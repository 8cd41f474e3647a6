"""Pictures of a station in a folder."""

from pathlib import Path

import numpy as np
import pytest

from scuff.core.errors import StationError
from scuff.core.picture import read_picture, read_values
from scuff.core.pixel_format import PixelFormat
from scuff.core.recipe import Frames
from scuff.station.album import Album, Shot, read_back, shots_of
from scuff.station.capture import Capture
from scuff.station.raw_frame import RawFrame

MOSAIC = np.full((4, 4), 9, np.uint8)


def frame(camera: str, lighting: str) -> RawFrame:
    return RawFrame(camera, "1", 1, MOSAIC, "BayerRG8", 1, 1, 100.0, 0.0, simulated=True, lighting=lighting)


def capture(*lightings: str) -> Capture:
    frames = tuple(frame(camera, lighting) for lighting in lightings for camera in ("left", "right"))
    return Capture("P0001", frames, (), 0, 1)


def test_parts_are_added_to_what_is_there(tmp_path: Path) -> None:
    album = Album(tmp_path / "new")
    album.keep("P1", [Shot("left", "P1-left", MOSAIC, "all"), Shot("right", "P1-right", MOSAIC, "all")])
    album = Album(tmp_path / "new")
    album.check(["P2"])
    album.keep("P2", [Shot("left", "P2-left", np.full((4, 4), 4000, np.uint16), "all")])
    assert album.table.read_text().splitlines() == [
        "image,part,camera",
        "P1-left.png,P1,left",
        "P1-right.png,P1,right",
        "P2-left.png,P2,left",
    ]
    np.testing.assert_array_equal(read_values(album.frames / "P1-left.png"), MOSAIC)
    assert read_values(album.frames / "P2-left.png")[0, 0] == 4000


def test_masks_keep_their_values(tmp_path: Path) -> None:
    album = Album(tmp_path)
    mask = np.eye(4, dtype=np.uint8) * 3
    album.keep_mask("P1-left", mask)
    np.testing.assert_array_equal(read_values(album.masks / "P1-left.png"), mask)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (["P2", "P1"], r"part 'P1': is in .*parts\.csv already"),
        (["a/b"], "part 'a/b': use letters, digits"),
        ([""], "part '': use letters"),
        (["P2", "P2"], "part 'P2': is named twice"),
    ],
)
def test_parts_that_cannot_be_kept_are_refused(tmp_path: Path, parts: list[str], reason: str) -> None:
    album = Album(tmp_path)
    album.keep("P1", [])
    album.keep("P1", [Shot("left", "P1-left", MOSAIC, "all")])
    with pytest.raises(StationError, match=reason):
        album.check(parts)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "parts.csv").write_text("name,size\n")
    with pytest.raises(StationError, match="has other columns than image, part, camera"):
        Album(tmp_path)
    with pytest.raises(StationError, match="is a file"):
        Album(tmp_path / "parts.csv")


def test_names_tell_camera_and_lighting_where_there_are_several() -> None:
    assert [shot.name for shot in shots_of(capture("all"), raw=True)] == ["P0001-left", "P0001-right"]
    shots = shots_of(capture("A", "B"), raw=False)
    assert [(shot.name, shot.lighting) for shot in shots] == [
        ("P0001-left-A", "A"),
        ("P0001-right-A", "A"),
        ("P0001-left-B", "B"),
        ("P0001-right-B", "B"),
    ]
    assert {shot.pixels.shape for shot in shots} == {(4, 4, 3)}


@pytest.mark.parametrize(
    ("frames", "pixel_format", "reason"),
    [
        (PixelFormat(bayer="RG"), "BayerRG8", ""),
        (PixelFormat(), "Mono8", ""),
        (PixelFormat(), "RGB8", ""),
        (PixelFormat(bayer="RG"), "RGB8", ""),
        (PixelFormat(white_level=4095), "RGB12", ""),
        (PixelFormat(), "RGB12", "set frames.white_level = 4095"),
        (PixelFormat(), "BayerRG8", 'set frames.bayer = "RG"'),
        (PixelFormat(bayer="RG"), "BayerRG12", "set frames.white_level = 4095"),
        (PixelFormat(), "BayerGB12", 'set frames.bayer = "GB" and set frames.white_level = 4095'),
        (PixelFormat(bayer="RG"), "Mono8", 'set frames.bayer = ""'),
    ],
)
def test_what_a_recipe_would_not_read_back_is_said(frames: PixelFormat, pixel_format: str, reason: str) -> None:
    assert read_back(frames, pixel_format) == reason


def test_a_format_that_nothing_reads_is_said() -> None:
    assert "YUV422" in read_back(PixelFormat(), "YUV422")


def test_a_raw_picture_is_read_as_the_network_would_have_seen_it(tmp_path: Path) -> None:
    frames = Frames(bayer="RG")
    mosaic = np.arange(64, dtype=np.uint8).reshape(8, 8)
    raw = RawFrame("left", "1", 1, mosaic, "BayerRG8", 1, 1, 100.0, 0.0, simulated=True, lighting="all")
    taken = Capture("P1", (raw,), (), 0, 1)
    album = Album(tmp_path)
    album.keep("P1", shots_of(taken, raw=True))
    (seen,) = shots_of(taken, raw=False)
    np.testing.assert_array_equal(read_picture(album.frames / "P1-left.png", frames), seen.pixels)
