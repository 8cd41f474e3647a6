"""Several devices looked after at once."""

import threading

import pytest
from tests.station.test_keeper import Device

from scuff.station import minder as module
from scuff.station.acquisition_error import CameraUnreachableError
from scuff.station.keeper import Keeper
from scuff.station.minder import Minder


class Slow(Device):
    """Opens when it is let."""

    def __init__(self) -> None:
        super().__init__(CameraUnreachableError("slow", "does not answer"))
        self.may_open, self.opened = threading.Event(), 0

    def open(self) -> None:
        super().open()
        self.opened += 1
        self.may_open.wait(20)


def test_what_takes_long_to_come_back_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REOPENING_S", 0.0)
    slow, quick = Slow(), Device()
    keepers = [Keeper("slow", slow), Keeper("quick", quick)]
    minder = Minder(keepers)
    (error,) = minder.open()
    assert str(error) == "slow: does not answer"
    keepers[0]._backoff.succeeded()  # its turn comes now
    quick.wrong = "is hot"
    health = minder.health()
    assert (health["slow"].message, health["quick"].message) == ("does not answer", "is hot")
    minder.health()
    slow.may_open.set()
    minder.close()
    assert slow.opened == 1
    assert [each.message for each in minder.health().values()] == ["is closed", "is closed"]


def test_a_defect_of_a_driver_is_not_hidden() -> None:
    class Broken(Device):
        def open(self) -> None:
            raise ZeroDivisionError

    minder = Minder([Keeper("broken", Broken())])
    with pytest.raises(ZeroDivisionError):
        minder.health()
    minder.close()
    minder.close()
