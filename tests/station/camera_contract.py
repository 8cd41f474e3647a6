"""What every driver of cameras must do; the tests of each run this suite with a rig of their own."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from scuff.core.station_recipe import CameraSettings
from scuff.station.acquisition_error import (
    CameraLostError,
    CameraUnreachableError,
    IncompleteFrameError,
    SettingRejectedError,
    TriggerTimeoutError,
)
from scuff.station.camera import Applied, Camera
from scuff.station.raw_frame import RawFrame

DTYPES = {"8": np.uint8, "0": np.uint16, "2": np.uint16, "6": np.uint16}
"""Of a frame, by the last digit of its pixel format."""

SHORT_S = 0.2
"""How long to wait for a frame that never comes."""


@dataclass
class Bench:
    """A camera of a driver, and what can be done to it.

    Attributes:
        make: Makes a camera of settings; is called again for a second one at the same device.
        settings: With which it works, with frames that can be made brighter by twice the exposure.
        simulated: What its frames say.
        absent: Settings of a camera that is not there; None where that cannot be.
        impossible: Settings that it rejects, by the key that the message must name.
        region: Settings with a smaller region; None where it has none.
        exposes: Whether frames follow the exposure.
        faults: What makes a fault happen at the next trigger or grab, by the error that must come of it.
        restore: Undoes what a fault did, so that the camera can be opened again.
        timeout_s: Within which a frame comes.
    """

    make: Callable[[CameraSettings], Camera]
    settings: CameraSettings
    simulated: bool = True
    absent: CameraSettings | None = None
    impossible: Mapping[str, CameraSettings] = field(default_factory=dict)
    region: CameraSettings | None = None
    exposes: bool = True
    faults: Mapping[type[Exception], Callable[[], None]] = field(default_factory=dict)
    restore: Callable[[], None] = lambda: None
    timeout_s: float = 5.0


def with_(settings: CameraSettings, **changes: Any) -> CameraSettings:
    """Settings with other values."""
    return settings.model_copy(update=changes)


class CameraContract:
    """The suite: a class of tests inherits it, and gives it a ``bench``."""

    @pytest.fixture
    def bench(self) -> Bench:
        raise NotImplementedError

    @pytest.fixture
    def camera(self, bench: Bench) -> Any:
        camera = bench.make(bench.settings)
        camera.open()
        yield camera
        camera.close()

    @pytest.fixture
    def applied(self, bench: Bench, camera: Camera) -> Applied:
        """Of a camera that is ready for triggers."""
        applied = camera.configure(bench.settings)
        camera.arm()
        return applied

    def take(self, bench: Bench, camera: Camera) -> RawFrame:
        camera.trigger()
        return camera.grab(bench.timeout_s)

    def test_a_frame_is_what_was_applied(self, bench: Bench, camera: Camera, applied: Applied) -> None:
        before_ns = time.time_ns()
        frame = self.take(bench, camera)
        assert before_ns <= frame.host_time_ns <= time.time_ns()
        assert (frame.camera, frame.serial, frame.simulated) == (bench.settings.name, applied.serial, bench.simulated)
        assert frame.serial
        assert applied.model
        assert frame.pixels.shape[:2] == (applied.height_px, applied.width_px)
        assert frame.pixel_format == applied.pixel_format == bench.settings.pixel_format
        assert frame.pixels.dtype == DTYPES[frame.pixel_format[-1]]
        assert (frame.exposure_us, frame.gain_db) == (applied.exposure_us, applied.gain_db)
        assert frame.lighting == ""

    def test_what_is_applied_is_near_what_was_asked(self, bench: Bench, applied: Applied) -> None:
        assert applied.exposure_us == pytest.approx(bench.settings.exposure_us, rel=0.01)
        assert applied.gain_db == pytest.approx(bench.settings.gain_db, abs=0.1)
        assert (applied.left_px, applied.top_px) == (bench.settings.left_px, bench.settings.top_px)

    def test_frames_are_counted_and_timed_in_the_order_of_the_triggers(
        self, bench: Bench, camera: Camera, applied: Applied
    ) -> None:
        frames = [self.take(bench, camera) for _ in range(3)]
        first = frames[0].frame_id
        assert first in (0, 1)
        assert [frame.frame_id for frame in frames] == [first, first + 1, first + 2]
        assert frames[0].device_time_ns < frames[1].device_time_ns < frames[2].device_time_ns

    def test_nobody_writes_into_a_frame_that_was_given(self, bench: Bench, camera: Camera, applied: Applied) -> None:
        kept = self.take(bench, camera)
        before = kept.pixels.copy()
        others = [self.take(bench, camera) for _ in range(bench.settings.buffers + 1)]
        assert not any(np.shares_memory(kept.pixels, other.pixels) for other in others)
        np.testing.assert_array_equal(kept.pixels, before)

    def test_without_a_trigger_there_is_no_frame(self, bench: Bench, camera: Camera, applied: Applied) -> None:
        with pytest.raises(TriggerTimeoutError, match=bench.settings.name) as caught:
            camera.grab(SHORT_S)
        assert caught.value.camera == bench.settings.name
        assert self.take(bench, camera).pixels.any()

    def test_arming_again_drops_frames_and_counts_anew(self, bench: Bench, camera: Camera, applied: Applied) -> None:
        first = self.take(bench, camera).frame_id
        camera.trigger()
        camera.arm()
        with pytest.raises(TriggerTimeoutError):
            camera.grab(SHORT_S)
        camera.arm()
        assert self.take(bench, camera).frame_id == first

    def test_settings_change_while_it_is_armed(self, bench: Bench, camera: Camera, applied: Applied) -> None:
        dark = self.take(bench, camera)
        longer = camera.configure(with_(bench.settings, exposure_us=2 * bench.settings.exposure_us))
        bright = self.take(bench, camera)
        assert bright.exposure_us == longer.exposure_us
        assert bright.frame_id == dark.frame_id + 1
        if bench.exposes:
            assert longer.exposure_us == pytest.approx(2 * applied.exposure_us, rel=0.01)
            assert bright.pixels.mean() > 1.5 * dark.pixels.mean()

    def test_a_region_is_read_out(self, bench: Bench, camera: Camera, applied: Applied) -> None:
        if bench.region is None:
            assert applied.left_px == applied.top_px == 0
            return
        smaller = camera.configure(bench.region)
        camera.arm()
        frame = self.take(bench, camera)
        assert (smaller.left_px, smaller.top_px) == (bench.region.left_px, bench.region.top_px)
        assert frame.pixels.shape[:2] == (bench.region.height_px, bench.region.width_px)
        assert frame.pixels.shape != (applied.height_px, applied.width_px)

    def test_what_it_does_not_do_is_rejected_by_name(self, bench: Bench, camera: Camera, applied: Applied) -> None:
        for key, settings in bench.impossible.items():
            with pytest.raises(SettingRejectedError, match=key) as caught:
                camera.configure(settings)
            assert caught.value.camera == bench.settings.name
        camera.configure(bench.settings)
        camera.arm()
        assert self.take(bench, camera).pixels.any()

    def test_who_is_not_there_is_unreachable(self, bench: Bench) -> None:
        if bench.absent is None:
            return
        absent = bench.make(bench.absent)
        with pytest.raises(CameraUnreachableError, match=bench.absent.name):
            absent.open()
        assert not absent.health().is_well
        absent.close()

    def test_it_is_closed_and_opened_again(self, bench: Bench, camera: Camera, applied: Applied) -> None:
        self.take(bench, camera)
        camera.close()
        camera.close()
        assert not camera.health().is_well
        assert camera.health().message
        camera.open()
        camera.configure(bench.settings)
        camera.arm()
        assert self.take(bench, camera).frame_id in (0, 1)

    def test_its_health_counts(self, bench: Bench, camera: Camera, applied: Applied) -> None:
        assert camera.health().is_well
        self.take(bench, camera)
        with pytest.raises(TriggerTimeoutError):
            camera.grab(SHORT_S)
        health = camera.health()
        assert (health.is_well, health.frames, health.failures) == (True, 1, 1)

    def test_a_fault_is_told_as_what_it_is(self, bench: Bench) -> None:
        for error, cause in bench.faults.items():
            camera = bench.make(bench.settings)
            camera.open()
            camera.configure(bench.settings)
            camera.arm()
            cause()
            with pytest.raises(error) as caught:
                self.take(bench, camera)
            assert bench.settings.name in str(caught.value)
            if isinstance(caught.value, IncompleteFrameError):
                assert caught.value.missing_bytes > 0
            if isinstance(caught.value, CameraLostError):
                self.check_stays_lost(bench, camera)
            bench.restore()
            camera.close()

    def check_stays_lost(self, bench: Bench, camera: Camera) -> None:
        assert not camera.health().is_well
        with pytest.raises(CameraLostError):
            camera.trigger()
        bench.restore()
        camera.open()
        camera.configure(bench.settings)
        camera.arm()
        assert self.take(bench, camera).pixels.any()
