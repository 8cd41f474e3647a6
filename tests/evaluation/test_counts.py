import numpy as np
import pytest

from scuff.core.mask import OUTSIDE
from scuff.evaluation.counts import Counts, add_counts, count_pixels, row_names

TRUTH = np.array([[0, 0, 1, 1], [2, 2, 2, OUTSIDE]], np.uint8)
PREDICTED = np.array([[0, 1, 1, 0], [2, 1, 2, 2]], np.uint8)


def test_pixels_are_counted_as_a_person_counts_them() -> None:
    counts = count_pixels(TRUTH, PREDICTED, ("scratch", "dent"))
    assert list(counts) == ["defect", "scratch", "dent"]
    # The dent called a scratch is found (a defect), but a false scratch and a missed dent.
    assert counts["defect"] == Counts(tp=4, fp=1, fn=1, tn=1)
    assert counts["scratch"] == Counts(tp=1, fp=2, fn=1, tn=3)
    assert counts["dent"] == Counts(tp=2, fp=0, fn=1, tn=4)


def test_a_pixel_outside_is_counted_nowhere() -> None:
    counts = count_pixels(np.full((2, 2), OUTSIDE, np.uint8), np.ones((2, 2), np.uint8), ("scratch",))
    assert set(counts.values()) == {Counts(0, 0, 0, 0)}


def test_every_row_counts_every_pixel_inside() -> None:
    for counts in count_pixels(TRUTH, PREDICTED, ("scratch", "dent")).values():
        assert counts.tp + counts.fp + counts.fn + counts.tn == 7


def test_the_highest_possible_class_is_counted() -> None:
    classes = tuple(f"c{value}" for value in range(1, 255))
    counts = count_pixels(np.array([[254, 0]], np.uint8), np.array([[254, 254]], np.uint8), classes)
    assert counts["c254"] == Counts(tp=1, fp=1, fn=0, tn=0)
    assert counts["c253"] == Counts(tp=0, fp=0, fn=0, tn=2)


@pytest.mark.parametrize(
    ("classes", "rows"),
    [
        (("scratch",), ("defect", "scratch")),
        (("defect",), ("defect",)),
        (("defect", "dent"), ("defect", "defect (class)", "dent")),
    ],
)
def test_a_class_called_defect_is_told_apart(classes: tuple[str, ...], rows: tuple[str, ...]) -> None:
    assert row_names(classes) == rows
    counts = count_pixels(np.array([[1, 0]], np.uint8), np.array([[1, 1]], np.uint8), classes)
    assert tuple(counts) == rows
    assert counts["defect"] == Counts(tp=1, fp=1, fn=0, tn=0)


def test_counts_add_up() -> None:
    assert Counts(1, 2, 3, 4) + Counts(10, 20, 30, 40) == Counts(11, 22, 33, 44)
    frame = count_pixels(TRUTH, PREDICTED, ("scratch", "dent"))
    assert add_counts([frame, frame, frame], ("scratch", "dent"))["scratch"] == Counts(3, 6, 3, 9)
    assert add_counts([], ("scratch",)) == {"defect": Counts(), "scratch": Counts()}


def test_masks_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match=r"truth is \(2, 4\) but prediction \(4, 2\)"):
        count_pixels(TRUTH, PREDICTED.T, ("scratch", "dent"))
    with pytest.raises(ValueError, match="value 2 in a mask of 1 classes"):
        count_pixels(TRUTH, PREDICTED, ("scratch",))
