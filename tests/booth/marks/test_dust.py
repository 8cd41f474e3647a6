from typing import TYPE_CHECKING

import numpy as np
import pytest

from scuff.booth.marks.dust import MOST, Dust, draw_dust

if TYPE_CHECKING:
    from tests.booth.marks.conftest import Grid


def test_specks_keep_their_area_in_coarser_pixels(grid: "Grid") -> None:
    dust = Dust((0.0, 0.0), 3.0, count=6, speck_mm=0.1, seed=2)
    sums = []
    for pixel_mm in (0.02, 0.1, 0.4):
        p, q = grid(5.2, pixel_mm)
        cover = dust.change(p.ravel(), q.ravel(), pixel_mm).cover
        assert cover is not None
        sums.append(float(cover.share.sum()) * pixel_mm**2)
    assert sums[1:] == pytest.approx([sums[0]] * 2, rel=0.05)
    assert 1 < sums[0] / (np.pi / 4 * 0.1**2) < 12  # six specks, larger and smaller


def test_drawn_dust_keeps_to_its_ranges() -> None:
    random = np.random.default_rng(8)
    counts = [draw_dust(random, (0.0, 0.0)).count for _ in range(50)]
    assert 1 == min(counts) < max(counts) <= MOST
