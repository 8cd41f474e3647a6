import numpy as np
import pytest

from scuff.station.booth_view import BoothView, enlarged
from scuff.station.simulated_world import World


def test_each_colour_is_enlarged_by_itself() -> None:
    mosaic = np.tile(np.array([[10, 20], [30, 40]], np.uint8), (4, 6))
    grown = enlarged(mosaic, (24, 36))
    np.testing.assert_array_equal(grown, np.tile(np.array([[10, 20], [30, 40]], np.uint8), (12, 18)))


def test_what_is_large_enough_stays_as_it_is() -> None:
    mosaic = np.zeros((4, 6), np.uint8)
    assert enlarged(mosaic, (4, 6)) is mosaic


def test_the_part_changes_after_so_many_frames(world: World) -> None:
    view = BoothView(world, "left", (128, 192), frames_per_part=2)
    placed = []
    for number in range(1, 6):
        assert view.draw(number, 50_000.0, 0.0).shape == (128, 192)
        placed.append(world.serial)
    assert placed == ["P0001", "P0001", "P0002", "P0002", "P0001"]  # there are two


def test_frames_follow_exposure_and_light(world: World) -> None:
    view = BoothView(world, "left", (64, 96), frames_per_part=100)
    plain = view.draw(1, 20_000.0, 0.0).mean()
    assert view.draw(2, 40_000.0, 0.0).mean() == pytest.approx(2 * plain, rel=0.1)
    world.switch({"A": 0.0, "B": 0.0})
    assert view.draw(3, 20_000.0, 0.0).mean() < plain
    assert view.draw(4, 1e9, 99.0).max() == 255  # beyond the sensor: as nearly as it can
