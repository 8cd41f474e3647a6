"""`scuff station cameras`."""

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from scuff.cli.main import main
from scuff.core.station_recipe import Simulation

RECIPE = """
[simulation]
shape = "sheet"
width_px = 96
height_px = 64
parts = 2
sound_share = 0.0
cache = {cache!r}
{more}
"""


def look(*arguments: object, code: int = 0) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["station", "cameras", *map(str, arguments)])
    assert (stopped.value.code or 0) == code


def recipe(folder: Path, simulation: Simulation, more: str = "") -> Path:
    path = folder / "recipe.toml"
    path.write_text(RECIPE.format(cache=simulation.cache, more=more))
    return path


def test_cameras_and_light_are_told(tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]) -> None:
    look(recipe(tmp_path, simulation))
    assert capsys.readouterr().out.splitlines() == [
        "camera  driver     serial           model            frame           exposure   gain  health",
        "left    simulated  SIMULATED-LEFT   Simulated booth  96×64 BayerRG8  50,000 µs  0 dB  well",
        "right   simulated  SIMULATED-RIGHT  Simulated booth  96×64 BayerRG8  50,000 µs  0 dB  well",
        "light: simulated, luminaires A, B: well",
    ]


def test_a_camera_that_cannot_be_used_is_told_with_the_reason(
    tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    more = """
[[cameras]]
name = "left"
left_px = 32
width_px = 16
height_px = 16
top_px = 8
[[cameras]]
name = "top"
driver = "folder"
device = "nowhere"
"""
    look(recipe(tmp_path, simulation, more), code=3)
    said = capsys.readouterr().out
    assert "16×16 at 32,8 BayerRG8" in said
    assert "top     folder     -" in said
    assert "top: nowhere: there is no such folder" in said


def test_a_lighting_that_a_camera_rejects_is_found(
    tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    look(recipe(tmp_path, simulation, '[[lightings]]\nname = "A"\nexposure_us = { right = 3.0 }'), code=3)
    assert "right: does not take exposure_us = 3.0; possible: from 20 to 1e+06" in capsys.readouterr().out


def test_a_lighting_that_the_light_cannot_give_is_found(
    tmp_path: Path, simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    more = '[light]\ndriver = "none"\n[[lightings]]\nname = "A"\nintensities = { A = 1.0 }'
    look(recipe(tmp_path, simulation, more), code=3)
    assert "B: has no controller" in capsys.readouterr().out


def test_neither_recipe_nor_port_or_both_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    look("recipe.toml", "--discover", "eth1", code=2)
    assert "give a RECIPE, or --discover INTERFACE" in capsys.readouterr().err


@dataclass
class Found:
    address: str = "192.168.10.7"
    serial: str = "DA1"
    model: str = "MV"
    vendor: str = "Maker"
    user_name: str = ""
    mac: str = "00:11"


@pytest.mark.parametrize(("found", "code"), [([Found()], 0), ([], 3)])
def test_cameras_are_looked_for_at_the_port_that_is_named(
    found: list[Found], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def discover(interface: str) -> list[Found]:
        asked.append(interface)
        return found

    driver = ModuleType("aravis")
    monkeypatch.setattr(driver, "discover", discover, raising=False)
    monkeypatch.setitem(sys.modules, "scuff.station.drivers.aravis", driver)
    look("--discover", "eth1", code=code)
    assert asked == ["eth1"]
    said = capsys.readouterr().out
    assert ('device = "192.168.10.7"' in said) == bool(found)
    assert ("No camera answered at eth1" in said) != bool(found)
