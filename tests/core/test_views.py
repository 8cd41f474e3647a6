from pathlib import PurePosixPath

import pytest

from scuff.core.errors import RecipeError
from scuff.core.recipe import Frames
from scuff.core.views import View, views

AB = Frames(lighting_pattern="-(?P<lighting>[A-Z])$", fused=("A", "B"))


def of(*files: str, frames: Frames = AB) -> list[View[str]]:
    return views([(PurePosixPath(file), file) for file in files], frames)


def test_names_that_differ_in_the_lighting_alone_are_one_view() -> None:
    found = of("P1-left-B.png", "P1-left-A.png", "P1-right-A.png", "P1-right-B.png")
    assert found == [
        View(PurePosixPath("P1-left.png"), ("P1-left-A.png", "P1-left-B.png"), "", 0),
        View(PurePosixPath("P1-right.png"), ("P1-right-A.png", "P1-right-B.png"), "", 0),
    ]


def test_folders_and_suffixes_are_no_lighting() -> None:
    found = of("1/P-A.png", "2/P-A.png", "1/P-B.jpg", "2/P-B.png")
    assert [view.members for view in found] == [("1/P-A.png", "1/P-B.jpg"), ("2/P-A.png", "2/P-B.png")]


@pytest.mark.parametrize(
    ("pattern", "file", "view"),
    [
        ("^(?P<lighting>[A-Z])_", "A_P1.png", "P1.png"),
        ("_(?P<lighting>[A-Z])_", "P1_A_left.png", "P1_left.png"),
        ("(?P<lighting>[A-Z])$", "A.png", "A.png"),
    ],
)
def test_a_lighting_goes_with_what_parts_it_from_the_rest(pattern: str, file: str, view: str) -> None:
    (found,) = of(file, frames=Frames(lighting_pattern=pattern, fused=("A", "B")))
    assert found.path == PurePosixPath(view)


def test_a_lighting_that_lacks_is_told() -> None:
    (found,) = of("P1-left-B.png")
    assert found.members == ("P1-left-B.png",)
    assert found.problem == "has no picture under lighting 'A', and frames.fused needs A, B; take it again"


def test_other_lightings_are_counted_and_stand_for_none() -> None:
    one, other = of("P1-A.png", "P1-B.png", "P1-C.png", "P2-C.png")
    assert (one.members, one.problem, one.others) == (("P1-A.png", "P1-B.png"), "", 1)
    assert other.members == ("P2-C.png",)
    assert "no picture under lighting 'A'" in other.problem


def test_two_pictures_under_one_lighting_are_told() -> None:
    (found,) = of("P1-A.png", "P1-A.jpg", "P1-B.png")
    assert found.problem == "has several pictures under lighting 'A': P1-A.png and P1-A.jpg; keep one"


def test_a_name_that_tells_no_lighting_is_told() -> None:
    (found,) = of("P1.png")
    assert found.problem == "its name 'P1' tells no lighting: frames.lighting_pattern is '-(?P<lighting>[A-Z])$'"


def test_a_recipe_must_say_how_names_tell_the_lighting() -> None:
    with pytest.raises(
        RecipeError, match=r"nobody said how file names tell the lighting; set frames\.lighting_pattern"
    ):
        of("P1-A.png", frames=Frames(fused=("A", "B")))
