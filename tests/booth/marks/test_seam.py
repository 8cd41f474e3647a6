import numpy as np
import pytest

from scuff.booth.marks.seam import TINT_MM, WIDTH_MM, WeldSeam, draw_weld_seam
from scuff.booth.surface import Change

SEAM = WeldSeam((0.0, 0.0), 600.0, width_mm=3.0, height_mm=0.1, ripple_mm=0.6, rippled=0.08, tint_mm=6.0, seed=2)


def across(seam: WeldSeam, q: float, pixel_mm: float = 0.05) -> Change:
    p = np.linspace(-30, 30, 3001, dtype=np.float32)
    return seam.change(p, np.full_like(p, q), pixel_mm)


def test_the_crown_falls_to_both_sides() -> None:
    left, right = across(SEAM, 0.8).slope, across(SEAM, -0.8).slope
    assert left is not None
    assert right is not None
    assert left[:, 1].mean() < -0.05
    assert right[:, 1].mean() > 0.05


def test_ripples_have_their_distance_and_fade_in_coarse_pixels() -> None:
    fine, coarse = across(SEAM, 0.0).slope, across(SEAM, 0.0, 0.6).slope
    assert fine is not None
    assert coarse is not None
    spectrum = np.abs(np.fft.rfft(fine[:, 0]))
    assert np.fft.rfftfreq(3001, 0.02)[spectrum.argmax()] == pytest.approx(1 / 0.6, rel=0.1)
    assert fine[:, 0].std() == pytest.approx(0.08 / 2**0.5, rel=0.35)
    assert not coarse[:, 0].any()


def test_tints_are_brown_then_straw_and_end() -> None:
    brown, straw, beyond = (across(SEAM, 1.5 + away).warmth for away in (2.0, 3.8, 10.0))
    assert brown is not None
    assert straw is not None
    assert beyond is not None
    assert brown.mean() > straw.mean() > 0.05
    assert not beyond.any()


def test_it_runs_from_end_to_end_only() -> None:
    p = np.array([-301, -299, 299, 301], np.float32)
    cover = SEAM.change(p, np.zeros_like(p), 0.1).cover
    assert cover is not None
    assert (cover.share > 0).tolist() == [False, True, True, False]


def test_drawn_seams_keep_to_their_ranges() -> None:
    random = np.random.default_rng(12)
    for _ in range(50):
        seam = draw_weld_seam(random, (0.0, 0.0), 400.0, 90.0)
        assert (seam.length_mm, seam.angle_deg) == (400.0, 90.0)
        assert WIDTH_MM[0] <= seam.width_mm <= WIDTH_MM[1]
        assert TINT_MM[0] <= seam.tint_mm <= TINT_MM[1]
