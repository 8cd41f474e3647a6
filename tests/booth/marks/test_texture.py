import numpy as np
import pytest

from scuff.booth.finish import Finish
from scuff.booth.marks.texture import SIZE_MM, TextureChange, draw_texture_change


def test_it_changes_roughness_in_its_middle_and_fades_outwards() -> None:
    area = TextureChange((0.0, 0.0), 40.0, 20.0, rough=0.2, share=0.5, lines=0.02, seed=1)
    p = np.linspace(0, 30, 301, dtype=np.float32)
    change = area.change(p, np.zeros_like(p), 0.1)
    assert change.cover is not None
    assert change.slope is not None
    assert change.cover.share[0] == pytest.approx(0.5, abs=0.05)
    assert not change.cover.share[p > 28].any()
    assert np.abs(np.diff(change.cover.share)).max() < 0.03  # 0.1 mm apart
    assert not change.slope[:, 0].any()
    assert not change.slope[p > 28].any()


def test_lines_have_their_slope_and_fade_in_coarse_pixels() -> None:
    area = TextureChange((0.0, 0.0), 80.0, 80.0, lines=0.02, seed=1)
    places = np.random.default_rng(0).uniform(-10, 10, (2, 4000)).astype(np.float32)
    fine, coarse = (area.change(places[0], places[1], pixel_mm).slope for pixel_mm in (0.01, 2.0))
    assert fine is not None
    assert coarse is not None
    assert fine[:, 1].std() == pytest.approx(0.02, rel=0.3)
    assert not coarse.any()


def test_drawn_areas_follow_the_finish() -> None:
    random = np.random.default_rng(11)
    finish = Finish(rough_along=0.05, rough_across=0.2)
    for _ in range(50):
        area = draw_texture_change(random, (0.0, 0.0), finish)
        assert SIZE_MM[0] <= area.length_mm <= SIZE_MM[1]
        assert 0.5 * 0.1 <= area.rough <= 1.3 * 0.1  # the mean of both is 0.1
