"""Frames and triggers: which belong together."""

from dataclasses import replace

import numpy as np
import pytest

from scuff.station.acquisition_error import StaleFrameError
from scuff.station.pairing import FrameCount, check_together
from scuff.station.raw_frame import RawFrame

FRAME = RawFrame("left", "1", 1, np.zeros((2, 2), np.uint8), "BayerRG8", 10, 1_000_000_000, 100.0, 0.0, True)


def frame(number: int, taken_ns: int = 10, came_s: float = 1.0, camera: str = "left") -> RawFrame:
    return replace(FRAME, camera=camera, frame_id=number, device_time_ns=taken_ns, host_time_ns=round(came_s * 1e9))


@pytest.mark.parametrize("first", [0, 1])
def test_frames_that_follow_each_other_are_right(first: int) -> None:
    count = FrameCount()
    for number in range(3):
        count.check(frame(first + number, taken_ns=number), 0)


def test_a_frame_that_is_not_the_next_is_stale() -> None:
    count = FrameCount()
    count.check(frame(1, 1), 0)
    with pytest.raises(StaleFrameError, match="left, frame 3: has the number 3 where 2 was due"):
        count.check(frame(3, 2), 0)


def test_a_first_frame_that_is_not_the_first_is_stale() -> None:
    with pytest.raises(StaleFrameError, match="where 1 was due"):
        FrameCount().check(frame(7), 0)


def test_the_count_begins_anew_with_arming_and_after_sixteen_bits() -> None:
    count = FrameCount()
    count.check(frame(1, 1), 0)
    count.begin()
    count.check(frame(0, 1), 0)
    count = FrameCount()
    count._last = frame(65535, 5)
    count.check(frame(1, 6), 0)


def test_time_must_go_on_by_the_cameras_clock() -> None:
    count = FrameCount()
    count.check(frame(1, 10), 0)
    with pytest.raises(StaleFrameError, match="own clock"):
        count.check(frame(2, 10), 0)


def test_a_frame_that_came_before_its_trigger_is_stale() -> None:
    with pytest.raises(StaleFrameError, match=r"came 0\.5 s before its trigger"):
        FrameCount().check(frame(1, came_s=1.0), 1_500_000_000)


def test_frames_of_one_signal_come_together() -> None:
    pair = [frame(1, came_s=1.0), frame(1, came_s=1.25, camera="right")]
    check_together(pair, 0.25)
    check_together([], 0.25)
    with pytest.raises(StaleFrameError, match=r"left, frame 1: came 0\.25 s before that of right; at most 0\.2 s"):
        check_together(pair, 0.2)
