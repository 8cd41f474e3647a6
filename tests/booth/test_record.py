from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scuff.booth.lighting import all_on
from scuff.booth.record import RunRecord, check_same, describe
from scuff.booth.scene import BOOTH
from scuff.booth.sensor import Sensor
from scuff.booth.settings import Settings
from scuff.core.errors import BoothError

SETTINGS = Settings(1, "sink", "brushed", (64, 124), 0.3, (all_on(("A", "B")),))


def described(settings: Settings = SETTINGS, **changes: object) -> dict[str, Any]:
    return {**describe(settings, BOOTH, Sensor()), **changes}


def test_a_description_says_everything_about_a_run() -> None:
    description = described()
    assert description["settings"] == {
        "seed": 1,
        "shape": "sink",
        "finish": "brushed",
        "size": "124x64",
        "sound-share": 0.3,
        "most-flaws": 6,
        "gamma": 1.0,
        "light": ["A=1,B=1"],
        "min-visibility": 1.0,
    }
    assert description["classes"][:2] == ["scratch", "dent"]
    assert [camera["name"] for camera in description["cameras"]] == ["left", "right"]
    assert [camera["pixel_mm"] for camera in description["cameras"]] == [5.0, 5.0]  # 620 mm on 124 pixels
    assert [luminaire["name"] for luminaire in description["luminaires"]] == ["A", "B"]
    assert {"shape", "environment", "sensor", "scuff"} <= description.keys()


def test_the_same_settings_go_on() -> None:
    check_same(Path("out"), described(), described())


@pytest.mark.parametrize(
    ("begun", "reason"),
    [
        (described(replace(SETTINGS, seed=3)), "out: holds a run with --seed 3 instead of 1; render into another"),
        (
            described(replace(SETTINGS, hw=(64, 96), lightings=(all_on(("A",)), all_on(("B",))))),
            "--size 96x64 instead of 124x64, --light A=1 and B=1 instead of A=1,B=1;",
        ),
        (described(scuff="0.0.1"), r"holds a run with scuff 0\.0\.1 instead of "),
        (described(cameras=[]), "holds a run with other cameras;"),
        ({}, "other settings"),
    ],
)
def test_other_settings_are_named(begun: dict[str, Any], reason: str) -> None:
    with pytest.raises(BoothError, match=reason):
        check_same(Path("out"), begun, described())


def test_parts_are_added() -> None:
    record = RunRecord({}, {}, (5, 6)).with_parts([1, 6, 7])
    assert record.parts == (1, 5, 6, 7)
