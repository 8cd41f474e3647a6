"""The simulated camera: the contract of all drivers, and what is its own."""

from functools import partial

import numpy as np
import pytest
from tests.station.camera_contract import Bench, CameraContract, with_

from scuff.core.errors import StationError
from scuff.core.station_recipe import CameraSettings
from scuff.station.acquisition_error import (
    AcquisitionError,
    CameraBusyError,
    CameraLostError,
    CameraUnreachableError,
    IncompleteFrameError,
    SettingRejectedError,
    StaleFrameError,
    TriggerTimeoutError,
)
from scuff.station.drivers.simulated import SimulatedCamera
from scuff.station.simulated_world import World

SETTINGS = CameraSettings(name="top", device="left", exposure_us=50_000.0)


class TestContract(CameraContract):
    @pytest.fixture
    def bench(self, world: World) -> Bench:
        inject = partial(partial, world.inject)
        return Bench(
            make=lambda settings: SimulatedCamera(settings, world),
            settings=SETTINGS,
            impossible={
                "exposure_us": with_(SETTINGS, exposure_us=5.0),
                "gain_db": with_(SETTINGS, gain_db=40.0),
                "pixel_format": with_(SETTINGS, pixel_format="Mono8"),
                "left_px": with_(SETTINGS, left_px=3),
                "width_px": with_(SETTINGS, left_px=40, width_px=90),
                "height_px": with_(SETTINGS, height_px=63),
                "top_px": with_(SETTINGS, top_px=64),
                "features": with_(SETTINGS, features={"BlackLevel": "3"}),
            },
            region=with_(SETTINGS, left_px=8, top_px=4, width_px=32, height_px=16),
            faults={
                TriggerTimeoutError: inject("trigger-timeout", "top"),
                IncompleteFrameError: inject("incomplete", "top"),
                StaleFrameError: inject("stale", "top"),
                SettingRejectedError: inject("setting-rejected", "top"),
                CameraBusyError: inject("busy", "top"),
                CameraUnreachableError: inject("unreachable", "top"),
                CameraLostError: inject("lost", "top"),
            },
        )


class TestTwelveBits(CameraContract):
    @pytest.fixture
    def bench(self, world: World) -> Bench:
        settings = with_(SETTINGS, pixel_format="BayerRG12")
        return Bench(
            make=lambda wanted: SimulatedCamera(wanted, world),
            settings=settings,
            faults={CameraLostError: partial(world.faults.unplug, "top")},
            restore=partial(world.faults.plug, "top"),
        )


def ready(world: World, **changes: object) -> SimulatedCamera:
    camera = SimulatedCamera(with_(SETTINGS, **changes), world)
    camera.open()
    camera.configure(with_(SETTINGS, **changes))
    camera.arm()
    return camera


def shot(camera: SimulatedCamera) -> np.ndarray:
    camera.trigger()
    return camera.grab(1).pixels


def test_a_part_photographed_twice_has_other_noise_and_a_run_like_the_first_has_the_same(
    world: World, world_again: World
) -> None:
    camera, again = ready(world), ready(world_again)
    first, second = shot(camera), shot(camera)
    assert (first != second).any()
    assert np.abs(first.astype(float) - second).mean() < 5
    np.testing.assert_array_equal(shot(again), first)
    np.testing.assert_array_equal(shot(again), second)


def test_a_region_is_a_piece_of_the_whole_frame(world: World) -> None:
    whole = shot(ready(world)).astype(float)
    piece = shot(ready(world, left_px=32, top_px=16, width_px=48, height_px=32)).astype(float)
    assert np.abs(piece - whole[16:48, 32:80]).mean() < np.abs(piece - whole[:32, :48]).mean()


def test_the_light_of_the_trigger_counts(world: World) -> None:
    camera = ready(world)
    camera.trigger()
    world.switch({"A": 0.0, "B": 0.0})
    lit = camera.grab(1).pixels
    assert shot(camera).mean() < lit.mean() / 2


def test_the_part_of_the_trigger_counts(world: World) -> None:
    camera = ready(world, pixel_format="BayerRG12")
    world.place("P0002")
    camera.trigger()
    world.place("P0001")
    second, first, third = camera.grab(1).pixels.astype(float), shot(camera).astype(float), shot(camera).astype(float)
    assert np.abs(second - first).mean() > 2 * np.abs(third - first).mean()


def test_twelve_bits_are_sixteen_times_as_fine(world: World) -> None:
    coarse, fine = shot(ready(world)), shot(ready(world, pixel_format="BayerRG12"))
    assert fine.max() > 255
    assert fine.mean() == pytest.approx(coarse.mean() * 4095 / 255, rel=0.02)


def test_a_hardware_trigger_comes_when_it_is_waited_for(world: World) -> None:
    assert ready(world, trigger="hardware").grab(1).frame_id == 1


def test_a_camera_that_is_not_armed_says_so(world: World) -> None:
    camera = SimulatedCamera(SETTINGS, world)
    camera.open()
    with pytest.raises(AcquisitionError, match="not armed"):
        camera.trigger()


def test_frames_beyond_its_buffers_are_gone_but_counted(world: World) -> None:
    camera = ready(world, buffers=2)
    for _ in range(3):
        camera.trigger()
    assert [camera.grab(1).frame_id, camera.grab(1).frame_id] == [1, 2]
    camera.trigger()
    assert camera.grab(1).frame_id == 4


def test_a_busy_and_an_unreachable_camera_cannot_be_opened(world: World) -> None:
    camera = SimulatedCamera(SETTINGS, world)
    world.inject("busy", "top")
    with pytest.raises(CameraBusyError, match="another program"):
        camera.open()
    world.inject("unreachable", "top", 2)
    for _ in range(2):
        with pytest.raises(CameraUnreachableError, match="cable"):
            camera.open()
    camera.open()
    assert camera.health().is_well


def test_a_camera_that_the_booth_has_not_is_named(world: World) -> None:
    with pytest.raises(StationError, match=r"'top': the simulated booth has no camera 'top'; set its device to left"):
        SimulatedCamera(CameraSettings(name="top"), world)
