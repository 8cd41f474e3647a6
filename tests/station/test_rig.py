"""A rig: whole captures, broken ones, and how it recovers."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from scuff.booth.layers import Layers
from scuff.core.errors import StationError
from scuff.core.recipe import Recipe
from scuff.core.station_recipe import CameraSettings, Fault, Lighting, Simulation
from scuff.station.acquisition_error import KINDS, CameraLostError, CameraUnreachableError, LightError
from scuff.station.camera import Applied
from scuff.station.drivers.no_light import NoLight
from scuff.station.drivers.simulated import AT_A_TRIGGER, SimulatedCamera
from scuff.station.mount import Mount
from scuff.station.opening import open_rig
from scuff.station.raw_frame import RawFrame
from scuff.station.rig import Rig
from scuff.station.simulated_world import World

Trigger = Literal["software", "hardware"]

STEPS = (
    Lighting(name="A", intensities={"A": 1.0}, exposure_us={"left": 20_000.0}),
    Lighting(name="B", intensities={"B": 1.0}, gain_db={"right": 6.0}),
)


@pytest.fixture
def rig(simulation: Simulation) -> Iterator[Rig]:
    with open_rig(Recipe(simulation=simulation, lightings=STEPS)) as rig:
        yield rig


def world_of(rig: Rig) -> World:
    assert rig.world is not None
    return rig.world


def wait_until_well(rig: Rig) -> None:
    deadline = time.monotonic() + 20
    while not all(health.is_well for health in rig.health().values()):
        assert time.monotonic() < deadline


def test_each_camera_takes_a_frame_under_each_light(rig: Rig) -> None:
    capture = rig.capture("P0002")
    assert capture.is_complete
    assert capture.part == "P0002"
    assert [(frame.lighting, frame.camera) for frame in capture.frames] == [
        ("A", "left"),
        ("A", "right"),
        ("B", "left"),
        ("B", "right"),
    ]
    assert [(frame.exposure_us, frame.gain_db) for frame in capture.frames] == [
        (20_000.0, 0.0),
        (50_000.0, 0.0),
        (50_000.0, 0.0),
        (50_000.0, 6.0),
    ]
    assert capture.began_ns <= min(frame.host_time_ns for frame in capture.frames)
    assert capture.ended_ns >= max(frame.host_time_ns for frame in capture.frames)
    assert world_of(rig).serial == "P0002"


def test_lights_differ_between_the_steps(rig: Rig) -> None:
    under_a, _, under_b, _ = (frame.pixels.astype(float) for frame in rig.capture("P0001").frames)
    assert np.abs(under_a * 2.5 - under_b).mean() > 5


def test_exposures_are_adjusted_from_the_next_part_on(rig: Rig) -> None:
    rig.adjust("left", "A", 30_000.0, 3.0)
    frames = rig.capture("P0001").frames
    assert [(frame.exposure_us, frame.gain_db) for frame in frames[:2]] == [(30_000.0, 3.0), (50_000.0, 0.0)]
    for camera, lighting in (("top", "A"), ("left", "C")):
        with pytest.raises(StationError, match=r"there is no \w+ '(top|C)' to adjust; there are: "):
            rig.adjust(camera, lighting, 1_000.0, 0.0)


def test_an_exposure_that_a_camera_does_not_take_costs_one_part(rig: Rig) -> None:
    """The controller of drift does not know what a camera can do, and without frames it would never learn."""
    rig.adjust("left", "A", 5.0, 0.0)
    assert [error.code for error in rig.capture("P0001").errors] == ["setting-rejected"]
    assert [frame.exposure_us for frame in rig.capture("P0001").frames[:1]] == [20_000.0]


def test_what_was_applied_is_known(rig: Rig) -> None:
    assert rig.applied["right"] == Applied(
        "SIMULATED-RIGHT", "Simulated booth", "BayerRG8", 96, 64, 0, 0, 50_000.0, 0.0
    )


@pytest.mark.parametrize("fault", [*AT_A_TRIGGER, "light"])
def test_after_a_fault_the_part_is_incomplete_and_the_next_one_whole(rig: Rig, fault: Fault) -> None:
    world_of(rig).inject(fault, "light" if fault == "light" else "right")
    capture = rig.capture("P0001")
    assert not capture.is_complete
    (error,) = capture.errors
    assert isinstance(error, KINDS)
    assert error.code == fault
    assert [frame.lighting for frame in capture.frames] in ([], ["A"])  # of the other camera, which had no fault
    wait_until_well(rig)
    recovered = rig.capture("P0002")
    assert recovered.errors == ()
    assert len(recovered.frames) == 4


def test_a_defect_of_a_driver_costs_one_part(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The frame that it was about to give is not due any more."""
    layers, broken = World.layers, iter([True])

    def fail_once(self: World, camera: str) -> Layers:
        if next(broken, False):
            raise SystemError("recursion depth mismatch")
        return layers(self, camera)

    assert rig.capture("P0001").is_complete
    monkeypatch.setattr(World, "layers", fail_once)
    with pytest.raises(SystemError):
        rig.capture("P0002")
    assert rig.capture("P0003").is_complete


def test_a_second_step_that_fails_keeps_the_frames_of_the_first(simulation: Simulation) -> None:
    steps = (STEPS[0], Lighting(name="dark", exposure_us={"left": 5.0}))
    with open_rig(Recipe(simulation=simulation, lightings=steps)) as rig:
        capture = rig.capture("P0001")
    assert [frame.lighting for frame in capture.frames] == ["A", "A"]
    assert [error.code for error in capture.errors] == ["setting-rejected"]


def test_an_absent_camera_fails_a_capture_at_once_and_comes_back_with_its_settings(rig: Rig) -> None:
    world_of(rig).faults.unplug("left")
    health = rig.health()
    assert not health["left"].is_well
    assert health["right"].is_well
    frames_before = rig.health()["right"].frames
    capture = rig.capture("P0001")
    assert [(type(error), error.camera) for error in capture.errors] in (
        [(CameraLostError, "left")],
        [(CameraUnreachableError, "left")],
    )
    assert capture.frames == ()
    assert rig.health()["right"].frames == frames_before  # nobody triggered it
    world_of(rig).faults.plug("left")
    wait_until_well(rig)
    assert rig.capture("P0001").frames[0].exposure_us == 20_000.0


def test_a_rig_opens_without_a_camera_and_says_which(simulation: Simulation) -> None:
    rig = open_rig(Recipe(simulation=simulation))
    world_of(rig).inject("busy", "right")
    assert [error.code for error in rig.open()] == ["busy"]
    assert [error.code for error in rig.capture("P0001").errors] == ["busy"]
    wait_until_well(rig)
    assert rig.capture("P0001").is_complete
    rig.close()
    rig.close()
    assert {type(error) for error in rig.capture("P0001").errors} == {CameraLostError, LightError}


def test_light_that_is_gone_fails_captures_until_it_is_back(rig: Rig) -> None:
    world_of(rig).faults.unplug("light")
    for _ in range(2):
        assert [type(error) for error in rig.capture("P0001").errors] == [LightError]
    assert not rig.health()["light"].is_well
    world_of(rig).faults.plug("light")
    wait_until_well(rig)
    assert rig.capture("P0001").is_complete


def test_health_does_not_wait_for_a_capture(rig: Rig) -> None:
    rig.capture("P0001")
    before = rig.health()["left"]
    with rig._keepers["left"].in_use:
        assert rig.health()["left"] == before


def test_what_is_wrong_with_the_simulation_is_an_error_of_the_camera(simulation: Simulation, tmp_path: Path) -> None:
    with open_rig(Recipe(simulation=simulation.model_copy(update={"cache": str(tmp_path)}))) as rig:
        assert rig.capture("P0001").is_complete
        (damaged,) = tmp_path.glob("*/P0001-left.npy")
        damaged.write_bytes(b"")
        assert rig.capture("P0002").is_complete
        (error,) = rig.capture("P0001").errors
    assert "left: " in str(error)
    assert "is damaged; delete it" in str(error)


class Replaying(SimulatedCamera):
    """A simulated camera whose frames came at other times or with other numbers."""

    changes: Mapping[str, int] = {}

    def grab(self, timeout_s: float) -> RawFrame:
        frame = super().grab(timeout_s)
        changed: dict[str, Any] = {key: getattr(frame, key) + value for key, value in self.changes.items()}
        return replace(frame, **changed)


def replaying(world: World, trigger: Trigger, **changes: int) -> tuple[Rig, Replaying]:
    """A rig whose left camera is another one than it seems."""
    settings = [CameraSettings(name=name, trigger=trigger) for name in ("left", "right")]
    cameras = [Replaying(each, world) for each in settings]
    cameras[0].changes = changes
    mounts = [Mount(camera, each, window_s=1.0) for camera, each in zip(cameras, settings, strict=True)]
    return Rig(mounts, NoLight(("A", "B")), [Lighting(name="all")], window_s=1.0), cameras[0]


@pytest.mark.parametrize("trigger", ["software", "hardware"])
def test_a_frame_with_another_number_is_an_error_and_arming_mends_it(world: World, trigger: Trigger) -> None:
    rig, left = replaying(world, trigger, frame_id=3)
    with rig:
        (error,) = rig.capture("P0001").errors
        assert str(error).startswith("left, frame 4: has the number 4 where 1 was due")
        left.changes = {}
        assert rig.capture("P0001").is_complete


def test_a_frame_from_before_its_trigger_is_an_error(world: World) -> None:
    rig, _ = replaying(world, "software", host_time_ns=-2_000_000_000)
    with rig:
        assert "before its trigger" in str(rig.capture("P0001").errors[0])


@pytest.mark.parametrize(("late_ns", "errors"), [(0, 0), (-3_000_000_000, 1), (3_000_000_000, 1)])
def test_frames_of_a_hardware_trigger_come_within_a_window(world: World, late_ns: int, errors: int) -> None:
    rig, _ = replaying(world, "hardware", host_time_ns=late_ns)
    with rig:
        assert len(rig.capture("P0001").errors) == errors
