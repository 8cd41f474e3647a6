import numpy as np
import pytest

from scuff.core.tile import Tile, cut, starts, tiles


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
