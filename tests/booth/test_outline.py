import numpy as np

from scuff.booth.labelme import Painted
from scuff.booth.outline import CASING, Outlined, class_colour, draw_outlines, write_names

GREY = np.full((15, 15, 3), 100, np.uint8)
DENT = Painted(1, "dent", 6, 6, np.ones((3, 3), np.bool_))


def test_a_line_runs_around_a_flaw_and_not_over_it() -> None:
    drawn = draw_outlines(GREY, [Outlined(DENT, faint=False)], 1)
    assert (drawn[5:10, 5:10] == 100)[1:4, 1:4].all()
    assert tuple(drawn[4, 7]) == class_colour("dent")
    assert tuple(drawn[3, 7]) == CASING
    assert (drawn[0] == 100).all()
    assert (GREY == 100).all()


def test_the_line_of_a_faint_flaw_is_dashed() -> None:
    drawn = draw_outlines(GREY, [Outlined(DENT, faint=True)], 1)
    whole = draw_outlines(GREY, [Outlined(DENT, faint=False)], 1)
    colour = class_colour("dent")
    dashes, line = (drawn == colour).all(axis=2), (whole == colour).all(axis=2)
    assert 0 < dashes.sum() < line.sum()
    assert not (dashes & ~line).any()


def test_the_classes_differ() -> None:
    kinds = ("scratch", "dent", "bump", "pit", "grinding-mark", "stain")
    assert len({class_colour(kind) for kind in kinds}) == 6


def test_names_stand_beside_their_flaws_and_not_on_each_other() -> None:
    page = np.full((100, 200, 3), 100, np.uint8)
    pair = [Outlined(Painted(number, "dent", 20, 10, np.ones((5, 5), np.bool_)), faint=False) for number in (1, 2)]
    drawn = write_names(page, pair, 2.0, 12)
    written = (drawn != 100).any(axis=2)
    assert not written[20:30, 40:50].any()  # the flaw, twice as large
    one = (write_names(page, pair[:1], 2.0, 12) != 100).any(axis=2)
    assert written.sum() > 1.9 * one.sum()
