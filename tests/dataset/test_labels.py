import numpy as np
import pytest

from scuff.core.errors import AnnotationError
from scuff.core.recipe import Product
from scuff.dataset.formats.region import Bitmap, Region
from scuff.dataset.labels import class_of, cover, ordered_classes, paint

PRODUCT = Product(classes=("scratch", "dent"), labels={"Kratzer": "scratch", "dust": ""})
VALUES = {"scratch": 1, "dent": 2}


def pixels(label: str, *columns: int) -> Region:
    """A region in a picture of one row of six pixels."""
    marked = np.zeros((1, 6), np.bool_)
    marked[0, list(columns)] = True
    return Region(label, (Bitmap(marked),), f"the {label}")


def painted(*regions: Region) -> tuple[list[int], list[str]]:
    covered, problems = cover(regions, (1, 6), PRODUCT)
    mask, hidden = paint(covered, (1, 6), VALUES)
    return mask[0].tolist(), problems + hidden


def test_labels_are_renamed_and_sound_ones_are_empty() -> None:
    assert [class_of(label, PRODUCT) for label in ("dent", " dent ", "Kratzer", "dust")] == [
        "dent",
        "dent",
        "scratch",
        "",
    ]
    assert class_of("anything", Product()) == "anything"


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("scrach", r"unknown label 'scrach'; the nearest class is 'scratch' of scratch, dent; .* product\.labels"),
        ("  ", "has no label; give it one"),
        ("a;b", "its label 'a;b' has a character that no class may have"),
        ("a:b", r"its label 'a:b' has a character that no class may have; rename it under product\.labels"),
        ("a\nb", "its label 'a.nb' has a character"),
    ],
)
def test_labels_without_a_class_are_refused(label: str, reason: str) -> None:
    with pytest.raises(AnnotationError, match=reason):
        class_of(label, PRODUCT)


def test_the_later_region_wins() -> None:
    assert painted(pixels("scratch", 0, 1, 2), pixels("dent", 2, 3)) == ([1, 1, 2, 2, 0, 0], [])
    assert painted(pixels("dent", 2, 3), pixels("scratch", 0, 1, 2)) == ([1, 1, 1, 2, 0, 0], [])


def test_a_sound_region_makes_a_hole() -> None:
    assert painted(pixels("scratch", 0, 1, 2), pixels("dust", 1)) == ([1, 0, 1, 0, 0, 0], [])


def test_a_sound_region_over_a_whole_defect_is_a_problem() -> None:
    mask, problems = painted(pixels("scratch", 0, 1), pixels("dent", 4), pixels("dust", 0, 1, 2))
    assert mask == [0, 0, 0, 0, 2, 0]
    assert problems == ["the scratch: lies wholly under a sound region; change their order, or delete it"]


def test_a_defect_wholly_under_others_is_a_problem() -> None:
    mask, problems = painted(pixels("scratch", 0, 1), pixels("dust", 0), pixels("dent", 1, 2))
    assert mask == [0, 2, 2, 0, 0, 0]
    assert problems == ["the scratch: lies wholly under a sound region and dent; change their order, or delete it"]
    assert painted(pixels("scratch", 0), pixels("scratch", 0, 1)) == ([1, 1, 0, 0, 0, 0], [])  # one defect, drawn twice


def test_a_broken_region_is_named() -> None:
    assert painted(pixels("dust?", 1), pixels("dent"))[1] == [
        "the dust?: unknown label 'dust?'; the nearest class is 'dent' of scratch, dent; "
        'rename it under product.labels in the recipe ("" means sound)',
        "the dent: covers the centre of no pixel; draw it larger",
    ]


def test_the_order_of_classes_is_the_recipe_s_or_that_of_the_labels() -> None:
    labels = ["scratch", "dust", "Kratzer", "a;b", "dent"]
    assert ordered_classes(labels, Product(classes=("dent", "scratch"))) == ("dent", "scratch")
    assert ordered_classes(labels, Product(labels={"Kratzer": "scratch", "dust": ""})) == ("scratch", "dent")
    with pytest.raises(AnnotationError, match="more than 254 classes"):
        ordered_classes([f"class {number}" for number in range(255)], Product())
