from dataclasses import replace

import numpy as np
import pytest

from scuff.booth.exposure import expose
from scuff.booth.layers import Layers
from scuff.booth.metering import meter
from scuff.booth.sensor import Sensor
from scuff.core.errors import BoothError

SENSOR = Sensor(full_well_e=10_000, responsivity_e_us=1, dark_offset=0)
SIX_DB = 20 * np.log10(2)


def wall(irradiance: float, hw: tuple[int, int] = (40, 60)) -> Layers:
    """A wall that A lights, in no environment."""
    return Layers(("A", "environment"), np.stack([np.full(hw, irradiance, np.float32), np.zeros(hw, np.float32)]))


def test_a_wall_is_brought_to_the_level() -> None:
    # 0.9 · 10,000 electrons at 0.5 electrons per µs.
    assert meter(wall(0.5), {"A": 1}, SENSOR).exposure_us == pytest.approx(18_000)
    assert meter(wall(0.5), {"A": 2}, SENSOR, level=0.6).exposure_us == pytest.approx(6_000)


def test_the_frame_is_as_bright_as_asked() -> None:
    layers, sensor = wall(0.5), replace(SENSOR, dark_offset=0.05, white_balance=(1.0, 0.8, 1.25))
    for gain_db in (0.0, 12.0):
        exposure = meter(layers, {"A": 1}, sensor, level=0.8, gain_db=gain_db)
        pixels = expose(layers, {"A": 1}, exposure, sensor, "", "", "left", 0).pixels
        assert pixels[..., 2].mean() == pytest.approx(0.8 * 255, abs=0.7)


def test_gain_shortens_the_exposure() -> None:
    exposure = meter(wall(0.5), {"A": 1}, SENSOR, gain_db=SIX_DB)
    assert exposure.exposure_us == pytest.approx(9_000)
    assert exposure.gain_db == SIX_DB


def test_attenuation_cannot_go_beyond_the_full_well() -> None:
    assert meter(wall(0.5), {"A": 1}, SENSOR, gain_db=-SIX_DB / 2).exposure_us == pytest.approx(18_000)


def test_the_percentile_leaves_a_highlight_out() -> None:
    layers = wall(0.1, (100, 100))
    layers.planes[0, :6] = 50  # 6 % of the frame
    assert meter(layers, {"A": 1}, SENSOR, percentile=90).exposure_us == pytest.approx(90_000)
    assert meter(layers, {"A": 1}, SENSOR, percentile=99).exposure_us == pytest.approx(180)


def test_the_brightest_colour_after_white_balance_decides() -> None:
    layers = wall(0.2)
    layers.planes[0, ::2, ::2] = 0.3  # red
    assert meter(layers, {"A": 1}, SENSOR).exposure_us == pytest.approx(30_000)
    blue = replace(SENSOR, white_balance=(1.0, 1.0, 2.0))
    assert meter(layers, {"A": 1}, blue).exposure_us == pytest.approx(22_500)
    red = replace(SENSOR, white_balance=(0.5, 1.0, 1.0))  # its well is as full as before
    assert meter(layers, {"A": 1}, red).exposure_us == pytest.approx(30_000)


def test_a_sample_of_a_large_frame_keeps_the_colours_apart() -> None:
    layers = wall(0.2, (1100, 1200))
    layers.planes[0, 1::2, 1::2] = 0.3  # blue
    assert meter(layers, {"A": 1}, SENSOR).exposure_us == pytest.approx(30_000)
    assert meter(layers, {"A": 1}, replace(SENSOR, white_balance=(1.0, 3.0, 1.0))).exposure_us == pytest.approx(15_000)


def test_the_exposure_stays_within_the_camera() -> None:
    assert meter(wall(1e-5), {"A": 1}, SENSOR).exposure_us == 1_000_000
    assert meter(wall(1e5), {"A": 1}, SENSOR).exposure_us == 20


def test_nothing_lit_cannot_be_metered() -> None:
    with pytest.raises(BoothError, match=r"nothing is lit: 99 % of the pixels .*A 0, environment 1.*a luminaire on"):
        meter(wall(1), {}, SENSOR)


@pytest.mark.parametrize(
    ("percentile", "level", "message"),
    [
        (0, 0.9, "percentile is 0; it must be from 1 to 100"),
        (101, 0.9, "percentile is 101; it must be from 1 to 100"),
        (99, 0, "level is 0; it must be from 0.01 to 1"),
        (99, 1.5, "level is 1.5; it must be from 0.01 to 1"),
    ],
)
def test_a_value_that_cannot_be_is_refused(percentile: float, level: float, message: str) -> None:
    with pytest.raises(BoothError, match=message):
        meter(wall(1), {"A": 1}, SENSOR, percentile, level)


def test_a_light_that_is_not_there_is_refused() -> None:
    with pytest.raises(BoothError, match="there is no light 'C'"):
        meter(wall(1), {"C": 1}, SENSOR)
