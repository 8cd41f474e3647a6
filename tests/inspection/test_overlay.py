import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.defects import a_defect

from scuff.inspection import overlay
from scuff.inspection.overlay import draw
from scuff.inspection.view import BLACK, WHITE, View, class_colour, contrast, outlines


def view_of(mask: NDArray[np.uint8], grey: int = 128, classes: tuple[str, ...] = ("scratch", "dent")) -> View:
    boxes = [
        (value, *np.argwhere(mask == value).min(0), *np.argwhere(mask == value).max(0)) for value in np.unique(mask)
    ]
    defects = [
        a_defect(classes[v - 1], box_xyxy=(x0, y0, x1 + 1, y1 + 1), area_px=int((mask == v).sum()))
        for v, y0, x0, y1, x1 in boxes
        if v
    ]
    return View(np.full((*mask.shape, 3), grey, np.uint8), mask, defects, classes)


def spot(hw: tuple[int, int], y: int, x: int, value: int = 1, side: int = 1) -> NDArray[np.uint8]:
    mask = np.zeros(hw, np.uint8)
    mask[y : y + side, x : x + side] = value
    return mask


def test_sound_picture_is_not_touched() -> None:
    view = view_of(np.zeros((9, 9), np.uint8))
    np.testing.assert_array_equal(draw(view), view.pixels)


def test_outline_runs_around_a_defect_with_a_gap_and_a_rim() -> None:
    drawn = draw(view_of(spot((15, 15), 7, 7), grey=100), captions=False)
    red = class_colour(1)
    tinted = [round(100 * 0.7 + channel * 0.3) for channel in red]
    along = [tuple(pixel) for pixel in drawn[7, 7:12].tolist()]
    assert along == [tuple(tinted), (100, 100, 100), red, contrast(red), (100, 100, 100)]


@pytest.mark.parametrize("value", range(1, 9))
def test_rim_stands_out_from_the_line(value: int) -> None:
    colour = class_colour(value)
    assert sum(abs(a - b) for a, b in zip(colour, contrast(colour), strict=True)) > 200


def test_contrast_is_black_on_bright_and_white_on_dark() -> None:
    assert (contrast((250, 250, 0)), contrast((0, 0, 200))) == (BLACK, WHITE)


def test_shrinking_keeps_a_single_pixel() -> None:
    view = view_of(spot((600, 900), 333, 444, value=2)).shrunk(90)
    assert view.mask.shape == (60, 90)
    assert view.mask[33, 44] == 2
    assert view.box(view.defects[0]) == pytest.approx((44.4, 33.3, 44.5, 33.4))


def test_what_is_small_enough_is_not_shrunk() -> None:
    view = view_of(spot((30, 40), 3, 4))
    assert view.shrunk(40) is view


def test_ring_marks_what_shrinking_made_too_small_to_see() -> None:
    view = view_of(spot((600, 900), 300, 450)).shrunk(90)
    ringed = np.argwhere((draw(view, captions=False) != view.pixels).any(axis=2))
    assert np.ptp(ringed, axis=0).tolist() == [16, 16]


@pytest.mark.parametrize("block_px", [5, 16, 64])
def test_drawing_block_by_block_is_as_drawing_all_at_once(block_px: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    mask = np.where(random.random((70, 90)) < 0.02, random.integers(1, 3, (70, 90)), 0).astype(np.uint8)
    view = view_of(mask)
    monkeypatch.setattr(overlay, "BLOCK_PX", 1000)
    at_once = draw(view, captions=False)
    monkeypatch.setattr(overlay, "BLOCK_PX", block_px)
    np.testing.assert_array_equal(draw(view, captions=False), at_once)
    assert (at_once != view.pixels).any()


def test_drawing_leaves_the_picture_itself_alone() -> None:
    view = view_of(spot((80, 120), 40, 60, side=5))
    before = view.pixels.copy()
    draw(view)
    np.testing.assert_array_equal(view.pixels, before)


def test_shrinking_keeps_every_region_and_invents_none() -> None:
    view = view_of(np.maximum(spot((997, 1401), 500, 3, side=2), spot((997, 1401), 10, 1399, 2))).shrunk(100)
    assert view.mask.shape == (71, 100)
    assert {(y, x): int(view.mask[y, x]) for y, x in np.argwhere(view.mask).tolist()} == {(35, 0): 1, (0, 99): 2}


def test_captions_hide_no_defect() -> None:
    mask = np.maximum(spot((80, 120), 20, 30, 1, side=9), spot((80, 120), 35, 32, 2, side=9))
    view = view_of(mask)
    with_captions, without = draw(view), draw(view, captions=False)
    assert (with_captions != without).any()
    np.testing.assert_array_equal(with_captions[mask > 0], without[mask > 0])


def test_picture_without_room_gets_no_captions() -> None:
    view = view_of(spot((12, 12), 5, 5))
    np.testing.assert_array_equal(draw(view), draw(view, captions=False))


def test_class_names_in_any_script_are_drawn() -> None:
    view = view_of(spot((80, 120), 40, 60), classes=("划痕",))
    assert (draw(view) != draw(view, captions=False)).any()


def test_outlines_are_lines_around_each_class() -> None:
    traced = outlines(spot((9, 9), 4, 4, value=2), gap_px=1)
    assert list(traced) == [2]
    (line,) = traced[2]
    assert {tuple(point) for point in line.reshape(-1, 2).tolist()} == {(4, 3), (3, 4), (4, 5), (5, 4)}
