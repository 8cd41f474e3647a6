from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.recipe import Patches
from scuff.dataset.catalogue import Catalogue
from scuff.dataset.windows import Choice, choose_windows, spread

SMALL = Patches(size_px=32)
"""Windows of 32×32 pixels, 24 apart."""

MakeCatalogue = Callable[..., Catalogue]


def mask(height: int, width: int, *defects_yx: tuple[int, int]) -> NDArray[np.uint8]:
    values = np.zeros((height, width), np.uint8)
    for y, x in defects_yx:
        values[y, x] = 1
    return values


def choose(catalogue: Catalogue, settings: Patches, seed: int = 0) -> Choice:
    return choose_windows(catalogue, catalogue.rows, settings, np.random.default_rng(seed))


def places(choice: Choice) -> list[tuple[str, int, int, int]]:
    return [(w.row.frame, w.tile.y, w.tile.x, w.defect_px) for w in choice.windows]


def test_the_default_is_the_published_procedure(make_catalogue: MakeCatalogue) -> None:
    # Windows of 384, 288 apart, the last flush: y 0, 216; x 0, 288, 576, 616.
    catalogue = make_catalogue({"P1": mask(600, 1000, (10, 300), (590, 999))})
    choice = choose(catalogue, Patches())
    assert places(choice) == [("P1", 0, 0, 1), ("P1", 0, 288, 1), ("P1", 216, 616, 1)]
    assert {(w.tile.height, w.tile.width) for w in choice.windows} == {(384, 384)}


def test_windows_with_too_few_defective_pixels_are_neither_defective_nor_sound(
    make_catalogue: MakeCatalogue,
) -> None:
    # Windows at x 0, 24, 48: one defective pixel in the first, two in the last.
    catalogue = make_catalogue({"P1": mask(32, 80, (0, 0), (0, 78), (0, 79))})
    choice = choose(catalogue, Patches(size_px=32, min_defect_px=2, sound_share=0.5))
    assert places(choice) == [("P1", 0, 24, 0), ("P1", 0, 48, 2)]
    assert choice.sound_lacking == 0


def test_sound_windows_make_up_their_share_and_are_spread_over_frames(make_catalogue: MakeCatalogue) -> None:
    # Three defective windows; at a share of a quarter, one sound one; at a half, three.
    defective = mask(32, 80, (0, 0), (0, 30), (0, 79))
    catalogue = make_catalogue({"P1": defective, "P2": mask(80, 80), "P3": mask(80, 80), "P4": mask(80, 80)})
    for share, expected in ((0.25, 1), (0.5, 3)):
        choice = choose(catalogue, Patches(size_px=32, sound_share=share))
        sound = Counter(window.row.frame for window in choice.windows if not window.defect_px)
        assert sum(sound.values()) == expected
        assert max(sound.values()) == 1


def test_sound_windows_of_defective_frames_are_drawn_too(make_catalogue: MakeCatalogue) -> None:
    catalogue = make_catalogue({"P1": mask(32, 80, (0, 0))})
    assert [place[1:] for place in places(choose(catalogue, Patches(size_px=32, sound_share=0.5)))] in (
        [(0, 0, 1), (0, 24, 0)],
        [(0, 0, 1), (0, 48, 0)],
    )


def test_the_seed_draws_the_sound_windows(make_catalogue: MakeCatalogue) -> None:
    catalogue = make_catalogue({"P1": mask(32, 32, (0, 0)), "P2": mask(320, 320)})
    settings = Patches(size_px=32, sound_share=0.8)
    drawn = [places(choose(catalogue, settings, seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_says_how_many_sound_windows_are_lacking(make_catalogue: MakeCatalogue) -> None:
    catalogue = make_catalogue({"P1": mask(32, 80, (0, 0), (0, 79)), "P2": mask(32, 32)})
    choice = choose(catalogue, Patches(size_px=32, sound_share=0.8))
    # Two defective windows ask for eight sound ones; there is one in each frame.
    assert len(choice.windows) == 4
    assert choice.sound_lacking == 6
    assert choice.searched == 2


def test_advances_once_for_each_frame(make_catalogue: MakeCatalogue) -> None:
    catalogue = make_catalogue({"P1": mask(32, 32, (0, 0)), "P2": mask(32, 32)})
    calls: list[None] = []
    choose_windows(catalogue, catalogue.rows, SMALL, np.random.default_rng(0), lambda: calls.append(None))
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("available", "wanted", "amounts"),
    [
        ([5, 0, 1], 0, [0, 0, 0]),
        ([5, 0, 1], 2, [1, 0, 1]),
        ([5, 0, 1], 4, [3, 0, 1]),
        ([5, 0, 1], 99, [5, 0, 1]),
        ([], 3, []),
    ],
)
def test_spreads_what_is_wanted(available: list[int], wanted: int, amounts: list[int]) -> None:
    assert spread(available, wanted, np.random.default_rng(0)) == amounts
