import numpy as np
import pytest

from scuff.booth.exposure import Exposure, expose
from scuff.booth.layers import Layers
from scuff.booth.sensor import Sensor
from scuff.core.errors import BoothError

SENSOR = Sensor(full_well_e=10_000, dark_offset=0, flat_field_error=0)


@pytest.fixture
def layers() -> Layers:
    """A wall as bright as the luminaire A, and an environment a tenth of that."""
    return Layers(("A", "environment"), np.stack([np.full((64, 96), value, np.float32) for value in (1, 0.1)]))


def test_a_frame_says_what_it_shows(layers: Layers) -> None:
    frame = expose(layers, {"A": 1}, Exposure(1000), SENSOR, "p1_left", "p1", "left", seed=0)
    assert (frame.name, frame.part, frame.camera) == ("p1_left", "p1", "left")
    assert frame.hw == (64, 96)
    assert frame.pixels.dtype == np.uint8


def test_brightness_follows_light_time_and_gain(layers: Layers) -> None:
    def mean(intensities: dict[str, float], exposure: Exposure) -> float:
        return float(expose(layers, intensities, exposure, SENSOR, "", "", "left", 0).pixels.mean())

    assert mean({"A": 0.9}, Exposure(5000)) == pytest.approx(127.5, abs=0.2)  # 5000 electrons of 10,000
    assert mean({"A": 1.9}, Exposure(2500)) == pytest.approx(127.5, abs=0.2)
    assert mean({"A": 0.9}, Exposure(2500, gain_db=20 * np.log10(2))) == pytest.approx(127.5, abs=0.2)
    assert mean({}, Exposure(5000)) == pytest.approx(12.75, abs=0.2)


def test_a_seed_gives_the_same_bytes_and_another_seed_others(layers: Layers) -> None:
    first, again, other = (
        expose(layers, {"A": 1}, Exposure(5000), SENSOR, "f", "p", "left", seed).pixels.tobytes() for seed in (4, 4, 5)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("exposure_us", "gain_db", "message"),
    [
        (19, 0, "exposure_us is 19; it must be from 20 to 1,000,000"),
        (2e6, 0, "exposure_us is 2,000,000; it must be from 20 to 1,000,000"),
        (float("nan"), 0, "exposure_us is nan; it must be from 20 to 1,000,000"),
        (1000, 24.5, "gain_db is 24.5; it must be from -6 to 24"),
    ],
)
def test_an_exposure_beyond_the_camera_is_refused(exposure_us: float, gain_db: float, message: str) -> None:
    with pytest.raises(BoothError, match=message):
        Exposure(exposure_us, gain_db)
