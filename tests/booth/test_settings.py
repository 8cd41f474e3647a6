import pytest

from scuff.booth.finish import KINDS
from scuff.booth.lighting import Lighting, all_on, read_lightings
from scuff.booth.settings import FinishChoice, Settings, read_size, serial_of
from scuff.booth.shape import Sheet, Sink
from scuff.core.errors import BoothError

FULL = (all_on(("A", "B")),)


def settings(
    seed: int = 1, finish: FinishChoice = "brushed", sound_share: float = 0.3, lightings: tuple[Lighting, ...] = FULL
) -> Settings:
    return Settings(seed, "sink", finish, (64, 96), sound_share, lightings)


def test_all_parts_of_a_seed_have_one_shape() -> None:
    assert settings().draw_part(1).shape == settings().draw_part(2).shape == settings().draw_shape()
    assert settings(seed=2).draw_shape() != settings().draw_shape()
    assert isinstance(settings().draw_shape(), Sink)
    assert isinstance(Settings(1, "sheet", "brushed", (64, 96), 0.3, FULL).draw_shape(), Sheet)


def test_a_part_depends_on_seed_and_number_alone() -> None:
    assert settings().draw_part(7).finish == settings().draw_part(7).finish
    assert settings().draw_part(7).finish != settings().draw_part(8).finish
    assert settings().draw_part(7).serial == serial_of(7) == "P0007"


def test_mixed_finishes_are_all_drawn() -> None:
    drawn = {settings(finish="mixed").draw_part(number).finish.kind for number in range(1, 20)}
    assert drawn == set(KINDS)
    assert settings(finish="polished").finishes == ("polished",)


def test_the_share_of_sound_parts_is_kept() -> None:
    assert all(mark.is_flaw is False for mark in settings(sound_share=1.0).draw_part(1).marks)
    assert any(mark.is_flaw for mark in settings(sound_share=0.0).draw_part(1).marks)


def test_a_clean_part_has_nothing_on_it() -> None:
    clean = settings().clean_part("polished")
    assert (clean.marks, clean.finish.kind, clean.shape) == ((), "polished", settings().draw_shape())


def test_frames_are_named_by_their_lighting_where_there_are_several() -> None:
    both = read_lightings(["A=1", "B=0.5"], ("A", "B"))
    assert settings().frame_name(12, "left", FULL[0]) == "P0012-left"
    assert settings(lightings=both).frame_name(12, "left", both[1]) == "P0012-left-B50"


def test_the_size_is_width_before_height() -> None:
    assert read_size("1368x912") == (912, 1368)
    assert read_size("1368X912") == (912, 1368)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1368", "--size 1368: must be width x height in pixels, as in 1368x912"),
        ("1368,912", "must be width x height"),
        ("-96x64", "must be width x height"),
        ("96x62", "--size 96x62: is too small; must be 64x64 or more"),
        ("20000x20000", "is too large; scuff reads pictures of up to 150,000,000 pixels"),
        ("97x64", "both must be even, .*; 98x64 is"),
    ],
)
def test_what_is_no_size_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BoothError, match=reason):
        read_size(text)
