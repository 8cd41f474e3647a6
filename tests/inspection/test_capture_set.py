import pytest

from scuff.core.recipe import Frames
from scuff.inspection.capture_set import CaptureSet, Taken, capture_sets


def taken(*names: str) -> list[Taken]:
    """Frames named ``PART_CAMERA_NUMBER``; of no known part without a part."""
    return [Taken(name, name.split("_")[0] or None, name.split("_")[1]) for name in names]


def missing(frames: Frames, *names: str) -> dict[str, tuple[str, ...]]:
    return {each.part: each.missing for each in capture_sets(taken(*names), frames)}


def test_frames_of_a_part_are_together_in_the_order_of_the_run() -> None:
    sets = capture_sets(taken("B_left", "A_left", "B_right", "A_right"), Frames())
    assert sets == [CaptureSet("B", ("B_left", "B_right")), CaptureSet("A", ("A_left", "A_right"))]


def test_a_camera_that_others_have_a_frame_of_is_missed() -> None:
    lacks = missing(Frames(), "A_left", "A_right", "B_left")
    assert lacks == {"A": (), "B": ("0 of 1 frame of camera right",)}


def test_a_camera_that_the_recipe_names_is_missed_even_if_all_lack_it() -> None:
    frames = Frames(cameras=("left", "top"))
    assert missing(frames, "A_left", "B_left") == dict.fromkeys("AB", ("0 of 1 frame of camera top",))


def test_fewer_frames_than_another_part_has() -> None:
    assert missing(Frames(), "A__1", "A__2", "B__1") == {"A": (), "B": ("1 of 2 frames",)}
    assert missing(Frames(per_part=1), "A__1", "A__2", "B__1") == {"A": (), "B": ()}
    assert missing(Frames(per_part=3), "A__1", "A__2") == {"A": ("2 of 3 frames",)}


def test_frames_of_no_known_part_are_parts_of_their_own() -> None:
    assert missing(Frames(), "_left_1", "_right_2", "_left_3") == {"_left_1": (), "_right_2": (), "_left_3": ()}


def test_a_part_that_is_called_like_a_frame_of_no_part_is_another() -> None:
    frames = [Taken("A", "B", ""), Taken("B", None, "")]
    assert [each.frames for each in capture_sets(frames, Frames())] == [("A",), ("B",)]


@pytest.mark.parametrize("frames", [Frames(), Frames(cameras=("left",))])
def test_nothing_taken_is_no_part(frames: Frames) -> None:
    assert capture_sets([], frames) == []


def test_a_name_without_a_part_cannot_stand_for_one() -> None:
    frames = Frames(part_pattern="(?P<part>SN[0-9]+)", cameras=("left",))
    (nameless,) = capture_sets([Taken("x", None, "left")], frames)
    assert nameless.missing == ("a name in which frames.part_pattern finds no part ('(?P<part>SN[0-9]+)')",)


def test_a_copy_of_a_file_is_no_second_frame() -> None:
    frames = [Taken("a", "A", "left", "1"), Taken("b", "A", "left", "1"), Taken("c", "B", "left", "2")]
    found = capture_sets([*frames, Taken("d", "B", "left", "3")], Frames())
    assert [each.missing for each in found] == [("1 of 2 frames of camera left",), ()]
