from typing import Any

import cv2
import numpy as np
import pytest

from scuff.core.plane import Plane
from scuff.inspection.joining import Bridge
from scuff.inspection.measures import Region, contrast_of, measure


def measured(inside: np.ndarray, plane: Plane | None = None, *bridges: Bridge) -> dict[str, Any]:
    return measure(Region(1, 0, 0, inside.astype(bool), bridges), "scratch", 1.0, plane).model_dump()


@pytest.mark.parametrize(
    ("hw", "length", "width"),
    [((1, 1), 1, 1), ((1, 20), 20, 1), ((2, 20), 20, 2), ((3, 100), 100, 3), ((100, 900), 900, 100), ((4, 4), 4, 4)],
)
def test_bars_are_as_long_and_wide_as_they_are(hw: tuple[int, int], length: float, width: float) -> None:
    for inside in (np.ones(hw), np.ones(hw).T):
        found = measured(inside)
        assert found["length_px"] == length
        assert found["width_px"] == pytest.approx(width, abs=0.01)


@pytest.mark.parametrize("angle_deg", [0, 10, 22.5, 30, 45, 60, 80])
def test_a_slanting_line_is_as_long_as_it_is(angle_deg: float) -> None:
    inside, turn = np.zeros((400, 400), np.uint8), np.radians(angle_deg)
    end = round(10 + 300 * np.cos(turn)), round(10 + 300 * np.sin(turn))
    cv2.line(inside, (10, 10), end, (1,), 3)
    inside = inside[np.ix_(inside.any(axis=1), inside.any(axis=0))]
    assert measured(inside)["length_px"] == pytest.approx(303, rel=0.015)


def test_a_bent_scratch_is_as_long_as_its_bend() -> None:
    inside = np.zeros((60, 60), np.uint8)
    cv2.ellipse(inside, (30, 30), (25, 25), 0, 0, 180, (1,), 1)
    inside = inside[np.ix_(inside.any(axis=1), inside.any(axis=0))]
    assert measured(inside)["length_px"] == pytest.approx(np.pi * 25 + 1, rel=0.03)


def test_a_dot_is_as_wide_as_it_is_long() -> None:
    inside = np.zeros((21, 21), np.uint8)
    cv2.circle(inside, (10, 10), 10, (1,), -1)
    found = measured(inside)
    assert found["length_px"] == pytest.approx(21, abs=1)
    assert found["width_px"] == pytest.approx(21, abs=1)


def test_pieces_are_measured_from_end_to_end_without_the_area_of_the_gap() -> None:
    inside = np.ones((1, 50), bool)
    inside[0, 20:23] = False
    found = measured(inside, None, Bridge((19, 0), (23, 0)))
    assert (found["length_px"], found["area_px"]) == (50, 47)
    assert found["polygons"] == (((0, 0), (19, 0)), ((23, 0), (49, 0)))


def test_a_scale_turns_pixels_into_mm() -> None:
    found = measured(np.ones((2, 20)), Plane(np.diag([0.5, 0.5, 1])))
    assert (found["length_mm"], found["width_mm"], found["area_mm2"]) == (10, 1, 10)


def test_a_slanting_view_measures_each_place_by_its_own_scale() -> None:
    # Seen from the left: mm per pixel grow to the right. x' = x / (1 - x / 1000), so dx'/dx is 4 at x = 500.
    plane = Plane(np.array([[1, 0, 0], [0, 1, 0], [-0.001, 0, 1.0]]))
    line = measure(Region(1, 0, 480, np.ones((1, 40), bool)), "scratch", 1.0, plane)
    ends = plane.to_mm(np.array([[480.0, 0.0], [519.0, 0.0]]))
    assert line.length_mm == pytest.approx(float(ends[1, 0] - ends[0, 0]) * 40 / 39, rel=0.02)
    assert line.area_mm2 == pytest.approx(40 * 4 * 2, rel=0.02)  # and dy'/dy is 2 there


def test_contrast_is_against_the_sound_metal_around() -> None:
    pixels = np.full((40, 40, 3), 100, np.uint8)
    pixels[20, 10:30] = 151
    mask = np.zeros((40, 40), np.uint8)
    mask[20, 10:30] = 1
    pixels[14, :] = 255  # another defect near it plays no role
    mask[14, :] = 1
    region = Region(1, 20, 10, np.ones((1, 20), bool))
    assert contrast_of(region, pixels, mask) == pytest.approx(51 / 255, abs=1e-6)


def test_without_sound_metal_around_there_is_no_contrast() -> None:
    region = Region(1, 0, 0, np.ones((5, 5), bool))
    assert contrast_of(region, np.zeros((5, 5, 3), np.uint8), np.ones((5, 5), np.uint8)) is None
