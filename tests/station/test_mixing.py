import numpy as np
import pytest
from tests.fixtures.raw_frames import raw_frame

from scuff.core.region import Regions
from scuff.core.station_recipe import ExposureControl
from scuff.station.exposure import HIGHEST, Setting
from scuff.station.mixing import DARK, Mixer, View, alone

PLAIN = ExposureControl(black_level=0.0, percentile=50.0, clipped_share=0.1, level=0.5)


def view(**values: int) -> View:
    """A part that is equally bright all over, taken with 1000 µs."""
    frames = {name: raw_frame(np.full((8, 8), value, np.uint8)) for name, value in values.items()}
    return View("P1", "left", frames)


def mixer(settings: ExposureControl = PLAIN, **values: int) -> Mixer:
    return Mixer([view(**values)], Regions({}), settings)


def test_each_luminaire_is_taken_alone_and_none() -> None:
    assert [(each.name, each.intensities) for each in alone(("A", "B"))] == [
        ("A", {"A": 1.0, "B": 0.0}),
        ("B", {"A": 0.0, "B": 1.0}),
        (DARK, {"A": 0.0, "B": 0.0}),
    ]


def test_light_adds_up_and_what_is_always_there_counts_once() -> None:
    mixed = mixer(A=50, B=30, dark=10)
    frame = mixed.predict(mixed.views[0], {"A": 1.0, "B": 0.5}, Setting(2000.0))
    assert frame.pixels[0, 0] == 2 * (10 + 40 + 10)
    assert (frame.exposure_us, frame.gain_db) == (2000.0, 0.0)


def test_what_a_frame_was_taken_with_does_not_matter() -> None:
    long = raw_frame(np.full((8, 8), 100, np.uint8), exposure_us=4000.0)
    loud = raw_frame(np.full((8, 8), 60, np.uint8), exposure_us=500.0, gain_db=20.0)
    mixed = Mixer([View("P1", "left", {"A": long, "B": loud})], Regions({}), PLAIN)
    frame = mixed.predict(mixed.views[0], {"A": 1.0, "B": 1.0}, Setting(1000.0))
    assert frame.pixels[0, 0] == 25 + 12


def test_black_is_no_light_and_comes_back() -> None:
    settings = ExposureControl(black_level=0.1)
    frame = mixer(settings, A=51).predict(view(A=51), {"A": 1.0}, Setting(2000.0))
    assert frame.pixels[0, 0] == pytest.approx(255 * (0.1 + 0.2), abs=1)  # 51 of 255 is 0.1 above black


def test_the_level_says_how_a_mix_is_exposed() -> None:
    # Together they give 51 of 255, a fifth of full scale, in 1000 µs.
    assert mixer(A=41, B=20, dark=10).setting("left", {"A": 1.0, "B": 1.0}).exposure_us == pytest.approx(2500.0)
    assert mixer(A=41, B=20, dark=10).setting("left", {"A": 1.0, "B": 1.0}, 0.5).exposure_us == pytest.approx(1250.0)


def test_highlights_hold_it_down() -> None:
    pixels = np.full((10, 10), 51, np.uint8)
    pixels[:2] = 102
    bright = View("P2", "left", {"A": raw_frame(pixels)})
    settings = PLAIN.model_copy(update={"level": 0.9})
    alone_dark = Mixer([View("P1", "left", {"A": raw_frame(np.full((10, 10), 51, np.uint8))})], Regions({}), settings)
    assert alone_dark.setting("left", {"A": 1.0}).exposure_us == pytest.approx(4500.0)
    assert Mixer([bright], Regions({}), settings).setting("left", {"A": 1.0}).exposure_us == pytest.approx(
        1000 * HIGHEST / 0.4
    )


def test_no_light_at_all_is_exposed_as_long_as_may_be() -> None:
    assert mixer(A=0).setting("left", {"A": 1.0}) == Setting(100_000.0, 12.0)


def test_only_the_region_counts() -> None:
    pixels = np.full((8, 8), 255, np.uint8)
    pixels[:4, :4] = 51
    mixed = Mixer([View("P1", "left", {"A": raw_frame(pixels)})], Regions({"left": "0,0 3,0 3,3 0,3"}), PLAIN)
    assert mixed.setting("left", {"A": 1.0}).exposure_us == pytest.approx(2500.0)
