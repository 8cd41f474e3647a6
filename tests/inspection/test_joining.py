import cv2
import numpy as np
import pytest

from scuff.inspection.joining import Bridge, bridged, join


def numbered(*rows: str) -> tuple[np.ndarray, int]:
    inside = np.array([[letter == "#" for letter in row] for row in rows], np.uint8)
    count, numbers = cv2.connectedComponents(inside, connectivity=8)
    return np.asarray(numbers, np.int32), count - 1


@pytest.mark.parametrize(("gap_px", "together"), [(1, False), (2, False), (3, True), (4, True)])
def test_pieces_are_joined_up_to_the_gap_and_no_further(gap_px: int, together: bool) -> None:
    numbers, bridges = join(*numbered("##...##"), gap_px)
    assert numbers.tolist() == ([0, 1, 1] if together else [0, 1, 2])
    assert bridges == ([Bridge((1, 0), (5, 0))] if together else [])


def test_the_gap_is_measured_straight_from_pixel_to_pixel() -> None:
    pieces = numbered("#....", ".....", ".....", "....#")  # 4 across and 3 down: 5 apart, 4 sound pixels between
    assert join(*pieces, 3)[0].tolist() == [0, 1, 2]
    assert join(*pieces, 4)[0].tolist() == [0, 1, 1]


def test_a_chain_of_pieces_is_one_and_has_a_bridge_less_than_pieces() -> None:
    numbers, bridges = join(*numbered("#..#..#"), 2)
    assert numbers.tolist() == [0, 1, 1, 1]
    assert bridges == [Bridge((0, 0), (3, 0)), Bridge((3, 0), (6, 0))]


def test_bridges_connect() -> None:
    pieces, _ = numbered("#..#..#")
    whole = bridged(pieces > 0, join(pieces, 3, 2)[1])
    assert whole.tolist() == [[True] * 7]


def test_a_single_piece_needs_no_bridge() -> None:
    numbers, bridges = join(*numbered("###"), 9)
    assert (numbers.tolist(), bridges) == ([0, 1], [])


def test_groups_against_every_pair() -> None:
    inside = (np.random.default_rng(0).random((60, 60)) < 0.02).astype(np.uint8)
    count, numbers = cv2.connectedComponents(inside, connectivity=8)
    places = [np.argwhere(numbers == number) for number in range(1, count)]
    wanted = np.eye(count - 1, dtype=bool)
    for one in range(count - 1):
        for other in range(count - 1):
            apart = np.hypot(*(places[one][:, None] - places[other][None]).reshape(-1, 2).T).min()
            wanted[one, other] |= apart <= 4
    for _ in range(count):
        wanted = (wanted.astype(int) @ wanted.astype(int)) > 0
    found = join(np.asarray(numbers, np.int32), count - 1, 3)[0][1:]
    np.testing.assert_array_equal(found[:, None] == found[None], wanted)
