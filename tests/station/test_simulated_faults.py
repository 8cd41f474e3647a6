"""Faults that are asked for, and faults by chance."""

from typing import get_args

from scuff.core.station_recipe import Fault
from scuff.station.drivers.simulated import AT_A_TRIGGER
from scuff.station.simulated_faults import Faults


def test_a_fault_happens_as_often_as_it_is_asked_for() -> None:
    faults = Faults({}, seed=1)
    faults.inject("incomplete", "left", 2)
    assert [faults.draw("left", AT_A_TRIGGER) for _ in range(3)] == ["incomplete", "incomplete", None]
    assert faults.draw("right", AT_A_TRIGGER) is None


def test_a_fault_that_is_taken_back_does_not_happen() -> None:
    faults = Faults({}, seed=1)
    faults.inject("stale", "left", 5)
    faults.inject("stale", "left", 0)
    assert not faults.take("stale", "left")


def test_the_gravest_of_several_comes_first() -> None:
    faults = Faults({}, seed=1)
    for fault in ("stale", "lost"):
        faults.inject(fault, "left")
    assert [faults.draw("left", AT_A_TRIGGER) for _ in range(2)] == ["lost", "stale"]


def test_chance_keeps_to_its_share_and_to_its_seed() -> None:
    def drawn(seed: int, device: str, shares: dict[Fault, float]) -> list[Fault | None]:
        faults = Faults(shares, seed)
        return [faults.draw(device, AT_A_TRIGGER) for _ in range(1000)]

    first = drawn(1, "left", {"stale": 0.1})
    assert 70 < first.count("stale") < 130
    assert drawn(1, "left", {"stale": 0.1}) == first
    assert drawn(2, "left", {"stale": 0.1}) != first
    assert drawn(1, "right", {"stale": 0.1}) != first
    both = drawn(1, "left", {"stale": 0.1, "lost": 0.1})
    assert [fault for fault, before in zip(both, first, strict=True) if before] == [
        fault if fault == "lost" else "stale" for fault, before in zip(both, first, strict=True) if before
    ]


def test_every_fault_of_a_recipe_happens_somewhere() -> None:
    assert {*AT_A_TRIGGER, "light"} == set(get_args(Fault))


def test_a_device_is_away_until_it_is_plugged_in() -> None:
    faults = Faults({}, seed=1)
    faults.unplug("left")
    assert faults.is_unplugged("left")
    faults.plug("left")
    assert not faults.is_unplugged("left")
