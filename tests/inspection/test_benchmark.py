import math
from collections.abc import Callable, Iterator

import pytest

from scuff.core.errors import BundleError, ScuffError
from scuff.core.recipe import Inspection, Recipe
from scuff.inspection import benchmark
from scuff.inspection.benchmark import (
    Measured,
    Setting,
    best_of,
    frames_per_round,
    settings_to_try,
    try_settings,
)
from scuff.inspection.measuring import Throughput

FIRST = Setting("openvino", 2, 2, False)


@pytest.fixture(autouse=True)
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "cores", lambda: 4)


def test_setting_is_put_into_a_recipe() -> None:
    recipe = Setting("torch", None, 3, False).recipe(Recipe(inspection=Inspection(threshold=0.25)))
    expected = Inspection(threshold=0.25, runtime="torch", lanes=3, screening="off")
    assert recipe.inspection == expected
    assert Setting("torch", 1, 1, True).recipe(recipe).inspection.screening == "auto"


def test_setting_is_written_without_the_screening() -> None:
    assert Setting("openvino", 4, 1, True).keys == {
        "inspection.runtime": "openvino",
        "inspection.streams": 4,
        "inspection.lanes": 1,
    }


def test_streams_and_lanes_of_each_runtime_are_tried() -> None:
    settings = settings_to_try(["openvino", "torch"], screens=False)
    assert settings[0] == Setting("openvino", 4, 2, False)
    assert [(each.streams, each.lanes) for each in settings if each.runtime == "openvino"] == [
        (streams, lanes) for streams in (4, 1, 2) for lanes in (2, 1, 3)
    ]
    assert settings[9:] == [Setting("torch", None, lanes, False) for lanes in (2, 1, 3)]


def test_streams_are_not_tried_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "cores", lambda: 1)
    assert [each.streams for each in settings_to_try(["openvino"], screens=False)] == [1, 1, 1, 2, 2, 2]


def test_screening_is_compared_with_none() -> None:
    settings = settings_to_try(["openvino", "torch"], screens=True)
    assert [each.screening for each in settings] == [True] * 12 + [False] * 2
    assert settings[12:] == [Setting("openvino", 4, 2, False), Setting("torch", None, 2, False)]


class Clock:
    """Stands still but for what a measurement takes."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def measured_with(
    taken_ms: Callable[[Setting], Iterator[float]], settings: list[Setting], seconds: float
) -> tuple[list[Measured], list[float]]:
    """Try settings that take so long, one minute each; also gives what was told about the time."""
    clock, told = Clock(), list[float]()
    times = {setting: taken_ms(setting) for setting in settings}

    def measure(setting: Setting) -> Throughput:
        clock.seconds += 60
        return Throughput(next(times[setting]), 100.0)

    return try_settings(settings, measure, seconds, told.append, clock), told


def test_settings_are_measured_in_turns_until_the_time_is_up() -> None:
    settings = [FIRST, Setting("openvino", 1, 2, False), Setting("openvino", 1, 1, False)]
    rising = iter(range(1, 100))
    tried, told = measured_with(lambda setting: (float(n) for n in rising), settings, seconds=299)
    assert [[each.frame_ms for each in setting.rounds] for setting in tried] == [[1.0, 4.0], [2.0, 5.0], [3.0]]
    assert [setting.frame_ms for setting in tried] == [2.5, 3.5, 3.0]
    assert told == [60.0, 120.0, 180.0, 240.0, 300.0]


def test_each_setting_is_measured_five_times_at_most() -> None:
    tried, _ = measured_with(lambda setting: iter([5.0, 1.0, 2.0, 4.0, 3.0]), [FIRST], seconds=1e9)
    assert (len(tried[0].rounds), tried[0].frame_ms) == (5, 3.0)


def test_first_setting_is_measured_even_without_time() -> None:
    tried, _ = measured_with(lambda setting: iter([7.0]), [FIRST, Setting("openvino", 1, 1, False)], seconds=0)
    assert [setting.frame_ms for setting in tried] == [7.0, math.inf]
    assert best_of(tried) is tried[0]
    assert (tried[0].peak_mb, tried[1].peak_mb) == (100.0, None)


def test_setting_that_cannot_be_used_keeps_its_reason() -> None:
    def measure(setting: Setting) -> Throughput:
        if setting == FIRST:
            raise BundleError("no such device")
        return Throughput(3.0, None)

    tried = try_settings([FIRST, Setting("torch", None, 1, False)], measure, 0, lambda elapsed_s: None)
    assert [setting.problem for setting in tried] == ["no such device", ""]
    assert (tried[0].rounds, len(tried[1].rounds)) == ([], 1)
    assert best_of(tried) is tried[1]


def test_if_no_setting_can_be_used_the_first_reason_is_told() -> None:
    def measure(setting: Setting) -> Throughput:
        raise BundleError(f"{setting.lanes} lanes are not possible")

    settings = [FIRST, Setting("openvino", 2, 1, False)]
    with pytest.raises(ScuffError, match="2 lanes are not possible"):
        try_settings(settings, measure, 1e9, lambda elapsed_s: None)


def known(setting: Setting, *frame_ms: float) -> Measured:
    return Measured(setting, [Throughput(each, None) for each in frame_ms])


def test_best_is_the_fastest_by_its_median() -> None:
    steady, lucky = known(FIRST, 10.0, 11.0, 10.5), known(Setting("openvino", 1, 3, False), 5.0, 20.0, 21.0)
    assert best_of([lucky, steady]) is steady


def test_of_equally_fast_ones_the_best_has_fewest_lanes_and_streams() -> None:
    two, one = known(FIRST, 100.0), known(Setting("openvino", 2, 1, False), 102.9)
    single, slow = known(Setting("openvino", 1, 1, False), 102.0), known(Setting("torch", None, 1, False), 103.1)
    assert best_of([two, one, slow]) is one
    assert best_of([two, one, single, slow]) is single


def test_best_screens_as_the_recipe_says() -> None:
    screened, whole = known(Setting("openvino", 2, 2, True), 100.0), known(FIRST, 50.0)
    assert best_of([screened, whole]) is screened


@pytest.mark.parametrize(
    ("lanes", "frame_ms", "count"), [(1, 1500.0, 4), (2, 1500.0, 4), (3, 1500.0, 6), (2, 25000.0, 2), (3, 0.01, 300)]
)
def test_rounds_are_long_enough_and_fill_all_lanes(lanes: int, frame_ms: float, count: int) -> None:
    assert frames_per_round(lanes, frame_ms) == count
