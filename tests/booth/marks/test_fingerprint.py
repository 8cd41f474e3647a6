from typing import TYPE_CHECKING

import numpy as np
import pytest

from scuff.booth.marks.fingerprint import RIDGE_MM, Fingerprint, draw_fingerprint
from scuff.booth.surface import Values

if TYPE_CHECKING:
    from tests.booth.marks.conftest import Grid


def share(places: tuple[Values, Values], pixel_mm: float, seed: int = 1) -> Values:
    p, q = places
    cover = Fingerprint((0.0, 0.0), ridge_mm=0.45, strength=0.3, seed=seed).change(p.ravel(), q.ravel(), pixel_mm).cover
    assert cover is not None
    return cover.share.reshape(p.shape)


def test_ridges_have_their_distance(grid: "Grid") -> None:
    image = share(grid(6.4, 0.05), 0.05)
    spectrum = np.abs(np.fft.fftshift(np.fft.fft2(image - image.mean()))) ** 2
    frequency = np.fft.fftshift(np.fft.fftfreq(image.shape[0], 0.05))
    radius = np.hypot(*np.meshgrid(frequency, frequency))
    band = (radius > 1.2) & (radius < 4)  # per mm
    assert np.average(radius[band], weights=spectrum[band]) == pytest.approx(1 / 0.45, rel=0.15)


def test_ridges_fade_where_pixels_are_larger_but_the_grease_stays(grid: "Grid") -> None:
    fine, coarse = share(grid(10.8, 0.05), 0.05), share(grid(10.8, 0.45), 0.45)
    assert coarse.mean() == pytest.approx(fine.mean(), rel=0.05)
    middle = fine.shape[0] // 2
    assert fine[middle - 40 : middle + 40, middle - 40 : middle + 40].std() > 0.03
    again = Fingerprint((0.0, 0.0), ridge_mm=0.45, strength=0.3, seed=1)
    p, q = grid(10.8, 0.05)
    without = again.change(p.ravel(), q.ravel(), 0.45).cover  # each of these places averaged over a coarse pixel
    assert without is not None
    rough = np.abs(np.diff(without.share.reshape(p.shape), axis=0)).mean()
    assert rough < 0.1 * np.abs(np.diff(fine, axis=0)).mean()


def test_drawn_prints_keep_to_their_ranges() -> None:
    random = np.random.default_rng(9)
    prints = [draw_fingerprint(random, (0.0, 0.0)) for _ in range(50)]
    assert all(RIDGE_MM[0] <= each.ridge_mm <= RIDGE_MM[1] for each in prints)
    assert {each.whorl for each in prints} == {True, False}
