"""GigE Vision through libaravis, with a real camera process on the loopback port."""

import signal
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from tests.station.camera_contract import Bench, CameraContract, with_
from tests.station.gige_booths import Booth, loopback, skip_without_aravis

from scuff.core.errors import StationError
from scuff.core.station_recipe import CameraSettings, Lighting, Simulation
from scuff.station.acquisition_error import (
    CameraBusyError,
    CameraLostError,
    CameraUnreachableError,
    IncompleteFrameError,
    SettingRejectedError,
    StaleFrameError,
    TriggerTimeoutError,
)
from scuff.station.drivers.aravis import AravisCamera, discover
from scuff.station.drivers.aravis_stream import AravisStream
from scuff.station.drivers.no_light import NoLight
from scuff.station.mount import Mount
from scuff.station.rig import Rig

SERIAL = "BOOTH01"
SETTINGS = CameraSettings(name="top", driver="aravis", device="127.0.0.1", exposure_us=50_000.0, timeout_s=5.0)
LOST_S = 3.0
"""A camera that is gone must be known to be so within this time."""


@pytest.fixture(scope="module")
def served(simulation: Simulation) -> Iterator[Booth]:
    """A camera of 192×128 pixels, made of pictures of 96×64."""
    skip_without_aravis()
    with loopback() as address:
        booth = Booth(address, SERIAL, simulation, "--size", "192x128", "--render-size", "96x64")
        booth.start()
        yield booth
        booth.kill()


@pytest.fixture
def booth(served: Booth) -> Booth:
    """The same camera, as it was."""
    served.ensure()
    return served


@pytest.fixture
def camera(booth: Booth) -> Iterator[AravisCamera]:
    """A camera that waits for triggers."""
    camera = AravisCamera(SETTINGS)
    camera.open()
    camera.configure(SETTINGS)
    camera.arm()
    yield camera
    camera.close()


class TestContract(CameraContract):
    @pytest.fixture
    def bench(self, booth: Booth) -> Bench:
        return Bench(
            make=AravisCamera,
            settings=SETTINGS,
            absent=with_(SETTINGS, device="127.0.0.99"),
            impossible={
                "exposure_us": with_(SETTINGS, exposure_us=5.0),
                "gain_db": with_(SETTINGS, gain_db=40.0),
                "pixel_format": with_(SETTINGS, pixel_format="Mono8"),
                "left_px": with_(SETTINGS, left_px=3),
                "left_px 40": with_(SETTINGS, left_px=40, width_px=190),
                "width_px": with_(SETTINGS, width_px=400),
                "height_px": with_(SETTINGS, height_px=63),
                "top_px": with_(SETTINGS, top_px=113),
                "trigger_line": with_(SETTINGS, trigger="hardware", trigger_line="Line7"),
                "strobe_line": with_(SETTINGS, strobe_line="Line7"),
                "features.BlackLevel": with_(SETTINGS, features={"BlackLevel": "3"}),
                "features.LineSource": with_(SETTINGS, features={"LineSource": "Moon"}),
                "features.Gain": with_(SETTINGS, features={"Gain": "100"}),
            },
            region=with_(SETTINGS, left_px=8, top_px=4, width_px=32, height_px=16),
            faults={CameraLostError: booth.kill},
            restore=booth.ensure,
        )


def within(limit_s: float, work: Callable[[], object]) -> object:
    began = time.monotonic()
    done = work()
    assert time.monotonic() - began < limit_s
    return done


def test_a_camera_is_found_at_one_port(booth: Booth) -> None:
    (found,) = discover("lo")
    assert (found.address, found.serial, found.vendor, found.model) == ("127.0.0.1", SERIAL, "scuff", "Booth")
    with pytest.raises(StationError, match=r"'eth99' is no network port .* lo \(127.0.0.1\)"):
        discover("eth99")


def test_gain_doubles_with_6_db(camera: AravisCamera) -> None:
    camera.trigger()
    plain = camera.grab(5).pixels
    applied = camera.configure(with_(SETTINGS, gain_db=6.0206))
    camera.trigger()
    doubled = camera.grab(5).pixels
    assert applied.gain_db == 6.02  # the booth's steps are 0.01 dB
    assert np.median(doubled) == pytest.approx(2 * np.median(plain), rel=0.1)


def test_a_region_is_a_cut_of_the_whole(camera: AravisCamera) -> None:
    camera.trigger()
    whole = camera.grab(5).pixels
    camera.configure(with_(SETTINGS, left_px=64, top_px=32, width_px=64, height_px=48))
    camera.trigger()
    cut = camera.grab(5).pixels
    expected = whole[32:80, 64:128].astype(float)
    # Two exposures of the same part differ by noise; another place would differ by more.
    assert np.abs(cut - expected).mean() < np.abs(cut - whole[:48, :64].astype(float)).mean()


def test_a_signal_at_the_line_starts_an_exposure(booth: Booth, camera: AravisCamera) -> None:
    camera.configure(with_(SETTINGS, trigger="hardware", trigger_line="Line0", strobe_line="Line1"))
    with pytest.raises(TriggerTimeoutError):
        camera.grab(0.2)
    booth.send(signal.SIGUSR1)
    assert camera.grab(5).frame_id == 1
    with pytest.raises(SettingRejectedError, match="is triggered at Line0"):
        camera.trigger()


def test_a_signal_of_an_earlier_part_is_not_the_present_one(booth: Booth) -> None:
    """A light barrier that was touched while nothing was announced: its picture waits in the driver."""
    settings = with_(SETTINGS, trigger="hardware")
    camera = AravisCamera(settings)
    rig = Rig([Mount(camera, settings, 0.0)], NoLight(()), (Lighting(name="all"),), 0.0)
    with rig:
        booth.send(signal.SIGUSR1)
        while booth_frames(camera) < 1:
            pass
        (error,) = rig.capture("P1").errors
        assert "before its trigger could be given: it belongs to another trigger" in str(error)


def test_a_camera_that_runs_by_itself_gives_the_next_whole_frame(camera: AravisCamera) -> None:
    camera.configure(with_(SETTINGS, trigger="free"))
    camera.trigger()
    before_ns = time.time_ns()
    frames = [camera.grab(5)]
    camera.trigger()
    frames.append(camera.grab(5))
    assert [frame.frame_id for frame in frames] == [1, 2]
    assert frames[0].host_time_ns > before_ns


def test_a_frame_that_comes_late_is_stale(booth: Booth, camera: AravisCamera) -> None:
    camera.trigger()
    with pytest.raises(TriggerTimeoutError):
        camera.grab(0)
    with pytest.raises(StaleFrameError) as caught:
        camera.grab(5)
    assert caught.value.frame == "1"
    camera.trigger()
    assert camera.grab(5).frame_id == 2


def test_frames_for_which_no_buffer_is_free_are_told(camera: AravisCamera) -> None:
    camera.configure(with_(SETTINGS, buffers=2))
    for number in range(1, 4):
        camera.trigger()
        while booth_frames(camera) < number:
            pass
    assert [camera.grab(5).frame_id, camera.grab(5).frame_id] == [1, 2]
    with pytest.raises(IncompleteFrameError, match="set buffers higher"):
        camera.grab(0.2)


def booth_frames(camera: AravisCamera) -> int:
    """Frames that came, or for which there was no room."""
    reception = camera._reception
    assert reception is not None
    assert isinstance(reception.stream, AravisStream)
    return reception.stream.count("n_completed_buffers") + (reception.stream.count("n_underruns") > 0)


def test_lost_packets_are_told(simulation: Simulation, booth: Booth) -> None:
    booth.kill()
    booth.start("--lose", "0.5")
    camera = AravisCamera(SETTINGS)
    camera.open()
    camera.configure(with_(SETTINGS, packet_bytes=1500))
    camera.arm()
    camera.trigger()
    with pytest.raises(IncompleteFrameError, match="bytes are missing") as caught:
        camera.grab(5)
    assert 0 < caught.value.missing_bytes <= 192 * 128
    camera.close()
    booth.kill()


def test_one_controls_it_at_a_time(booth: Booth, camera: AravisCamera) -> None:
    other = AravisCamera(SETTINGS)
    with pytest.raises(CameraBusyError, match="another program or PC controls the camera at 127"):
        within(1, other.open)
    camera.trigger()
    assert camera.grab(5).frame_id == 1
    camera.close()
    other.open()
    assert other.health().is_well
    other.close()


@pytest.mark.parametrize("asked", ["health", "trigger", "grab"])
def test_a_camera_that_is_killed_is_lost_soon(booth: Booth, camera: AravisCamera, asked: str) -> None:
    camera.trigger()
    camera.grab(5)
    killed = time.monotonic()
    booth.kill()
    if asked == "health":
        assert not camera.health().is_well
    elif asked == "trigger":
        with pytest.raises(CameraLostError, match="no answer any more; check power and cable"):
            camera.trigger()
    else:
        with pytest.raises(CameraLostError, match="no answer any more; check power and cable"):
            camera.grab(10)
    assert time.monotonic() - killed < LOST_S
    within(0.5, camera.close)
    with pytest.raises(CameraUnreachableError, match="no answer; check power and cable of 127"):
        within(1, camera.open)


@pytest.mark.parametrize("exposure_us", [50_000.0, 30_000.0], ids=["trigger", "configure"])
def test_a_camera_that_falls_silent_is_lost_soon(booth: Booth, exposure_us: float) -> None:
    """Where the cable is pulled nobody refuses packets, as the system does for a process that was killed."""
    rig = Rig([Mount(AravisCamera(SETTINGS), SETTINGS, 1.0)], NoLight(()), (Lighting(name="all"),))
    with rig:
        assert rig.capture("P1").is_complete
        rig.adjust("top", "all", exposure_us, 0.0)
        booth.freeze()
        try:
            capture = within(LOST_S, lambda: rig.capture("P2"))
        finally:
            booth.send(signal.SIGCONT)
        assert [error.code for error in capture.errors] == ["lost"]  # type: ignore[attr-defined]
    booth.kill()  # it thinks that somebody still controls it


def test_a_camera_that_was_restarted_is_lost(booth: Booth, camera: AravisCamera) -> None:
    booth.kill()
    booth.start()
    assert "restarted" in camera.health().message
    with pytest.raises(CameraLostError, match="was restarted"):
        camera.trigger()


def test_a_rig_opens_a_killed_camera_again(booth: Booth) -> None:
    rig = Rig([Mount(AravisCamera(SETTINGS), SETTINGS, 1.0)], NoLight(()), (Lighting(name="all"),))
    with rig:
        assert rig.capture("P1").is_complete
        booth.kill()
        capture = within(LOST_S, lambda: rig.capture("P2"))
        assert [error.code for error in capture.errors] == ["lost"]  # type: ignore[attr-defined]
        booth.start()
        end = time.monotonic() + 20
        while not rig.health()["top"].is_well:
            assert time.monotonic() < end
        assert [frame.frame_id for frame in rig.capture("P3").frames] == [1]


def test_a_recipe_must_name_the_camera() -> None:
    with pytest.raises(CameraUnreachableError, match="device is empty; set it to the IP address"):
        AravisCamera(with_(SETTINGS, device="")).open()


def test_an_address_that_cannot_be_is_no_serial_number() -> None:
    with pytest.raises(CameraUnreachableError, match=r"device '192\.168\.10\.300' is no IP address"):
        AravisCamera(with_(SETTINGS, device="192.168.10.300")).open()


def test_a_usb_camera_that_is_not_there_is_unreachable() -> None:
    skip_without_aravis()
    with pytest.raises(CameraUnreachableError, match="no USB3 Vision camera has the serial number K123"):
        AravisCamera(with_(SETTINGS, device="K123")).open()


def test_what_is_not_open_is_not_used(booth: Booth) -> None:
    camera = AravisCamera(SETTINGS)
    with pytest.raises(CameraUnreachableError, match="is not open"):
        camera.configure(SETTINGS)
    camera.open()
    with pytest.raises(SettingRejectedError, match="configure it first"):
        camera.arm()
    camera.configure(SETTINGS)
    with pytest.raises(SettingRejectedError, match="arm it first"):
        camera.trigger()
    camera.close()
