"""A device that is kept open."""

import pytest

from scuff.core.errors import ScuffError, StationError
from scuff.station.acquisition_error import CameraBusyError, CameraLostError, LightError, TriggerTimeoutError
from scuff.station.camera import Health
from scuff.station.keeper import Keeper


def absence(keeper: Keeper) -> tuple[type[object], str]:
    return type(keeper.absent), str(keeper.absent)


PRESENT = (type(None), "None")


class Device:
    """Does what the test says."""

    def __init__(self, *failures: ScuffError) -> None:
        self.failures, self.wrong, self.closed = list(failures), "", 0

    def open(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def close(self) -> None:
        self.closed += 1

    def health(self) -> Health:
        return Health(not self.wrong, self.wrong, frames=7)


def test_a_device_is_absent_until_it_is_open() -> None:
    keeper = Keeper("left", Device())
    assert absence(keeper) == (CameraLostError, "left: is not open yet")
    assert keeper.open() is None
    assert absence(keeper) == PRESENT
    assert keeper.health() == Health(True, frames=7)
    keeper.close()
    assert absence(keeper) == (CameraLostError, "left: is closed")
    assert keeper.health() == Health(False, "is closed", frames=7)


def test_a_device_that_cannot_be_opened_is_closed_and_its_turn_comes_later() -> None:
    device = Device(CameraBusyError("left", "is taken"), StationError("no such port"))
    keeper = Keeper("left", device)
    due = [keeper.is_due]
    assert isinstance(keeper.open(), CameraBusyError)
    assert device.closed == 2
    due.append(keeper.is_due)
    assert str(keeper.open()) == "left: no such port"
    assert keeper.open() is None
    assert [*due, keeper.is_due] == [True, False, False]


@pytest.mark.parametrize("lost", [CameraLostError, LightError])
def test_a_failure_asks_whether_the_device_is_still_there(lost: type[CameraLostError]) -> None:
    device = Device()
    keeper = Keeper("left", device, lost)
    keeper.open()
    keeper.failed(TriggerTimeoutError("left", "no frame"))
    assert absence(keeper) == PRESENT
    device.wrong = "does not answer"
    keeper.failed(TriggerTimeoutError("left", "no frame"))
    assert absence(keeper) == (lost, "left: does not answer")


def test_who_says_that_it_is_gone_is_believed() -> None:
    keeper = Keeper("left", Device())
    keeper.open()
    error = CameraLostError("left", "gone")
    keeper.failed(error)
    assert keeper.absent is error
    assert keeper.is_due
    assert keeper.health().message == "gone"
