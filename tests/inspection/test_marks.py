from pathlib import Path

import cv2
import numpy as np
import pytest

from scuff.core.errors import PictureError, RecipeError
from scuff.core.plane import Planes
from scuff.inspection.marks import Board, Marks, fit_plane, read_marks

SLANTED = np.array([[0.12, 0.01, -3.0], [0.004, 0.13, 5.0], [2e-5, -1e-5, 1.0]])
"""From pixels to mm, seen at a slant."""


def mapped(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    there = np.c_[points, np.ones(len(points))] @ matrix.T
    return np.asarray(there[:, :2] / there[:, 2:])


def test_marks_give_back_the_plane_that_they_lie_in() -> None:
    px = np.array([[100, 100], [5000, 200], [4800, 3400], [150, 3300], [2500, 1700.0]])
    fit = fit_plane(Marks(px, mapped(SLANTED, px), "marks"), "left", "lid")
    assert fit.calibration.residual_mm == pytest.approx(0, abs=1e-4)
    assert (fit.calibration.camera, fit.calibration.plane, fit.calibration.points) == ("left", "lid", 5)
    plane = Planes((fit.calibration,), None).of("left")
    assert plane is not None
    places = np.array([[0.0, 0.0], [1234.5, 678.9]])
    np.testing.assert_allclose(plane.to_mm(places), mapped(SLANTED, places), atol=1e-3)
    # The area of a pixel against a square of 0.01 pixels that is mapped corner by corner.
    corners = np.array([[1000, 1000], [1000.01, 1000], [1000.01, 1000.01], [1000, 1000.01]])
    (x, y) = mapped(SLANTED, corners).T
    shoelace = abs((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2
    assert plane.pixel_mm2(np.array([[1000.0, 1000.0]]))[0] == pytest.approx(shoelace * 1e4, rel=1e-3)


def test_the_residual_and_the_worst_mark_tell_of_a_mark_measured_wrongly() -> None:
    px = np.array([[x, y] for x in (0, 2000, 4000) for y in (0, 1500, 3000.0)])
    mm = mapped(SLANTED, px)
    mm[4] += (0.9, 0)
    fit = fit_plane(Marks(px, mm, "marks"), "", "")
    assert fit.worst == 5
    assert 0.1 < fit.calibration.residual_mm < fit.worst_mm < 0.9


@pytest.mark.parametrize(
    ("px", "reason"),
    [([[0, 0], [9, 0], [9, 9]], "3 marks; a plane takes 4 or more"), ([[n, 2 * n] for n in range(6)], "on a line")],
)
def test_marks_that_no_plane_follows_from_are_refused(px: list[list[float]], reason: str) -> None:
    places = np.array(px, np.float64)
    with pytest.raises(RecipeError, match=reason):
        fit_plane(Marks(places, places, "marks"), "", "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x,y\n1,2\n", "must have the columns x_px, y_px, x_mm, y_mm"),
        ("x_px,y_px,x_mm,y_mm\n1,2,3,4\n1,2,3,four\n", "line 3: x_px, y_px, x_mm, y_mm must be four numbers"),
    ],
)
def test_tables_that_are_none_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "marks.csv").write_text(text)
    with pytest.raises(RecipeError, match=reason):
        read_marks(tmp_path / "marks.csv")


def test_a_board_is_found_and_gives_its_plane() -> None:
    board = Board((7, 5), 20.0, 15.0, "DICT_4X4_50")
    flat = board.drawn().generateImage((1400, 1000), marginSize=0)  # 10 pixels a mm
    # The camera sees it turned a little; OpenCV's pixel borders lie half a pixel before their middles.
    view = np.array([[0.8, -0.1, 150], [0.05, 0.75, 60], [3e-5, 1e-5, 1]])
    picture = cv2.warpPerspective(flat, view, (1400, 1100), borderValue=(255,))
    marks = board.find(np.repeat(picture[..., None], 3, axis=2).astype(np.uint8), "board.png")
    assert len(marks.px) == 6 * 4
    fit = fit_plane(marks, "left", "")
    assert fit.calibration.residual_mm < 0.03
    back = mapped(np.linalg.inv(view), np.array([[700.0, 500.0], [200.0, 200.0]])) / 10
    plane = Planes((fit.calibration,), None).of("left")
    assert plane is not None
    np.testing.assert_allclose(plane.to_mm(np.array([[700.0, 500.0], [200.0, 200.0]])), back, atol=0.1)


def test_a_picture_without_the_board_says_what_was_looked_for() -> None:
    board = Board((7, 5), 20.0, 15.0, "DICT_4X4_50")
    with pytest.raises(PictureError, match=r"shows 0 corners of a board of 7x5 squares with markers of DICT_4X4_50"):
        board.find(np.full((300, 300, 3), 200, np.uint8), "grey.png")
