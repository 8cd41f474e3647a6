import numpy as np
import pytest
from tests.fixtures.raw_frames import lit_frame, raw_frame

from scuff.core.station_recipe import ExposureControl
from scuff.station.exposure import BACK, FAR_BACK, HIGHEST, Setting, best_correction, correction, measure

PLAIN = ExposureControl(black_level=0.0)


def test_level_is_the_percentile_of_the_brightest_colour() -> None:
    pixels = np.zeros((20, 20), np.uint8)
    pixels[0::2, 0::2] = np.arange(100, dtype=np.uint8).reshape(10, 10)  # red: 0 to 99
    measured = measure(raw_frame(pixels, "BayerRG8"), None, ExposureControl(black_level=0.0, percentile=50.0))
    assert measured.levels["red"] == pytest.approx(49.5 / 255)
    assert measured.level == measured.levels["red"]
    assert measured.levels["blue"] == 0
    assert measured.clipped_share == 0


def test_black_is_no_light() -> None:
    measured = measure(
        raw_frame(np.full((4, 4), 51, np.uint8)), None, ExposureControl(black_level=0.1, percentile=50.0)
    )
    assert measured.level == pytest.approx(0.1 / 0.9)  # 51 of 255 is 0.2
    assert measure(raw_frame(np.zeros((4, 4), np.uint8)), None, PLAIN).level == 0


def test_clipped_share_is_that_of_the_colour_with_the_most() -> None:
    pixels = np.zeros((20, 20), np.uint8)
    pixels[0, 0:8:2] = 255  # 4 of the 100 red ones
    measured = measure(raw_frame(pixels, "BayerRG8"), None, ExposureControl(percentile=90.0, clipped_share=0.01))
    assert measured.clipped_share == pytest.approx(0.04)
    assert measured.top == pytest.approx(1.0)
    assert not measured.is_blind


def test_a_linear_sensor_says_what_it_needs() -> None:
    assert correction(measure(lit_frame(0.2, 1000.0), None, PLAIN), 0.6) == pytest.approx(3.0)
    assert correction(measure(lit_frame(0.8, 1000.0), None, PLAIN), 0.6) == pytest.approx(0.75)
    assert correction(measure(lit_frame(0.0, 1000.0), None, PLAIN), 0.6) == pytest.approx(60.0)


def test_of_a_clipped_frame_it_is_known_only_that_it_needs_less() -> None:
    assert correction(measure(lit_frame(5.0, 1000.0), None, PLAIN), 0.6) == FAR_BACK


def test_highlights_that_must_not_be_clipped_hold_the_level_down() -> None:
    pixels = np.full((10, 10), 51, np.uint8)
    pixels[0] = 204  # a tenth of the metal at 0.8
    settings = ExposureControl(black_level=0.0, percentile=50.0, clipped_share=0.05)
    measured = measure(raw_frame(pixels), None, settings)
    assert measured.level == pytest.approx(0.2)
    assert correction(measured, 0.6) == pytest.approx(3.0)
    assert best_correction(measured, 0.6) == pytest.approx(HIGHEST / 0.8)
    pixels[0] = 255
    assert best_correction(measure(raw_frame(pixels), None, settings), 0.6) == BACK


def test_the_exposure_does_what_it_can_and_the_gain_the_rest() -> None:
    settings = ExposureControl(longest_us=10_000.0, most_gain_db=12.0)
    assert Setting.reaching(5000.0, settings) == Setting(5000.0, 0.0)
    assert Setting.reaching(20_000.0, settings).gain_db == pytest.approx(6.0206)
    assert Setting.reaching(20_000.0, settings).sensitivity == pytest.approx(20_000.0)
    assert Setting.reaching(1e9, settings) == Setting(10_000.0, 12.0)
    assert Setting.reaching(1.0, settings) == Setting(20.0, 0.0)


def test_a_gain_that_is_set_stays_and_a_longer_exposure_is_no_mistake() -> None:
    settings = ExposureControl(longest_us=10_000.0)
    base = Setting(20_000.0, 6.0)
    less = Setting.reaching(base.sensitivity / 2, settings, base)
    assert [less.exposure_us, less.gain_db] == pytest.approx([10_000.0, 6.0])
    more = Setting.reaching(base.sensitivity * 10 ** (2 / 20), settings, base)
    assert [more.exposure_us, more.gain_db] == pytest.approx([20_000.0, 8.0])
