from collections import Counter
from typing import Any

import numpy as np
import pytest

from scuff.booth.draw import draw_part, on_metal
from scuff.booth.form import form_of
from scuff.booth.marks.classes import CLASSES
from scuff.booth.marks.scratch import LENGTH_MM, Scratch
from scuff.booth.marks.seam import WeldSeam
from scuff.booth.part import Part
from scuff.booth.shape import Sheet, Sink
from scuff.core.errors import BoothError

SHEET, SINK = Sheet(), Sink()


def flaws_of(part: Part) -> list[str]:
    return [mark.kind for mark in part.marks if mark.is_flaw]


def test_the_same_seed_and_number_give_the_same_part() -> None:
    assert draw_part(3, 7, SINK, "brushed") == draw_part(3, 7, SINK, "brushed")
    assert draw_part(3, 7, SINK, "brushed").serial == "P0007"
    others = [draw_part(3, 8, SINK, "brushed"), draw_part(4, 7, SINK, "brushed")]
    assert all(other.marks != draw_part(3, 7, SINK, "brushed").marks for other in others)


def test_soil_and_flaws_do_not_change_each_other() -> None:
    part = draw_part(3, 7, SHEET, "brushed", sound_share=0.0)
    clean = draw_part(3, 7, SHEET, "brushed", sound_share=0.0, soil=(0, 0))
    sound = draw_part(3, 7, SHEET, "brushed", sound_share=1.0)
    assert clean.finish == part.finish == sound.finish
    assert set(clean.marks) | set(sound.marks) == set(part.marks)
    assert flaws_of(clean) == flaws_of(part)
    assert flaws_of(sound) == []


@pytest.mark.parametrize("shape", [SHEET, SINK], ids=["sheet", "sink"])
def test_two_hundred_parts_are_within_their_ranges(shape: Sheet | Sink) -> None:
    parts = [draw_part(1, number, shape, "brushed") for number in range(200)]
    form, counts = form_of(shape), Counter(kind for part in parts for kind in flaws_of(part))
    assert 0.2 < np.mean([not flaws_of(part) for part in parts]) < 0.4
    for part in parts:
        assert len(flaws_of(part)) <= 6
        assert 4 <= len(part.marks) - len(flaws_of(part)) <= 16 + 2  # what making the part has left comes on top
        for mark in part.marks:
            assert isinstance(mark, WeldSeam) or on_metal(*mark.xy_mm, form)
            assert not isinstance(mark, Scratch) or LENGTH_MM[0] <= mark.length_mm <= LENGTH_MM[1]
    assert set(counts) == set(CLASSES)
    assert [kind for kind, _ in counts.most_common(2)] == ["scratch", "dent"]


def test_only_sheets_have_seams_and_those_go_from_edge_to_edge() -> None:
    seams = [m for number in range(60) for m in draw_part(1, number, SHEET, "brushed").marks if isinstance(m, WeldSeam)]
    assert 3 < len(seams) < 25
    assert {seam.length_mm for seam in seams} == {SHEET.length_mm, SHEET.width_mm}
    assert not any(
        isinstance(mark, WeldSeam) for number in range(60) for mark in draw_part(1, number, SINK, "brushed").marks
    )


def test_metal_is_neither_beside_the_part_nor_in_the_drain() -> None:
    sheet, sink = form_of(Sheet(600, 400, 50)), form_of(SINK)
    assert on_metal(295, 0, sheet)
    assert not on_metal(297, 0, sheet)
    assert not on_metal(290, 190, sheet)  # cut off by the round corner
    assert on_metal(0, 0, sheet)
    drain_x, drain_y = SINK.drain_xy_mm
    assert not on_metal(drain_x, drain_y, sink)
    assert not on_metal(drain_x + 43, drain_y, sink)
    assert on_metal(drain_x + 45, drain_y, sink)
    assert on_metal(-270, 0, sink)  # the flange


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"seed": -1}, "seed -1: must be 0 or above"),
        ({"number": -2}, "number -2"),
        ({"sound_share": 1.5}, "sound_share 1.5"),
        ({"flaws": (5, 2)}, "flaws 5 to 2"),
        ({"soil": (-1, 2)}, "soil -1 to 2"),
    ],
)
def test_numbers_out_of_range_are_refused(wrong: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"seed": 0, "number": 0, **wrong}
    with pytest.raises(BoothError, match=message):
        draw_part(shape=SHEET, finish_kind="brushed", **given)
