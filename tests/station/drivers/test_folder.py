"""The camera that replays a folder: the contract of all drivers, and what is its own."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.station.camera_contract import Bench, CameraContract, with_

from scuff.core.picture import write_png
from scuff.core.station_recipe import CameraSettings
from scuff.station.acquisition_error import (
    AcquisitionError,
    CameraLostError,
    CameraUnreachableError,
    IncompleteFrameError,
    SettingRejectedError,
)
from scuff.station.drivers.folder import FolderCamera


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three mosaics of one value each: 10, 20, 30."""
    folder = tmp_path / "pictures"
    for number in (1, 2, 3):
        write_png(folder / f"P{number}.png", np.full((4, 6), 10 * number, np.uint8))
    (folder / "notes.txt").write_text("no picture")
    return folder


class TestContract(CameraContract):
    @pytest.fixture
    def bench(self, pictures: Path) -> Bench:
        settings = CameraSettings(name="left", driver="folder", device=str(pictures))

        def damage() -> None:
            for path in pictures.glob("*.png"):
                path.write_bytes(path.read_bytes()[:60])

        def restore() -> None:
            write_png(pictures / "P1.png", np.full((4, 6), 10, np.uint8))

        return Bench(
            make=FolderCamera,
            settings=settings,
            absent=with_(settings, device=str(pictures / "none")),
            impossible={
                "pixel_format = RGB8": with_(settings, pixel_format="RGB8"),
                "pixel_format = BayerRG12": with_(settings, pixel_format="BayerRG12"),
                "YUV422": with_(settings, pixel_format="YUV422"),
                "width_px": with_(settings, width_px=2),
                "features": with_(settings, features={"Gamma": "1"}),
            },
            exposes=False,
            faults={IncompleteFrameError: damage},
            restore=restore,
        )


def ready(folder: Path | str, **changes: object) -> FolderCamera:
    settings = with_(CameraSettings(name="left", device=str(folder)), **changes)
    camera = FolderCamera(settings)
    camera.open()
    camera.configure(settings)
    camera.arm()
    return camera


def values(camera: FolderCamera, count: int) -> list[int]:
    shown = []
    for _ in range(count):
        camera.trigger()
        shown.append(int(camera.grab(1).pixels[0, 0]))
    return shown


def test_pictures_come_by_name_and_begin_anew_after_the_last(pictures: Path) -> None:
    assert values(ready(pictures), 5) == [10, 20, 30, 10, 20]


def test_a_pattern_chooses_pictures(pictures: Path) -> None:
    assert values(ready(pictures / "*[13].png"), 3) == [10, 30, 10]


def test_arming_goes_on_where_it_was(pictures: Path) -> None:
    camera = ready(pictures)
    first = values(camera, 1)
    camera.arm()
    assert first + values(camera, 1) == [10, 20]


def test_opening_again_goes_on_where_it_was(pictures: Path) -> None:
    """Else, after it was lost, part 3 would be seen by this camera as part 1, and by the others as part 3."""
    camera = ready(pictures)
    assert values(camera, 2) == [10, 20]
    camera.open()
    camera.configure(CameraSettings(name="left", device=str(pictures)))
    camera.arm()
    assert values(camera, 1) == [30]


def test_colours_and_sixteen_bits_are_replayed(tmp_path: Path) -> None:
    write_png(tmp_path / "a" / "rgb.png", np.full((4, 6, 3), (1, 2, 3), np.uint8))
    camera = ready(tmp_path / "a", pixel_format="RGB8", trigger="hardware")
    np.testing.assert_array_equal(camera.grab(1).pixels[0, 0], [1, 2, 3])
    (tmp_path / "b").mkdir()
    Image.fromarray(np.full((4, 6), 4000, np.uint16)).save(tmp_path / "b" / "deep.tif")
    assert values(ready(tmp_path / "b", pixel_format="BayerRG12"), 1) == [4000]


def test_what_is_no_folder_of_pictures_is_said(tmp_path: Path) -> None:
    for device, reason in {"": "has no folder", str(tmp_path): "no picture is there", "none": "no such folder"}.items():
        with pytest.raises(CameraUnreachableError, match=reason):
            FolderCamera(CameraSettings(name="left", device=device)).open()


def test_a_format_that_does_not_fit_names_those_that_do(pictures: Path) -> None:
    camera = ready(pictures)
    with pytest.raises(SettingRejectedError, match=r"BayerRG8 or Mono8, for .*P1\.png is 6×4 grey of 8 bits"):
        camera.configure(CameraSettings(name="left", pixel_format="RGB8"))


def test_a_picture_of_another_size_is_an_error_with_its_name(pictures: Path) -> None:
    camera = ready(pictures)
    write_png(pictures / "P1.png", np.zeros((4, 8), np.uint8))
    camera.trigger()
    with pytest.raises(AcquisitionError, match=r"frame 1: .*P1\.png: is 8×4 grey of 8 bits, where the first .* 6×4"):
        camera.grab(1)
    assert camera.health().failures == 1


def test_a_folder_that_goes_is_a_camera_that_is_lost(pictures: Path) -> None:
    camera = ready(pictures)
    shutil.rmtree(pictures)
    assert camera.health().message == f"{pictures} is gone"
    camera.trigger()
    with pytest.raises(CameraLostError, match="not there any more"):
        camera.grab(1)


def test_a_camera_that_is_not_armed_says_so(pictures: Path) -> None:
    camera = FolderCamera(CameraSettings(name="left", device=str(pictures)))
    camera.open()
    with pytest.raises(AcquisitionError, match="not armed"):
        camera.trigger()
