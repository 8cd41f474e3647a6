import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.defects import a_defect

from scuff.core.defect import Defect
from scuff.inspection import closeup
from scuff.inspection.closeup import CloseUp, close_ups
from scuff.inspection.view import View


def view_of(mask: NDArray[np.uint8], defects: list[Defect]) -> View:
    return View(np.zeros((*mask.shape, 3), np.uint8), mask, defects, ("scratch",))


def boxes_view(hw: tuple[int, int], *boxes_xyxy: tuple[int, int, int, int]) -> View:
    """A frame with filled boxes as its defects."""
    mask = np.zeros(hw, np.uint8)
    for x0, y0, x1, y1 in boxes_xyxy:
        mask[y0:y1, x0:x1] = 1
    return view_of(mask, [a_defect(box_xyxy=box_xyxy) for box_xyxy in boxes_xyxy])


def chosen(view: View) -> list[CloseUp]:
    return close_ups(view, list(enumerate(view.defects, 1)))


def test_small_defect_is_in_the_middle_of_its_window() -> None:
    (close_up,) = chosen(boxes_view((1000, 2000), (1000, 500, 1010, 504)))
    assert close_up == CloseUp((925, 422, 1085, 582), (1,), whole=True)


def test_window_grows_with_the_defect_and_keeps_metal_around_it() -> None:
    (close_up,) = chosen(boxes_view((1000, 2000), (1000, 500, 1200, 504)))
    assert close_up == CloseUp((960, 422, 1240, 582), (1,), whole=True)


def test_of_a_defect_that_is_too_large_the_middle_is_shown() -> None:
    (close_up,) = chosen(boxes_view((1000, 2000), (100, 500, 1700, 502)))
    assert close_up == CloseUp((740, 421, 1060, 581), (1,), whole=False)


def test_window_of_a_bent_scratch_shows_the_scratch() -> None:
    mask = np.zeros((1000, 1000), np.uint8)
    mask[100, 100:900] = mask[100:900, 100] = 1  # a right angle, far from the middle of its box
    defect = a_defect(box_xyxy=(100, 100, 900, 900), area_px=1599)
    (close_up,) = close_ups(view_of(mask, [defect]), [(1, defect)])
    x0, y0, x1, y1 = close_up.box_xyxy
    assert mask[y0:y1, x0:x1].sum() > 200


@pytest.mark.parametrize(
    ("box", "expected"), [((0, 0, 3, 3), (0, 0, 160, 160)), ((1990, 990, 2000, 1000), (1840, 840, 2000, 1000))]
)
def test_window_stays_within_the_frame(box: tuple[int, int, int, int], expected: tuple[int, int, int, int]) -> None:
    (close_up,) = chosen(boxes_view((1000, 2000), box))
    assert close_up.box_xyxy == expected


def test_frame_smaller_than_a_window_is_shown_whole() -> None:
    (close_up,) = chosen(boxes_view((50, 70), (10, 10, 20, 20)))
    assert close_up.box_xyxy == (0, 0, 70, 50)


def test_neighbours_share_a_window() -> None:
    view = boxes_view((1000, 2000), (1030, 500, 1034, 504), (1000, 500, 1010, 510), (1500, 500, 1502, 502))
    assert [close_up.numbers for close_up in chosen(view)] == [(2, 1), (3,)]


def test_only_the_largest_get_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closeup, "CLOSE_UPS", 2)
    view = boxes_view((400, 2000), *((400 * k, 100, 400 * k + k + 1, 101) for k in range(4)))
    assert [close_up.numbers for close_up in chosen(view)] == [(4,), (3,)]
