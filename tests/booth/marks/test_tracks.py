import numpy as np
import pytest

from scuff.booth.marks.tracks import gaps_of, tracks_of


def test_the_main_track_is_the_scratch_and_the_others_are_finer() -> None:
    main, *others = tracks_of(4, 50.0, 0.2, 7)
    assert (main.offset_mm, main.drift, main.scale, main.begins_mm, main.ends_mm) == (0, 0, 1, -25, 25)
    for track in others:
        assert 0.18 <= abs(track.offset_mm) <= 0.52  # 0.9 to 2.6 widths
        assert 0.35 <= track.scale <= 0.75
        assert -25 <= track.begins_mm < track.ends_mm <= 25


def test_load_is_full_in_the_middle_and_falls_to_nothing_at_the_ends() -> None:
    (main,) = tracks_of(1, 50.0, 0.2, 7)
    way = np.array([-25, -25 + main.rises_mm / 4, 0, 25 - main.falls_mm / 4, 25], np.float32)
    np.testing.assert_allclose(main.load(way, 0.0, (), 0.1), [0, 0.5, 1, 0.5, 0], atol=1e-4)


def test_load_is_nothing_in_a_gap() -> None:
    (main,) = tracks_of(1, 50.0, 0.2, 7)
    way = np.array([-8, 1, 2, 3, 10], np.float32)
    np.testing.assert_allclose(main.load(way, 0.0, ((1.0, 3.0),), 0.1), [1, 0, 0, 0, 1], atol=1e-4)


def test_gaps_are_their_share_of_the_length() -> None:
    gaps = gaps_of(0.25, 40.0, 3)
    assert sum(end - begin for begin, end in gaps) == pytest.approx(10)
    assert gaps == gaps_of(0.25, 40.0, 3)
    assert gaps_of(0.0, 40.0, 3) == ()
