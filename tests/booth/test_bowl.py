import math

import pytest

from scuff.booth.bowl import in_bowl, leaves, meets, seen_share
from scuff.booth.finish import Finish
from scuff.booth.form import form_of
from scuff.booth.height import surface
from scuff.booth.indirect import frame_at
from scuff.booth.light import Luminaire
from scuff.booth.shading import Site, lamp_of
from scuff.booth.shape import Sheet, Sink
from scuff.booth.steel import steel_of

SINK = Sink(drain_xy_mm=(100.0, 0.0), fall_mm=0.0, recess_mm=0.0)
FORM, STEEL = form_of(SINK), steel_of(Finish())
ABOVE = Luminaire("above", (0.0, 0.0, 800.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (100.0, 50.0))


def seen_at(x: float, y: float) -> Site:
    """The point of the sink at a place in plan, seen from high above its middle."""
    z, slope_x, slope_y = surface(x, y, FORM)
    return frame_at((x, y, z), slope_x, slope_y, (0.0, 0.0, 900.0), FORM, STEEL)[0]


def test_the_bottom_and_the_walls_are_in_the_bowl_and_the_flange_and_its_outer_edge_are_not() -> None:
    assert in_bowl(seen_at(0.0, 0.0), FORM)
    assert in_bowl(seen_at(240.0, 0.0), FORM)
    assert not in_bowl(seen_at(270.0, 0.0), FORM)
    edge = seen_at(SINK.length_mm / 2 + SINK.flange_mm - 0.5, 0.0)
    assert edge.point[2] < -0.3  # bent down, but not into the bowl
    assert not in_bowl(edge, FORM)


def test_the_grooves_of_a_drainer_are_not_in_the_bowl() -> None:
    form = form_of(Sink(drainer_mm=350.0))
    z, slope_x, slope_y = surface(450.0, 0.0, form)
    assert z < -0.3
    assert not in_bowl(frame_at((450.0, 0.0, z), slope_x, slope_y, (0.0, 0.0, 900.0), form, STEEL)[0], form)


def test_a_sheet_has_no_bowl() -> None:
    form = form_of(Sheet())
    assert not in_bowl(seen_at(0.0, 0.0), form)
    assert seen_share(seen_at(0.0, 0.0), lamp_of(ABOVE), form) == 1


@pytest.mark.parametrize(("elevation_deg", "free"), [(90.0, True), (40.0, True), (33.0, False), (0.0, False)])
def test_light_leaves_the_bowl_by_its_opening(elevation_deg: float, free: bool) -> None:
    # From the middle of the bottom, 180 mm deep, the edge at 250 mm is at an elevation of 36°.
    angle = math.radians(elevation_deg)
    assert leaves((0.0, 0.0, -180.0), (math.cos(angle), 0.0, math.sin(angle)), FORM) == free


def test_a_round_lip_hides_more_than_its_edge_in_plan() -> None:
    # Steeply up beside the wall: at an elevation of 80° a lip of 8 mm reaches 8·tan 40° = 6.7 mm into the opening.
    toward = (math.cos(math.radians(80)), 0.0, math.sin(math.radians(80)))
    way = 100 / math.tan(math.radians(80))
    assert not leaves((244.0 - way, 0.0, -100.0), toward, FORM)
    assert leaves((243.0 - way, 0.0, -100.0), toward, FORM)
    assert not leaves((243.6 - way, 0.0, -100.0), toward, FORM)


def test_light_across_the_bowl_meets_the_wall() -> None:
    seen = seen_at(0.0, 0.0)
    toward = (math.cos(math.radians(20)), 0.0, math.sin(math.radians(20)))
    way = meets(seen, toward, FORM)
    x, z = way * toward[0], seen.point[2] + 0.4 + way * toward[2]
    assert 225 < x < 250
    assert surface(x, 0.0, FORM)[0] == pytest.approx(z, abs=2)  # as steep as the wall is: 0.2 mm in plan


def test_light_from_a_wall_meets_the_bottom() -> None:
    seen = seen_at(-242.0, 0.0)
    toward = (math.cos(math.radians(45)), 0.0, -math.sin(math.radians(45)))
    way = meets(seen, toward, FORM)
    assert seen.point[2] + way * toward[2] == pytest.approx(-180, abs=1)


def test_the_bottom_sees_all_of_a_luminaire_above_and_the_wall_below_one_nothing() -> None:
    beside = Luminaire("beside", (500.0, 0.0, 300.0), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (100.0, 50.0))
    assert seen_share(seen_at(0.0, 0.0), lamp_of(ABOVE), FORM) == 1
    assert seen_share(seen_at(242.0, 0.0), lamp_of(beside), FORM) == 0
    assert seen_share(seen_at(-242.0, 0.0), lamp_of(beside), FORM) == 1


def test_half_a_luminaire_is_seen_past_the_edge() -> None:
    # The bottom's middle sees past the edge at x = 250 under 36°; the luminaire is in the middle of that.
    distance, rise = 800 * math.cos(math.radians(35.75)), 800 * math.sin(math.radians(35.75))
    light = Luminaire("edge", (distance, 0.0, rise - 180), (0.0, 0.0, -180.0), (0.0, 0.0, 1.0), (400.0, 50.0))
    assert 0.3 < seen_share(seen_at(0.0, 0.0), lamp_of(light), FORM) < 0.7
