import numpy as np
import pytest

from scuff.booth.marks.groove import WALL_SPREAD, Walls, marked_line
from scuff.booth.surface import Groove, Values

HALF, STEEP = 0.05, 0.2
"""A groove 0.1 mm wide and 0.01 mm deep: the walls' upper edges have a slope of 0.4."""


def cut(distance: Values, pixel_mm: float, burr: float = 0.0) -> Groove:
    """The groove at pixels at a distance; it runs along p."""
    walls = Walls(distance.size)
    walls.add(distance, np.full_like(distance, HALF), np.full_like(distance, STEEP), pixel_mm, (burr, burr))
    return walls.groove(np.zeros_like(distance))


def test_slope_of_a_wall_is_that_of_the_parabola() -> None:
    # 2 · depth · x / half² at x = 5/8 of the half width, over an eighth of the groove
    groove = cut(np.array([0.03125, -0.03125], np.float32), 0.0125)
    np.testing.assert_allclose(groove.share, 1, rtol=1e-4)
    np.testing.assert_allclose(groove.slope, [[0, 0.25], [0, -0.25]], atol=1e-4)
    np.testing.assert_allclose(groove.spread, WALL_SPREAD, rtol=1e-2)


def test_a_pixel_that_sees_the_whole_groove_sees_the_spread_of_its_walls() -> None:
    groove = cut(np.array([0.0], np.float32), 0.4)
    assert groove.share[0] == pytest.approx(0.25, rel=1e-4)
    np.testing.assert_allclose(groove.slope, 0, atol=1e-6)
    # its eight strips have slopes of 0.2 · (±0.25, ±0.75, ±1.25, ±1.75)
    square = 0.04 * (0.25**2 + 0.75**2 + 1.25**2 + 1.75**2) / 4
    assert groove.spread[0] == pytest.approx((square + WALL_SPREAD**2) ** 0.5, rel=1e-3)


def test_lips_rise_beside_the_groove() -> None:
    # burr 0.5: lips 0.5 · 0.05 mm to the top and as much down again, 0.005 mm high
    bare, lipped = (cut(np.array([0.0], np.float32), 0.4, burr).share[0] for burr in (0.0, 0.5))
    assert lipped == pytest.approx(2 * bare, rel=1e-4)
    outside = cut(np.array([-0.0875, -0.0625, 0.0625, 0.0875], np.float32), 0.025, 0.5)
    np.testing.assert_allclose(outside.slope[:, 1], [0.2, -0.2, 0.2, -0.2], atol=1e-4)


def test_spread_is_never_zero_and_slopes_follow_the_direction() -> None:
    walls = Walls(2)
    nothing = walls.groove(np.zeros(2, np.float32))
    assert not nothing.share.any()
    assert (nothing.spread > 0).all()
    far = np.full(2, 0.03125, np.float32)
    walls.add(far, np.full_like(far, HALF), np.full_like(far, STEEP), 0.0125)
    turned = walls.groove(np.array([0, np.pi / 2], np.float32))  # across p is q; across q is -p
    np.testing.assert_allclose(turned.slope, [[0, 0.25], [-0.25, 0]], atol=1e-4)


def test_marked_are_a_fifth_of_a_pixel_and_the_middle_line() -> None:
    share = np.array([0.19, 0.2, 0.05], np.float32)
    nothing = np.zeros(3, np.float32)
    groove = Groove(share, np.zeros((3, 2), np.float32), nothing, nothing)
    assert marked_line(groove, np.array([False, False, True])).tolist() == [False, True, True]
