import numpy as np
import pytest

from scuff.booth.close_up import close_ups
from scuff.booth.labelme import Painted
from scuff.booth.outline import Outlined, class_colour
from scuff.booth.portrait import ALL, Portrait
from scuff.booth.render import SeenFlaw
from scuff.booth.scene import BOOTH
from scuff.booth.sheet import PAPER

HW = (200, 300)
VISIBILITY = {"A": 2.5, "environment": 0.25}


def portrait(left: int, top: int, grey: int = 100) -> Portrait:
    """A frame with a flaw of 10×10 pixels, a little brighter than the metal."""
    pixels = np.full((*HW, 3), grey, np.uint8)
    pixels[top : top + 10, left : left + 10] += 100
    frames = {"A": pixels, "environment": np.full((*HW, 3), 40, np.uint8), ALL: pixels}
    flaw = Painted(1, "pit", left, top, np.ones((10, 10), np.bool_))
    seen = tuple(SeenFlaw(number, "pit", None, np.zeros((0, 0), np.bool_), (1.0, 1.0), VISIBILITY) for number in (1, 2))
    return Portrait(BOOTH.cameras[0], frames, dict.fromkeys(frames, 1.0), (Outlined(flaw, faint=False),), seen)


def test_a_flaw_is_shown_under_each_light_with_its_number() -> None:
    cells = close_ups(portrait(100, 100), 1, 144)
    assert [(cell.heading, cell.remark) for cell in cells] == [
        ("left, A", "2.50"),
        ("left, environment", "0.25"),
        ("left, all lights", ""),
    ]
    assert {cell.pixels.shape for cell in cells} == {(96, 144, 3)}


@pytest.mark.parametrize(("left", "top"), [(100, 100), (0, 0), (290, 190)])
def test_a_close_up_shows_the_flaw_and_what_is_around_it(left: int, top: int) -> None:
    alone, _, outlined = (cell.pixels for cell in close_ups(portrait(left, top), 1, 144))
    # 72×48 pixels of the frame, twice as large: the flaw has 20×20, and is white on black.
    assert (alone > 127).all(axis=2).sum() == 400
    assert (alone < 10).all(axis=2).mean() > 0.9
    assert (outlined == class_colour("pit")).all(axis=2).any()


def test_noise_is_not_stretched_to_the_whole_range() -> None:
    metal = close_ups(portrait(100, 100), 1, 144)[1].pixels
    assert metal.min() == metal.max() == pytest.approx(128, abs=1)


def test_a_flaw_beside_the_frame_leaves_its_places_empty() -> None:
    cells = close_ups(portrait(100, 100), 2, 144)
    assert [cell.heading for cell in cells] == ["left: not in the frame", "", ""]
    assert all((cell.pixels == PAPER).all() for cell in cells)
