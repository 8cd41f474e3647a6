from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.booth.rows import THREADS_VARIABLE
from scuff.booth.sensor import Raw, Sensor, develop, read_out
from scuff.core.errors import BoothError

IDEAL = Sensor(
    full_well_e=4095, read_noise_e=0, responsivity_e_us=1, flat_field_error=0, dark_offset=0, bits=12, gamma=1
)
"""Shot noise alone, and one electron is one number."""

SIX_DB = 20 * np.log10(2)


def flat(irradiance: float, side: int = 256) -> NDArray[np.float32]:
    return np.full((side, side), irradiance, np.float32)


def read(irradiance: float, sensor: Sensor, gain_db: float = 0.0, seed: int = 0) -> NDArray[np.float64]:
    return read_out(flat(irradiance), sensor, gain_db, "left", seed).astype(np.float64)


def test_shot_noise_has_the_variance_of_the_mean() -> None:
    # 65,536 pixels tell the mean to ±0.4 (3 σ), and the variance, which is 1000 + 1/12, to ±17.
    numbers = read(1000, IDEAL)
    assert numbers.mean() == pytest.approx(1000, abs=0.4)
    assert numbers.var() == pytest.approx(1000 + 1 / 12, abs=17)


def test_read_noise_is_all_there_is_in_the_dark() -> None:
    numbers = read(0, replace(IDEAL, read_noise_e=5, dark_offset=0.01))
    assert numbers.mean() == pytest.approx(40.95, abs=0.1)
    assert numbers.var() == pytest.approx(25 + 1 / 12, abs=0.5)


def test_gain_multiplies_signal_and_noise() -> None:
    numbers = read(1000, IDEAL, gain_db=SIX_DB)
    assert numbers.mean() == pytest.approx(2000, abs=1)
    assert numbers.var() == pytest.approx(4 * 1000 + 1 / 12, abs=70)


def test_double_light_is_double_the_signal() -> None:
    assert read(1600, IDEAL).mean() == pytest.approx(2 * read(800, IDEAL).mean(), rel=1e-3)


def test_responsivity_turns_light_into_electrons() -> None:
    assert read(1000, replace(IDEAL, responsivity_e_us=0.5)).mean() == pytest.approx(500, abs=0.3)


def test_a_full_well_is_the_largest_number() -> None:
    assert (read(8000, IDEAL) == 4095).all()


def test_gain_brings_half_a_well_to_the_largest_number_and_no_further() -> None:
    assert (read(3000, IDEAL, gain_db=SIX_DB) == 4095).all()


def test_below_0_db_a_full_well_is_grey() -> None:
    # The well is cut off before the gain: 4095 / 10^(3/20) = 2899.03, and noise cannot go beyond it.
    assert (read(8000, IDEAL, gain_db=-3) == 2899).all()


def test_8_bits_are_coarser_than_12() -> None:
    fine, coarse = (read_out(flat(1000), replace(IDEAL, bits=bits), 0.0, "left", 0) for bits in (12, 8))
    assert fine.dtype == np.uint16
    assert coarse.dtype == np.uint8
    np.testing.assert_allclose(coarse, fine * (255 / 4095), atol=0.54)  # rounded by half a number, and the fine by 1/32


def test_pixel_gains_spread_as_the_sensor_says() -> None:
    # Shot noise as well: σ² = 2000 + (0.05 · 2000)².
    assert read(2000, replace(IDEAL, flat_field_error=0.05)).std() == pytest.approx(109.5, rel=0.02)


def test_pixel_gains_belong_to_the_camera_and_not_to_the_frame() -> None:
    sensor = replace(IDEAL, flat_field_error=0.1)
    left, again = (read_out(flat(2000), sensor, 0.0, "left", seed) - 2000.0 for seed in (1, 2))
    right = read_out(flat(2000), sensor, 0.0, "right", 1) - 2000.0
    assert np.corrcoef(left.ravel(), again.ravel())[0, 1] > 0.9
    assert abs(np.corrcoef(left.ravel(), right.ravel())[0, 1]) < 0.02


def test_noise_of_two_frames_has_nothing_in_common() -> None:
    first, second = (read(1000, IDEAL, seed=seed).ravel() for seed in (1, 2))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.02


def test_noise_of_two_rows_has_nothing_in_common() -> None:
    numbers = read(1000, IDEAL)
    assert abs(np.corrcoef(numbers[:-1].ravel(), numbers[1:].ravel())[0, 1]) < 0.02


@pytest.mark.parametrize("bits", [8, 12])
def test_the_same_seed_gives_the_same_bytes_whatever_the_threads(bits: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    exposed = np.random.default_rng(0).random((101, 60), np.float32) * 12_000
    sensor = Sensor(bits=bits, gamma=2.2)
    frames = []
    for threads in ("1", "3"):
        monkeypatch.setenv(THREADS_VARIABLE, threads)
        frames.append(develop(read_out(exposed, sensor, 0.0, "left", 7), sensor).tobytes())
    assert frames[0] == frames[1]


def test_part_of_a_frame_has_the_noise_of_the_frame() -> None:
    whole = read_out(flat(1000, 80), IDEAL, 0.0, "left", 3)
    np.testing.assert_array_equal(read_out(flat(1000, 80)[:45], IDEAL, 0.0, "left", 3), whole[:45])


def mosaic(red: int, green: int, blue: int, hw: tuple[int, int] = (8, 8)) -> Raw:
    raw = np.full(hw, green, np.uint8)
    raw[::2, ::2], raw[1::2, 1::2] = red, blue
    return raw


PLAIN = replace(IDEAL, bits=8)


@pytest.mark.parametrize("colour", [(200, 0, 0), (0, 200, 0), (0, 0, 200), (10, 20, 30)])
@pytest.mark.parametrize("hw", [(8, 8), (3, 3), (7, 5), (70, 6)])
def test_red_is_at_the_upper_left(colour: tuple[int, int, int], hw: tuple[int, int]) -> None:
    developed = develop(mosaic(*colour, hw=hw), PLAIN)
    assert developed.shape == (*hw, 3)
    assert (developed == colour).all()


@pytest.mark.parametrize("height", [3, 31, 32, 33, 34, 64, 65, 97])
def test_blocks_of_rows_leave_no_seam(height: int) -> None:
    raw = np.random.default_rng(0).integers(0, 256, (height, 12)).astype(np.uint8)
    np.testing.assert_array_equal(develop(raw, PLAIN), cv2.cvtColor(raw, cv2.COLOR_BayerBG2RGB))


def test_white_balance_multiplies_and_cuts_off() -> None:
    sensor = replace(PLAIN, white_balance=(2.0, 1.0, 0.5))
    assert (develop(mosaic(60, 60, 60), sensor) == (120, 60, 30)).all()
    assert (develop(mosaic(200, 200, 200), sensor) == (255, 200, 100)).all()


def test_gamma_lifts_the_middle_and_keeps_black_and_white() -> None:
    # 64 / 255 to the power of 1/2 is 0.501, which is 127.75 / 255.
    raw = np.repeat(np.array([0, 64, 255], np.uint8), 4)[:, None] * np.ones(6, np.uint8)
    developed = develop(raw, replace(PLAIN, gamma=2))
    assert [developed[row, 0, 0] for row in (1, 5, 10)] == [0, 128, 255]


def test_12_bits_become_8() -> None:
    raw = np.full((6, 6), 2048, np.uint16)
    assert (develop(raw, IDEAL) == 128).all()  # 2048 / 4095 · 255 = 127.53
    assert (develop(np.full((6, 6), 4095, np.uint16), IDEAL) == 255).all()


def test_the_dark_offset_is_taken_away() -> None:
    sensor = replace(IDEAL, dark_offset=0.1)
    assert (develop(np.full((6, 6), 400, np.uint16), sensor) == 0).all()
    assert (develop(np.full((6, 6), 2252, np.uint16), sensor) == 127).all()  # (0.55 - 0.1) / 0.9 is a half
    assert (develop(np.full((6, 6), 4095, np.uint16), sensor) == 255).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"full_well_e": 0}, r"sensor: full_well_e is 0; it must be from 1 to 10,000,000"),
        ({"read_noise_e": -1}, r"sensor: read_noise_e is -1; it must be from 0 to 10,000"),
        ({"responsivity_e_us": 0}, r"sensor: responsivity_e_us is 0; it must be from 1e-06 to 1,000,000"),
        ({"flat_field_error": 0.5}, r"sensor: flat_field_error is 0.5; it must be from 0 to 0.2"),
        ({"dark_offset": float("nan")}, r"sensor: dark_offset is nan; it must be from 0 to 0.5"),
        ({"bits": 10}, r"sensor: bits is 10; it must be 8 or 12"),
        ({"gamma": 0}, r"sensor: gamma is 0; it must be from 0.2 to 5"),
        ({"white_balance": (1, 0, 1)}, r"sensor: white_balance of green is 0; it must be from 0.1 to 10"),
        ({"white_balance": (1, 1)}, r"sensor: white_balance has 2 factors; it must have 3"),
    ],
)
def test_a_sensor_that_cannot_be_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(BoothError, match=message):
        Sensor(**values)


def test_a_gain_beyond_the_camera_is_refused() -> None:
    with pytest.raises(BoothError, match="gain_db is 30; it must be from -6 to 24"):
        read_out(flat(1), IDEAL, 30, "left", 0)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(BoothError, match="a seed of -1 cannot be; it must be 0 or more"):
        read_out(flat(1), IDEAL, 0, "left", -1)


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_light_that_cannot_be_is_refused(value: float) -> None:
    exposed = flat(1)
    exposed[70, 3] = value
    with pytest.raises(BoothError, match="irradiance is negative, infinite or not a number in rows 64 to 95"):
        read_out(exposed, IDEAL, 0, "left", 0)


def test_a_frame_without_neighbours_is_refused() -> None:
    with pytest.raises(BoothError, match="a frame of 6×2 pixels has no colours; it must be 3×3 or more"):
        develop(np.zeros((2, 6), np.uint8), PLAIN)
