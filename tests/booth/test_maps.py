import math

import numpy as np
import pytest

from scuff.booth.maps import ALONG_VARIANCE, FLAW, SOIL, Maps, apply, blank
from scuff.booth.surface import Change, Cover, Groove, Values

AT = (np.array([1]), np.array([2]))
"""The pixel that all marks here are on, of 2×3."""


def values(*numbers: float) -> Values:
    return np.array(numbers, np.float32)


def groove(share: float, slope: tuple[float, float], spread: float, direction_deg: float = 0.0) -> Change:
    turn = values(math.radians(direction_deg))
    return Change(groove=Groove(values(share), values(*slope)[None], turn, values(spread)))


def laid(*changes: Change, level: int = FLAW) -> Maps:
    maps = blank((2, 3))
    for change in changes:
        apply(maps, AT, change, level)
    return maps


def test_nothing_is_changed_without_marks() -> None:
    maps = blank((2, 3))
    assert (maps.reflectance == 1).all()
    assert not any(plane.any() for plane in maps if plane is not maps.reflectance)
    apply(maps, AT, Change(), SOIL)
    assert maps.touched.tolist() == [[0, 0, 0], [0, 0, SOIL]]


def test_only_the_pixels_of_a_mark_are_changed() -> None:
    maps = laid(Change(slope=values(0.1, 0.2)[None], reflectance=values(0.5), warmth=values(2)))
    assert [np.argwhere(plane)[:, :2].tolist() for plane in (maps.warmth, maps.reflectance - 1)] == [[[1, 2]]] * 2
    np.testing.assert_array_equal(np.argwhere(maps.slope.any(axis=2)), [[1, 2]])


def test_slopes_and_colours_of_marks_add_up_and_reflectances_multiply() -> None:
    maps = laid(
        Change(slope=values(0.1, 0.2)[None], reflectance=values(0.5), warmth=values(0.75)),
        Change(slope=values(0.3, -0.5)[None], reflectance=values(0.8), warmth=values(-0.25)),
    )
    np.testing.assert_allclose(maps.slope[1, 2], [0.4, -0.3])
    assert maps.reflectance[1, 2] == pytest.approx(0.4)
    assert maps.warmth[1, 2] == pytest.approx(0.5)


def test_what_a_flaw_has_touched_stays_a_flaws() -> None:
    maps = laid(Change(), level=FLAW)
    apply(maps, AT, Change(), SOIL)
    assert maps.touched[1, 2] == FLAW


def test_a_cover_hides_what_lies_under_it() -> None:
    first, second = Cover(values(0.5), 0.2, 0.1), Cover(values(0.25), 0.4, 0.5)
    np.testing.assert_allclose(laid(Change(cover=first)).cover[1, 2], [0.5, 0.02, 0.1])
    # Of the first, 0.5 · (1 - 0.25) stays: 3 parts of 5, for half of the pixel is covered by nothing or by the second.
    expected = [0.375 + 0.25, 0.6 * 0.02 + 0.4 * 0.08, 0.6 * 0.1 + 0.4 * 0.5]
    np.testing.assert_allclose(laid(Change(cover=first), Change(cover=second)).cover[1, 2], expected)
    whole = Change(cover=Cover(values(1.0), 0.4, 0.5))
    np.testing.assert_allclose(laid(Change(cover=first), whole).cover[1, 2], [1, 0.08, 0.5])


def test_no_cover_is_no_change() -> None:
    maps = laid(Change(cover=Cover(values(0.0), 0.4, 0.5)))
    np.testing.assert_array_equal(maps.cover, 0)


@pytest.mark.parametrize(
    ("direction_deg", "spread"),
    [
        (0, [ALONG_VARIANCE, 0, 0.04]),
        (90, [0.04, 0, ALONG_VARIANCE]),
        (45, [(ALONG_VARIANCE + 0.04) / 2, (ALONG_VARIANCE - 0.04) / 2, (ALONG_VARIANCE + 0.04) / 2]),
    ],
)
def test_slopes_of_a_groove_vary_across_it(direction_deg: float, spread: list[float]) -> None:
    maps = laid(groove(0.3, (0.1, -0.2), 0.2, direction_deg))
    np.testing.assert_allclose(maps.groove[1, 2], [0.3, 0.1, -0.2, *spread], atol=1e-8)


def test_joined_grooves_have_the_moments_of_both() -> None:
    # Shares of 0.2 and 0.6, so 1 part and 3: the mean is (0.2 - 3 · 0.2) / 4, and the variance that of both, and of
    # means 0.4 apart: 3 / 16 · 0.16.
    joined = laid(groove(0.2, (0.0, 0.2), 0.1), groove(0.6, (0.0, -0.2), 0.3)).groove[1, 2]
    np.testing.assert_allclose(joined, [1 - 0.8 * 0.4, 0, -0.1, ALONG_VARIANCE, 0, 0.1], atol=1e-7)


def test_joined_grooves_do_not_depend_on_their_order() -> None:
    changes = [groove(0.2, (0.1, 0.2), 0.1, 20), groove(0.6, (0.3, -0.2), 0.3, 110)]
    np.testing.assert_allclose(laid(*changes).groove, laid(*changes[::-1]).groove, atol=1e-7)


def test_a_groove_of_no_width_is_none() -> None:
    np.testing.assert_array_equal(laid(groove(0.0, (0.0, 0.0), 0.0)).groove[1, 2, :3], 0)
