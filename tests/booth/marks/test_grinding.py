from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from scuff.booth.marks.grinding import LENGTH_MM, LINE_MM, GrindingMark, draw_grinding_mark

if TYPE_CHECKING:
    from tests.booth.marks.conftest import Grid

MARK = GrindingMark((0.0, 0.0), 20.0, 8.0, line_mm=0.06, depth_mm=0.003, spacing_mm=0.2, angle_deg=60, seed=2)


def test_the_patch_is_marked_as_one_area_without_holes(grid: "Grid") -> None:
    p, q = grid(13, 0.1)
    marked = MARK.change(p.ravel(), q.ravel(), 0.1).marked
    assert marked is not None
    area = marked.reshape(p.shape).astype(np.uint8)
    assert cv2.connectedComponents(area, connectivity=4)[0] == 2  # the patch and what is around it
    assert cv2.connectedComponents(1 - area, connectivity=4)[0] == 2
    assert 0.6 * 20 * 8 < area.sum() * 0.1**2 < 20 * 8


def test_lines_lie_within_the_patch_and_cover_a_part_of_it(grid: "Grid") -> None:
    p, q = (axis.ravel() for axis in grid(13, 0.1))
    change = MARK.change(p, q, 0.1)
    assert change.groove is not None
    assert change.marked is not None
    share = change.groove.share
    assert 0.1 < share[change.marked].mean() < 0.6
    assert share[~change.marked].sum() < 0.02 * share.sum()


def test_area_of_the_lines_does_not_depend_on_the_pixel(grid: "Grid") -> None:
    areas = []
    for pixel_mm in (0.03, 0.12, 0.5):
        p, q = grid(13.5, pixel_mm)
        groove = MARK.change(p.ravel(), q.ravel(), pixel_mm).groove
        assert groove is not None
        areas.append(float(groove.share.sum()) * pixel_mm**2)
    assert areas[1:] == pytest.approx([areas[0]] * 2, rel=0.03)


def test_lines_run_in_its_direction() -> None:
    bent = GrindingMark((0.0, 0.0), 20.0, 8.0, angle_deg=60, curvature_per_mm=0.01)
    middle, ahead = np.array([0.0], np.float32), np.array([5 * np.cos(np.pi / 3)], np.float32)
    for p, q, turn in ((middle, middle, 0.0), (ahead, ahead * np.float32(np.tan(np.pi / 3)), np.arcsin(0.05))):
        groove = bent.change(p, q, 0.1).groove
        assert groove is not None
        assert groove.direction_rad[0] == pytest.approx(np.pi / 3 + turn, abs=1e-4)


def test_drawn_marks_keep_to_their_ranges_and_cross_the_finish() -> None:
    random = np.random.default_rng(4)
    for _ in range(100):
        mark = draw_grinding_mark(random, (0.0, 0.0))
        assert LENGTH_MM[0] <= mark.length_mm <= LENGTH_MM[1]
        assert LINE_MM[0] <= mark.line_mm <= LINE_MM[1]
        assert mark.width_mm <= mark.length_mm * 2 / 3
        assert 25 <= mark.angle_deg <= 155
