"""Cameras of a GenTL producer: the simulator that comes with the GenICam package.

It has neither exposure nor gain, and that of version 1.6 no trigger either; that of 1.4 has one.
"""

from pathlib import Path

import pytest
from tests.station.camera_contract import Bench, CameraContract, with_

from scuff.core.station_recipe import CameraSettings
from scuff.station.acquisition_error import CameraBusyError, CameraUnreachableError, SettingRejectedError
from scuff.station.camera import Applied, Camera
from scuff.station.drivers.genicam import GenicamCamera

genicam = pytest.importorskip("genicam", reason="GenICam is not installed: pip install 'scuff[genicam]'")
pytest.importorskip("harvesters", reason="Harvesters is not installed: pip install 'scuff[genicam]'")

PRODUCERS = sorted(Path(genicam.__file__).parent.glob("*.cti"))
TRIGGERS = {"viky": "free", "TLSimu": "software"}
SETTINGS = CameraSettings(name="top", driver="genicam", pixel_format="Mono8", width_px=400, height_px=400)


@pytest.fixture
def settings() -> CameraSettings:
    if not PRODUCERS:
        pytest.skip("this version of the GenICam package brings no simulator")
    return with_(SETTINGS, interface=str(PRODUCERS[0]), trigger=TRIGGERS[PRODUCERS[0].stem])


class TestContract(CameraContract):
    @pytest.fixture
    def bench(self, settings: CameraSettings) -> Bench:
        return Bench(
            make=GenicamCamera,
            settings=settings,
            absent=with_(settings, device="NOBODY"),
            impossible={
                "pixel_format": with_(settings, pixel_format="Coord3D_C16"),
                "width_px": with_(settings, width_px=1_000_000),
                "exposure_us": with_(settings, exposure_us=10.0),
                "gain_db": with_(settings, gain_db=1.0),
                "strobe_line": with_(settings, strobe_line="Line1"),
                "trigger": with_(settings, trigger="hardware", trigger_line="Line0"),
                "features.Moon": with_(settings, features={"Moon": "full"}),
            },
            region=with_(settings, width_px=200, height_px=120),
            exposes=False,
        )

    def test_what_is_applied_is_near_what_was_asked(self, bench: Bench, applied: Applied) -> None:
        """A device without exposure and gain says 0, as long as the recipe names neither."""
        assert (applied.exposure_us, applied.gain_db) == (0, 0)
        assert (applied.width_px, applied.height_px) == (400, 400)

    def test_settings_change_while_it_is_armed(self, bench: Bench, camera: Camera, applied: Applied) -> None:
        first = self.take(bench, camera)
        camera.configure(with_(bench.settings, timeout_s=3.0))
        assert self.take(bench, camera).frame_id == first.frame_id + 1


def test_one_camera_has_a_device_at_a_time(settings: CameraSettings) -> None:
    first, second = GenicamCamera(settings), GenicamCamera(settings)
    first.open()
    with pytest.raises(CameraBusyError, match="top: is controlled by another"):
        second.open()
    first.close()
    second.open()
    second.close()


def test_a_device_without_triggers_is_told(settings: CameraSettings) -> None:
    if settings.trigger != "free":
        pytest.skip("this simulator has triggers")
    camera = GenicamCamera(settings)
    camera.open()
    with pytest.raises(SettingRejectedError, match=r'trigger software is rejected: .* it can be "free"'):
        camera.configure(with_(settings, trigger="software"))
    camera.close()


def test_a_producer_that_is_not_there() -> None:
    with pytest.raises(CameraUnreachableError, match=r"'missing\.cti' is no file; set it to the \.cti file"):
        GenicamCamera(with_(SETTINGS, interface="missing.cti")).open()


def test_a_file_that_is_no_producer(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.cti"
    wrong.write_bytes(b"no library")
    with pytest.raises(CameraUnreachableError, match=r"wrong\.cti knows no device .* it knows none"):
        GenicamCamera(with_(SETTINGS, interface=str(wrong))).open()
