from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from scuff.core.picture import read_picture, read_values
from scuff.inspection import outputs
from scuff.inspection.encoding import JPEG_LONGEST_PX
from scuff.inspection.outputs import remove_picture, write_picture
from scuff.inspection.pipeline import Inspector
from scuff.inspection.result import Result

WritePicture = Callable[..., Path]
Pixels = NDArray[np.uint8]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_three_files_for_a_picture_with_defects(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, out: Path
) -> None:
    result = write_picture(out, inspector.inspect(write_picture_file("plate.png", plate)))
    assert names(out) == ["plate.json", "plate.mask.png", "plate.overlay.jpg"]
    assert Result.model_validate_json((out / "plate.json").read_bytes()) == result
    assert (result.overlay, result.mask) == ("plate.overlay.jpg", "plate.mask.png")


def test_pictures_are_on_the_disk_before_the_record_vouches_for_them(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, out: Path, disk: list[str]
) -> None:
    write_picture(out, inspector.inspect(write_picture_file("plate.png", plate)))
    *pictures, record = disk
    assert record == "now out/plate.json"  # and nobody waits for it: an empty one is inspected again
    named = ["now out/plate.overlay.jpg", "on disk out", "now out/plate.mask.png", "on disk out"]
    assert [line for line in pictures if not line.endswith(".part")] == named
    assert sum(line.endswith(".part") for line in pictures) == 2


def test_picture_without_defects_gets_its_record_alone_unless_all_are_wanted(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, out: Path
) -> None:
    inspected = inspector.inspect(write_picture_file("sound.png", plate[:5]))
    result = write_picture(out, inspected)
    assert (names(out), result.overlay, result.mask) == (["sound.json"], None, None)
    result = write_picture(out, inspected, "all")
    assert names(out) == ["sound.json", "sound.mask.png", "sound.overlay.jpg"]
    np.testing.assert_allclose(read_picture(out / "sound.overlay.jpg"), plate[:5], atol=2)
    assert not read_values(out / "sound.mask.png").any()
    write_picture(out, inspected)
    assert names(out) == ["sound.json"]


def test_mask_holds_class_values_and_colours(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, out: Path
) -> None:
    write_picture(out, inspector.inspect(write_picture_file("plate.png", plate)))
    with Image.open(out / "plate.mask.png") as mask:
        assert mask.mode == "P"
        values = np.asarray(mask)
        assert mask.convert("RGB").getpixel((5, 10)) == (255, 0, 0)
    assert np.bincount(values.ravel()).tolist() == [40 * 60 - 29, 20, 9]


def test_overlay_shows_the_defects(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, out: Path
) -> None:
    write_picture(out, inspector.inspect(write_picture_file("plate.png", plate)))
    shown = read_picture(out / "plate.overlay.jpg").astype(int)
    assert shown.shape == plate.shape
    red_above, metal = shown[8, 15], shown[36, 10]
    assert red_above[0] - red_above[2] > 100
    assert np.ptp(metal) < 20


def test_pictures_of_an_earlier_run_do_not_stay_beside_an_error(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, out: Path
) -> None:
    path = write_picture_file("plate.png", plate)
    write_picture(out, inspector.inspect(path))
    path.write_bytes(b"")
    result = write_picture(out, inspector.inspect(path), "all")
    assert names(out) == ["plate.json"]
    assert (result.overlay, result.mask) == (None, None)


def test_an_older_record_never_vouches_for_newer_pictures(
    inspector: Inspector,
    write_picture_file: WritePicture,
    plate: Pixels,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inspected = inspector.inspect(write_picture_file("plate.png", plate))
    write_picture(out, inspected)

    def full_disk(*_: object) -> bytes:
        raise OSError("no space left")

    monkeypatch.setattr(outputs, "mask_png", full_disk)
    with pytest.raises(OSError, match="no space left"):
        write_picture(out, inspected)
    assert "plate.json" not in names(out)
    assert not [name for name in names(out) if name.endswith(".part")]


def test_frame_too_long_for_jpeg_gets_a_shrunk_overlay(
    inspector: Inspector, write_picture_file: WritePicture, out: Path
) -> None:
    pixels = np.full((2, JPEG_LONGEST_PX + 100, 3), 128, np.uint8)
    pixels[:, 500:520] = 255
    write_picture(out, inspector.inspect(write_picture_file("line.png", pixels)))
    with Image.open(out / "line.overlay.jpg") as overlay, Image.open(out / "line.mask.png") as mask:
        assert overlay.size == (JPEG_LONGEST_PX, 2)
        assert mask.size == (JPEG_LONGEST_PX + 100, 2)


def test_removing_a_picture_removes_its_files_alone(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, out: Path
) -> None:
    write_picture(out, inspector.inspect(write_picture_file("plate.png", plate)))
    (out / "plate.txt").touch()
    remove_picture(out, "plate")
    assert names(out) == ["plate.txt"]
