import numpy as np
import pytest

from scuff.inspection.skeleton import centre_line


def region(*rows: str) -> np.ndarray:
    return np.array([[letter == "#" for letter in row] for row in rows])


def test_a_line_of_pixels_is_its_own_middle() -> None:
    line = centre_line(region("####"))
    np.testing.assert_array_equal(line[np.argsort(line[:, 0])], [[0, 0], [1, 0], [2, 0], [3, 0]])


def test_the_middle_row_of_a_bar() -> None:
    line = centre_line(np.ones((3, 30), bool))
    assert set(line[:, 1]) == {1}
    assert len(line) >= 26


def test_side_branches_are_left_out() -> None:
    line = centre_line(region("..........", "##########", ".....#....", ".....#...."))
    assert line[:, 1].tolist() == [1] * 10


def test_a_bend_is_followed() -> None:
    inside = np.zeros((20, 20), bool)
    inside[0, :] = inside[:, 0] = True
    line = centre_line(inside)
    ends = {tuple(point) for point in (line[0], line[-1])}
    assert ends == {(19, 0), (0, 19)}


@pytest.mark.parametrize("inside", [np.ones((1, 1), bool), np.ones((2, 2), bool), np.ones((9, 9), bool)])
def test_a_blot_keeps_at_least_a_point(inside: np.ndarray) -> None:
    assert len(centre_line(inside)) >= 1


def test_a_ring_is_followed_half_way_round() -> None:
    line = centre_line(region(".###.", "#...#", "#...#", "#...#", ".###."))
    # Twelve pixels make the ring; from any of them the farthest is six steps away, whichever way one goes.
    assert len(line) == 7
