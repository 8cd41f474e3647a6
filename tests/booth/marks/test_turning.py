import math

import numpy as np
import pytest

from scuff.booth.marks.turning import in_oval, outline, turned, turned_back, unrolled


def test_turning_and_back() -> None:
    p, q = np.array([1, 0], np.float32), np.array([0, 2], np.float32)
    along, across = turned(p, q, 90)
    np.testing.assert_allclose(along, [0, 2], atol=1e-6)
    np.testing.assert_allclose(across, [-1, 0], atol=1e-6)
    np.testing.assert_allclose(turned_back(along, across, 90), [[1, 0], [0, 2]], atol=1e-6)


def test_a_circle_unrolls_to_a_straight_line() -> None:
    angle = np.linspace(-0.6, 0.6, 7)
    circle, beside = (  # around a circle of radius 100 that begins along p; and 1 mm outside it, to the right
        np.stack([radius * np.sin(angle), 100 - radius * np.cos(angle)]).astype(np.float32) for radius in (100, 101)
    )
    way, distance, turn = unrolled(circle[0], circle[1], 0.01)
    np.testing.assert_allclose(way, 100 * angle, rtol=1e-3)
    np.testing.assert_allclose(distance, 0, atol=1e-4)
    np.testing.assert_allclose(turn, angle, atol=1e-5)
    assert way.dtype == distance.dtype == turn.dtype == np.float32
    np.testing.assert_allclose(unrolled(beside[0], beside[1], 0.01)[1], -1, atol=0.12)  # exact on the line itself only


def test_a_straight_line_stays_as_it_is() -> None:
    places = np.array([-30, 0, 45], np.float32)
    way, distance, turn = unrolled(places, places / 10.0, 0.0)
    assert np.array_equal(way, places)
    assert np.array_equal(distance, places / 10.0)
    assert not turn.any()


def test_an_outline_is_irregular_but_about_round() -> None:
    angle = np.linspace(0, 2 * math.pi, 400, endpoint=False, dtype=np.float32)
    spreads = [outline(np.cos(angle), np.sin(angle), seed, 0.1).std() for seed in range(40)]
    assert np.mean(np.square(spreads)) ** 0.5 == pytest.approx(0.1, rel=0.25)
    radius = outline(np.cos(angle), np.sin(angle), 3, 0.1)
    assert radius.mean() == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(radius, outline(5 * np.cos(angle), 5 * np.sin(angle), 3, 0.1), atol=1e-4)


def test_an_oval_along_q() -> None:
    p, q = np.array([0, 0, 1.9, 2.1], np.float32), np.array([4.9, 5.1, 0, 0], np.float32)
    assert in_oval(p, q, 90, (5, 2)).tolist() == [True, False, True, False]
