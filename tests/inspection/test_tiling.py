import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.inspection.tiling import classify, score_frame


class Brightness:
    """Scores each pixel by itself: one class, grey / 255."""

    def scores(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.asarray(tiles.mean(axis=3)[:, None] / 255, np.float32)


class Counting:
    """Scores 0 everywhere in its first tile and 1 in all others."""

    def __init__(self) -> None:
        self.calls = 0

    def scores(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        first = self.calls
        self.calls += len(tiles)
        each = [np.full((1, *tiles.shape[1:3]), min(first + n, 1), np.float32) for n in range(len(tiles))]
        return np.stack(each)


class Constant:
    """Scores 0.3 for one class and 0.7 for the other."""

    def scores(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        scores = np.empty((len(tiles), 2, *tiles.shape[1:3]), np.float32)
        scores[:, 0], scores[:, 1] = 0.3, 0.7
        return scores


@pytest.mark.parametrize("hw", [(1, 1), (1, 40), (7, 9), (16, 16), (17, 16), (31, 53), (64, 33)])
@pytest.mark.parametrize("overlap", [0.0, 0.25, 0.5, 0.9])
def test_tiles_give_what_the_whole_frame_gives(hw: tuple[int, int], overlap: float) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*hw, 3)).astype(np.uint8)
    whole = Brightness().scores(pixels[None])[0]
    tiled = score_frame(pixels, Brightness(), tile_px=16, overlap=overlap)
    assert tiled.shape == (1, *hw)
    assert tiled.dtype == np.float32
    np.testing.assert_allclose(tiled, whole, atol=1e-6)


@pytest.mark.parametrize("hw", [(1, 1), (8, 8), (21, 34)])
def test_constant_scores_stay_constant(hw: tuple[int, int]) -> None:
    scores = score_frame(np.zeros((*hw, 3), np.uint8), Constant(), tile_px=8, overlap=0.4)
    np.testing.assert_allclose(scores[0], 0.3, rtol=1e-6)
    np.testing.assert_allclose(scores[1], 0.7, rtol=1e-6)


def test_one_tile_is_not_changed_at_all() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (16, 16, 3)).astype(np.uint8)
    np.testing.assert_array_equal(score_frame(pixels, Brightness(), 16, 0.25), Brightness().scores(pixels[None])[0])


def test_seam_is_a_smooth_passage() -> None:
    # Tiles of 8 at 0 and 4; in their overlap the second one's weights are 1, 2, 3, 4 of 5.
    scores = score_frame(np.zeros((8, 12, 3), np.uint8), Counting(), tile_px=8, overlap=0.5)
    np.testing.assert_allclose(scores[0, 3], [0, 0, 0, 0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1], atol=1e-6)


def test_scores_do_not_depend_on_the_batch() -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (40, 50, 3)).astype(np.uint8)
    one, three = (score_frame(pixels, Brightness(), 16, 0.25, batch=batch) for batch in (1, 3))
    np.testing.assert_array_equal(one, three)


def test_scores_never_leave_their_range() -> None:
    scores = score_frame(np.full((100, 100, 3), 255, np.uint8), Brightness(), tile_px=16, overlap=0.3)
    assert scores.max() == 1


def test_pixel_is_defective_when_its_classes_together_reach_the_threshold() -> None:
    scores = np.array([[[0.2, 0.25, 0.1, 0.0]], [[0.2, 0.25, 0.6, 0.0]]], np.float32)
    np.testing.assert_array_equal(classify(scores, 0.5), [[0, 1, 2, 0]])
