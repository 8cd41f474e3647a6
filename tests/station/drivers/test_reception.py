"""Frames that arrive: when they came, and what is dropped."""

import time
from collections import deque
from typing import Any

import numpy as np

from scuff.station.camera import Applied
from scuff.station.drivers.device import Delivered
from scuff.station.drivers.reception import Reception
from scuff.station.drivers.trigger_count import TriggerCount

APPLIED = Applied("S1", "Fake", "Mono8", 2, 2, 0, 0, 100.0, 0.0)


class FakeStream:
    """A stream of frames that are there already, or come as soon as they are waited for."""

    def __init__(self, came_ns: int | None = None) -> None:
        self.there: deque[int] = deque()
        self.coming: deque[int] = deque()
        self.came_ns = came_ns

    def take(self, timeout_s: float) -> Delivered | None:
        waiting = self.there or (self.coming if timeout_s else self.there)
        if not waiting:
            return None
        number = waiting.popleft()
        memory = np.full(4, number, np.uint8)
        return Delivered(number, number, self.came_ns, (2, 2), 0, memory, 4, "", handle=number)

    def give_back(self, handle: Any) -> None:
        pass

    def has_dropped(self) -> bool:
        return False

    def stop(self, is_gone: bool = False) -> None:
        pass


def test_a_frame_came_when_its_stream_says() -> None:
    stream = FakeStream(came_ns=4711)
    stream.there.append(1)
    frame = Reception("left", stream, APPLIED, TriggerCount(1, "hardware"), simulated=False).take(1)
    assert frame is not None
    assert frame.host_time_ns == 4711


def test_a_frame_by_wire_that_waited_is_as_old_as_it_can_be() -> None:
    """It may be of a signal that came long before its part, and nobody noted when."""
    stream = FakeStream()
    reception = Reception("left", stream, APPLIED, TriggerCount(1, "hardware"), simulated=False)
    armed_ns = time.time_ns()
    stream.there.extend([1, 2])
    old, older = reception.take(1), reception.take(1)
    assert old is not None
    assert older is not None
    assert old.host_time_ns <= armed_ns
    assert older.host_time_ns <= armed_ns
    stream.coming.append(3)
    awaited_ns = time.time_ns()
    new = reception.take(1)
    assert new is not None
    assert new.host_time_ns >= awaited_ns


def test_of_a_camera_that_runs_by_itself_what_is_under_way_is_dropped() -> None:
    """One is on the wire, and the next is exposed meanwhile: its exposure began before it was asked for."""
    stream = FakeStream()
    stream.there.append(1)
    stream.coming.extend([2, 3, 4])
    reception = Reception("left", stream, APPLIED, TriggerCount(1, "free"), simulated=False)
    reception.begin_afresh()
    frames = [reception.take(1) for _ in range(3)]
    assert frames[:2] == [None, None]
    assert frames[2] is not None
    assert frames[2].pixels[0, 0] == 4
