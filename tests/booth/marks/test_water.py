import numpy as np
import pytest

from scuff.booth.marks.water import RADIUS_MM, STRENGTH, WaterSpot, draw_water_spot


def test_minerals_lie_in_a_ring() -> None:
    spot = WaterSpot((0.0, 0.0), 5.0, ring_width_mm=0.2, rings=0, strength=0.5, seed=2)
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    radius = np.linspace(0, 8, 161)
    p, q = (np.outer(radius, turn(angle)).astype(np.float32) for turn in (np.cos, np.sin))
    cover = spot.change(p.ravel(), q.ravel(), 0.05).cover
    assert cover is not None
    share = cover.share.reshape(p.shape)
    strongest = radius[share.argmax(axis=0)]
    assert np.median(strongest) == pytest.approx(4.8, abs=0.4)  # a ring width inside its edge
    assert np.median(share.max(axis=0)) > 4 * np.median(share[40:60])
    assert not share[radius > 7.5].any()


def test_a_ring_keeps_its_area_in_coarser_pixels() -> None:
    spot = WaterSpot((0.0, 0.0), 3.0, ring_width_mm=0.15, rings=2, strength=0.3, seed=2)
    sums = []
    for pixel_mm in (0.05, 0.3):
        number = round(6 / pixel_mm)
        middles = ((np.arange(-number, number) + 0.5) * pixel_mm).astype(np.float32)
        p, q = np.meshgrid(middles, middles)
        cover = spot.change(p.ravel(), q.ravel(), pixel_mm).cover
        assert cover is not None
        sums.append(float(cover.share.sum()) * pixel_mm**2)
    assert sums[1] == pytest.approx(sums[0], rel=0.05)


def test_drawn_spots_keep_to_their_ranges() -> None:
    random = np.random.default_rng(6)
    for _ in range(50):
        spot = draw_water_spot(random, (1.0, 2.0))
        assert spot.xy_mm == (1.0, 2.0)
        assert RADIUS_MM[0] <= spot.radius_mm <= RADIUS_MM[1]
        assert STRENGTH[0] <= spot.strength <= STRENGTH[1]
