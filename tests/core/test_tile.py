import numpy as np
import pytest

from scuff.core.tile import Tile, Tiling, Window, cut, squares, starts, tiles

SIZES = [(1, 1), (1, 40), (40, 1), (7, 9), (16, 16), (17, 16), (24, 33), (31, 53), (64, 33), (65, 95)]
TILINGS = [Tiling(16, 16, 0), Tiling(16, 16, 3), Tiling(16, 16, 5), Tiling(32, 16, 2), Tiling(16, None, 3)]


def owners(windows: list[Window], frame_hw: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """How many windows own each pixel."""
    count = np.zeros(frame_hw, np.int64)
    for window in windows:
        count[window.own.rows, window.own.columns] += 1
    return count


@pytest.mark.parametrize(
    ("length", "size", "overlap", "expected"),
    [
        (10, 4, 0.0, [0, 4, 6]),  # the last one flush with the end
        (8, 4, 0.0, [0, 4]),
        (10, 4, 0.25, [0, 3, 6]),
        (10, 4, 0.5, [0, 2, 4, 6]),
        (4, 4, 0.25, [0]),
        (3, 4, 0.25, [0]),
        (5, 4, 0.99, [0, 1]),  # never stands still
        (1000, 384, 0.25, [0, 288, 576, 616]),
    ],
)
def test_starts_cover_an_axis(length: int, size: int, overlap: float, expected: list[int]) -> None:
    assert starts(length, size, overlap) == expected


@pytest.mark.parametrize("length", range(1, 60, 7))
@pytest.mark.parametrize("size", [1, 5, 16])
@pytest.mark.parametrize("overlap", [0.0, 0.25, 0.9])
def test_every_pixel_is_covered(length: int, size: int, overlap: float) -> None:
    covered = {pixel for start in starts(length, size, overlap) for pixel in range(start, start + size)}
    assert covered >= set(range(length))
    assert max(covered) == max(length, size) - 1


@pytest.mark.parametrize(("length", "size"), [(0, 4), (4, 0), (-1, 4)])
def test_sizes_below_one_are_refused(length: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"must be at least 1, not {length} and {size}"):
        starts(length, size, 0.25)


@pytest.mark.parametrize("overlap", [1.0, -0.1, 1.5])
def test_an_overlap_outside_its_range_is_refused(overlap: float) -> None:
    with pytest.raises(ValueError, match=r"overlap must be in \[0, 1\)"):
        starts(10, 4, overlap)


def test_tiles_come_row_by_row() -> None:
    assert tiles((4, 6), (4, 4), 0.0) == [Tile(0, 0, 4, 4), Tile(0, 2, 4, 4)]
    assert [(tile.y, tile.x) for tile in tiles((6, 6), (4, 4), 0.5)] == [(0, 0), (0, 2), (2, 0), (2, 2)]


def test_a_tile_within_its_frame_is_a_view() -> None:
    frame = np.arange(24).reshape(4, 6)
    crop = cut(frame, Tile(1, 2, 2, 3))
    assert crop.tolist() == [[8, 9, 10], [14, 15, 16]]
    assert np.shares_memory(crop, frame)


def test_what_lies_past_the_frame_is_mirrored() -> None:
    frame = np.array([[1, 2, 3], [4, 5, 6]])
    assert cut(frame, Tile(0, 0, 3, 5)).tolist() == [[1, 2, 3, 2, 1], [4, 5, 6, 5, 4], [1, 2, 3, 2, 1]]


def test_a_frame_of_one_pixel_is_repeated() -> None:
    assert cut(np.array([[7]]), Tile(0, 0, 2, 3)).tolist() == [[7, 7, 7], [7, 7, 7]]


def test_what_lies_past_the_frame_is_filled() -> None:
    mask = np.array([[1, 0]], np.uint8)
    filled = cut(mask, Tile(0, 0, 2, 3), fill=255)
    assert filled.tolist() == [[1, 0, 255], [255, 255, 255]]
    assert filled.dtype == np.uint8


def test_channels_are_kept() -> None:
    frame = np.arange(12).reshape(2, 2, 3)
    assert cut(frame, Tile(0, 0, 3, 3)).shape == (3, 3, 3)
    assert cut(frame, Tile(0, 0, 3, 3))[2, 2].tolist() == frame[0, 0].tolist()


@pytest.mark.parametrize("frame_hw", SIZES)
@pytest.mark.parametrize("tiling", TILINGS)
@pytest.mark.parametrize("multiple", [1, 2])
def test_every_pixel_belongs_to_one_window(frame_hw: tuple[int, int], tiling: Tiling, multiple: int) -> None:
    windows = tiling.windows(frame_hw, multiple)
    assert (owners(windows, frame_hw) == 1).all()
    for window in windows:
        assert (window.tile.height, window.tile.width) == tiling.tile_hw(frame_hw)
        for begin, first in ((window.tile.y, window.own.y), (window.tile.x, window.own.x)):
            assert begin % multiple == first % multiple == 0
        assert window.own.y + window.own.height <= frame_hw[0]
        assert window.own.x + window.own.width <= frame_hw[1]


@pytest.mark.parametrize("frame_hw", SIZES)
@pytest.mark.parametrize("tiling", TILINGS)
@pytest.mark.parametrize("multiple", [1, 2])
def test_the_halo_is_kept_but_at_the_border_of_the_frame(
    frame_hw: tuple[int, int], tiling: Tiling, multiple: int
) -> None:
    height, width = frame_hw
    for window in tiling.windows(frame_hw, multiple):
        tile, own, halo = window.tile, window.own, tiling.halo_px
        assert own.y == 0 or own.y - tile.y >= halo
        assert own.x == 0 or own.x - tile.x >= halo
        assert own.rows.stop == height or tile.rows.stop - own.rows.stop >= halo
        assert own.columns.stop == width or tile.columns.stop - own.columns.stop >= halo


def test_seams_run_through_the_middle_of_what_two_windows_see() -> None:
    # Tiles at 0 and 6, the last one flush with the end; both see 6 to 10.
    first, second = Tiling(10, 10, 1).windows((10, 16))
    assert (first.tile, second.tile) == (Tile(0, 0, 10, 10), Tile(0, 6, 10, 10))
    assert (first.own, second.own) == (Tile(0, 0, 10, 8), Tile(0, 8, 10, 8))


def test_windows_come_row_by_row() -> None:
    windows = Tiling(8, 8, 0).windows((16, 16))
    assert [(window.tile.y, window.tile.x) for window in windows] == [(0, 0), (0, 8), (8, 0), (8, 8)]


@pytest.mark.parametrize(("length", "count"), [(16, 1), (17, 2), (28, 2), (29, 3), (40, 3), (41, 4)])
def test_no_more_windows_than_needed(length: int, count: int) -> None:
    # Each window after the first adds 16 - 2·2 pixels.
    assert len(Tiling(16, 16, 2).windows((16, length))) == count


def test_a_frame_of_20_megapixels_needs_204_squares_of_384() -> None:
    assert len(squares(384).windows((3648, 5472))) == 10 * 15


def test_strips_are_as_wide_as_the_frame_and_a_multiple_of_the_stride() -> None:
    tiling = Tiling(480, None, 32)
    assert tiling.tile_hw((3648, 5472)) == (480, 5472)
    assert tiling.tile_hw((3648, 5473)) == (480, 5504)
    windows = tiling.windows((3648, 5472))
    assert {(window.own.x, window.own.width) for window in windows} == {(0, 5472)}
    assert len(windows) == 9  # 480 + 8·416 = 3808


def test_a_strip_narrower_than_two_halos_is_one_window() -> None:
    assert Tiling(64, None, 40).windows((50, 20)) == [Window(Tile(0, 0, 64, 32), Tile(0, 0, 50, 20))]


def test_coarse_windows_begin_on_even_pixels_and_the_last_one_may_reach_past_the_frame() -> None:
    windows = Tiling(8, 8, 1).windows((8, 19), multiple=2)
    # A halo of 1 becomes 2: a seam on an even pixel must leave at least 1.
    assert [window.tile.x for window in windows] == [0, 4, 8, 12]
    assert [(window.own.x, window.own.width) for window in windows] == [(0, 6), (6, 4), (10, 4), (14, 5)]


@pytest.mark.parametrize("halo_px", [4, 9, -1])
def test_a_halo_that_leaves_nothing_is_refused(halo_px: int) -> None:
    with pytest.raises(ValueError, match=rf"a halo of {halo_px} px leaves nothing of a tile of 8 px, or is below 0"):
        Tiling(8, 8, halo_px).windows((20, 20))


def test_squares_have_a_twelfth_as_halo() -> None:
    assert squares(384) == Tiling(384, 384, 8)
