from typing import TYPE_CHECKING

import numpy as np

from scuff.booth.marks.film import LENGTH_MM, Film, draw_film

if TYPE_CHECKING:
    from tests.booth.marks.conftest import Grid


def test_streaks_run_along_the_wipe(grid: "Grid") -> None:
    p, q = grid(12, 0.1)
    cover = Film((0.0, 0.0), 60.0, 30.0, strength=0.3, seed=4).change(p.ravel(), q.ravel(), 0.1).cover
    assert cover is not None
    share = cover.share.reshape(p.shape)
    along, across = np.abs(np.diff(share, axis=1)).mean(), np.abs(np.diff(share, axis=0)).mean()
    assert across > 3 * along
    assert 0.05 < share.mean() < 0.3


def test_it_ends_at_its_sides_and_fades_to_its_ends() -> None:
    film = Film((0.0, 0.0), 60.0, 20.0, strength=0.3, seed=4)
    way = np.linspace(-33, 33, 331, dtype=np.float32)
    shares = []
    for across in np.linspace(-11, 11, 111):
        cover = film.change(way, np.full_like(way, across), 0.1).cover
        assert cover is not None
        shares.append(cover.share)
    share = np.array(shares)
    assert not share[[0, 1, -2, -1]].any()
    assert not share[:, np.abs(way) > 30].any()
    assert share[:, np.abs(way) > 27].mean() < 0.1 * share[:, np.abs(way) < 15].mean()


def test_drawn_films_keep_to_their_ranges() -> None:
    random = np.random.default_rng(10)
    for _ in range(50):
        film = draw_film(random, (0.0, 0.0))
        assert LENGTH_MM[0] <= film.length_mm <= LENGTH_MM[1]
        assert film.width_mm <= film.length_mm * 2 / 3
