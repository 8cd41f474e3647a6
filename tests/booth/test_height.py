import math
from dataclasses import replace

import numpy as np
import pytest

from scuff.booth.form import Form, form_of
from scuff.booth.height import rounded_box, smooth, surface
from scuff.booth.shape import Shape, Sheet, Sink, draw_sheet, draw_sink

SINK = Sink(drainer_mm=350.0)
FORM = form_of(SINK)
OUTER_X = 500 / 2 + 40
"""Where the flange ends at the left, and the drainer begins at the right."""


def height(x: float, y: float, form: Form = FORM) -> float:
    return surface(x, y, form)[0]


def drawn_shapes() -> list[Shape]:
    random = np.random.default_rng(3)
    return [SINK, Sheet(), replace(draw_sink(random), drainer_mm=350.0), draw_sheet(random)]


@pytest.mark.parametrize("shape", drawn_shapes(), ids=["sink", "sheet", "drawn sink", "drawn sheet"])
def test_slopes_are_the_derivatives_of_the_height(shape: Shape) -> None:
    form, random, step = form_of(shape), np.random.default_rng(1), 0.04
    middle_x, _, half_x, half_y, _ = form.outline
    for x, y in random.uniform(-1, 1, (3000, 2)) * (half_x, half_y) + (middle_x, 0):
        here, *slopes = surface(x, y, form)
        sides = [
            [(height(x + step, y, form) - here) / step, (here - height(x - step, y, form)) / step],
            [(height(x, y + step, form) - here) / step, (here - height(x, y - step, form)) / step],
        ]
        for slope, both in zip(slopes, sides, strict=True):  # where both sides differ, as at a kink: anything between
            assert math.atan(min(both)) - 0.01 < math.atan(slope) < math.atan(max(both)) + 0.01, (x, y)


def test_a_sheet_is_flat_and_bent_down_at_its_edge() -> None:
    form = form_of(Sheet(600, 400, 6))
    assert surface(12.0, -34.0, form) == (0, 0, 0)
    # 1.5 of 2.5 mm further out than where the bend begins: the normal of a quarter circle is 3, 4, 5 there.
    assert surface(299.0, 0.0, form) == pytest.approx((-0.5, -0.75, 0))
    assert surface(0.0, -199.0, form) == pytest.approx((-0.5, 0, 0.75))
    assert surface(400.0, 0.0, form) == (-2.5, 0, 0)  # beside it


def test_height_of_a_bowl_from_lip_to_bottom() -> None:
    half_lip = 8 * math.sin(math.radians(30))
    assert surface(250 - half_lip, 20.0, FORM) == pytest.approx(
        (-8 * (1 - math.cos(math.radians(30))), math.tan(math.radians(30)), 0), abs=2e-3
    )
    assert surface(-20.0, half_lip - 170, FORM)[2] == pytest.approx(-math.tan(math.radians(30)), abs=2e-3)
    leaning = math.radians(90 - 6)
    wall = 8 * math.sin(leaning) + 5  # 5 mm further in, a wall of 84° is 47.6 mm lower
    lip_end, steep = -8 * (1 - math.cos(leaning)), math.tan(leaning)
    assert surface(250 - wall, 0.0, FORM)[:2] == pytest.approx((lip_end - 5 * steep, steep), rel=1e-3)
    foot = 35 * (1 - math.cos(leaning)) - 180
    bottom = 8 * math.sin(leaning) + (lip_end - foot) / steep + 35 * math.sin(leaning)
    assert FORM.profile_mm == pytest.approx(bottom)
    assert height(-250 + bottom, 0.0) == pytest.approx(-180, abs=1e-3)
    assert surface(-270.0, 0.0, FORM) == (0, 0, 0)  # the flange


def test_a_fillet_is_round() -> None:
    # 45° of the fillet of 35 mm: its middle lies 35 mm above the bottom.
    inside = FORM.profile_mm - 35 * math.sin(math.radians(45))
    assert surface(0.0, inside - 170, FORM) == pytest.approx(
        (-180 + 35 * (1 - math.cos(math.radians(45))), 0, -1), abs=3e-3
    )


def test_the_bottom_falls_to_the_drain_and_its_recess() -> None:
    drain_x, _ = SINK.drain_xy_mm
    assert surface(drain_x, 0.0, FORM) == pytest.approx((-180 - 3 - 6, 0, 0), abs=1e-6)
    # 170 mm away the bell, 1 / (1 + 1)², leaves a quarter of the fall; its slope is 4 / 170 of what is left, halved.
    assert surface(drain_x - 170, 0.0, FORM) == pytest.approx((-180.75, -0.75 * 0.5 * 4 / 170, 0), abs=1e-6)
    middle = (57 + 48) / 2  # of the step, whose slope there is 1.5 times its height through its width
    bell = (1 + (middle / 170) ** 2) ** -2
    assert height(drain_x, middle) == pytest.approx(-180 - 3 * bell - 3)
    assert surface(drain_x, middle, FORM)[2] == pytest.approx(1.5 * 6 / 9, rel=0.05)


def test_the_grooves_of_a_drainer() -> None:
    assert height(450.0, 0.0) == pytest.approx(-1.6)
    assert height(450.0, 35.0) == pytest.approx(-1.6)
    assert height(450.0, 35 / 2) == pytest.approx(0)
    assert height(OUTER_X + 5 + 12.5, 0.0) == pytest.approx(-0.8)  # half of the way in which they begin
    assert height(OUTER_X + 4, 0.0) == 0
    assert height(450.0, 0.0, form_of(Sink())) < 0  # without a drainer there is nothing
    assert form_of(Sink()).outline[:3] == (0, 0, OUTER_X)


def test_distance_to_a_rectangle_with_round_corners() -> None:
    # The middle of the corner's circle is at 5, 3; from there 3, 4 and 5.
    assert rounded_box(8.0, 7.0, 10.0, 8.0, 5.0) == pytest.approx((0, 0.6, 0.8))
    assert rounded_box(-8.0, -7.0, 10.0, 8.0, 5.0) == pytest.approx((0, -0.6, -0.8))
    assert rounded_box(-12.0, 1.0, 10.0, 8.0, 5.0) == (2, -1, 0)
    assert rounded_box(0.0, 7.0, 10.0, 8.0, 5.0) == (-1, 0, 1)


def test_a_smooth_step() -> None:
    assert [smooth(share) for share in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [(0, 0), (0, 0), (0.5, 1.5), (1, 0), (1, 0)]
