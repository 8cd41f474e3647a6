from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.runtimes import PaintedRuntime

from scuff.core.errors import PictureError
from scuff.core.region import Regions
from scuff.core.tile import Tiling, Window
from scuff.inspection.scorer import Scorer
from scuff.inspection.scores import FULL, INVALID

TILING = Tiling(8, 8, 0)


def red(frame_hw: tuple[int, int], value: int = FULL) -> NDArray[np.uint8]:
    pixels = np.zeros((*frame_hw, 3), np.uint8)
    pixels[..., 0] = value
    return pixels


def test_whole_frame_without_region_and_screening() -> None:
    scored = Scorer(PaintedRuntime(), TILING).score(red((16, 24)))
    assert (scored.tiles, scored.tiles_scored) == (6, 6)
    assert (scored.scores.score == FULL).all()


@pytest.mark.parametrize("step", [1, 2])
def test_region_spares_tiles_and_leaves_nothing_outside(step: int) -> None:
    runtime = PaintedRuntime(step=step)
    scored = Scorer(runtime, TILING, Regions({"left": "2,2 5,2 5,13 2,13"})).score(red((16, 24)), "left")
    assert (scored.tiles, scored.tiles_scored, runtime.seen) == (2, 2, 2)
    expected = np.zeros((16, 24), np.uint8)
    expected[2:14, 2:6] = FULL
    np.testing.assert_array_equal(scored.scores.full(scored.scores.score), expected)


def test_thin_region_is_seen_at_half_resolution_too() -> None:
    # Column 3 only: it has no pixel whose row and column are even.
    scored = Scorer(PaintedRuntime(step=2), TILING, Regions({"": "3,0 3,7 4,7"})).score(red((8, 8)))
    assert scored.scores.score[:, 1].tolist() == [FULL] * 4


@pytest.mark.parametrize(
    ("region", "reason"),
    [({"left": "0,0 5,0 5,5"}, "no entry for camera 'right'"), ({"right": "0,0 99,0 5,5"}, "beyond the frame")],
)
def test_region_that_does_not_fit_gives_no_scores(region: dict[str, str], reason: str) -> None:
    with pytest.raises(PictureError, match=reason):
        Scorer(PaintedRuntime(), TILING, Regions(region)).score(red((8, 16)), "right")


def test_scores_that_are_no_numbers_are_refused() -> None:
    pixels = red((16, 16), value=0)
    pixels[3, 5] = INVALID
    with pytest.raises(PictureError, match="gives scores for it that are no numbers; export the bundle again"):
        Scorer(PaintedRuntime(), TILING).score(pixels)


class LastOnly:
    """Chooses the last window."""

    def choose(self, pixels: NDArray[np.uint8], windows: Sequence[Window]) -> list[Window]:
        return list(windows[-1:])


def test_screening_chooses_among_the_tiles_of_the_region() -> None:
    runtime = PaintedRuntime()
    regions = Regions({"": "0,0 23,0 23,7 0,7"})
    scored = Scorer(runtime, TILING, regions, LastOnly()).score(red((16, 24)))
    assert (scored.tiles, scored.tiles_scored, runtime.seen) == (3, 1, 1)
    expected = np.zeros((16, 24), np.uint8)
    expected[:8, 16:] = FULL
    np.testing.assert_array_equal(scored.scores.score, expected)


class Nothing:
    """Chooses no window: the frame is clean."""

    def choose(self, pixels: NDArray[np.uint8], windows: Sequence[Window]) -> list[Window]:
        return []


def test_clean_frame_needs_no_tile() -> None:
    scored = Scorer(PaintedRuntime(), TILING, screen=Nothing()).score(red((16, 24)))
    assert (scored.tiles, scored.tiles_scored, int(scored.scores.score.max())) == (6, 0, 0)
