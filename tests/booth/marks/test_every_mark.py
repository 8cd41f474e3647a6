"""What every mark promises the renderer."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.booth.finish import Finish
from scuff.booth.marks.classes import CLASSES
from scuff.booth.marks.dent import draw_dent
from scuff.booth.marks.dust import draw_dust
from scuff.booth.marks.film import draw_film
from scuff.booth.marks.fingerprint import draw_fingerprint
from scuff.booth.marks.grinding import draw_grinding_mark
from scuff.booth.marks.lint import draw_lint
from scuff.booth.marks.pit import draw_pit
from scuff.booth.marks.scratch import draw_scratch
from scuff.booth.marks.seam import draw_weld_seam
from scuff.booth.marks.stain import draw_stain
from scuff.booth.marks.texture import draw_texture_change
from scuff.booth.marks.water import draw_water_spot
from scuff.booth.surface import Change, Mark

if TYPE_CHECKING:
    from tests.booth.marks.conftest import Grid

HERE = (0.0, 0.0)
DRAWS: dict[str, Callable[[np.random.Generator], Mark]] = {
    "scratch": lambda random: draw_scratch(random, HERE),
    "dent": lambda random: draw_dent(random, HERE),
    "bump": lambda random: draw_dent(random, HERE, raised=True),
    "pit": lambda random: draw_pit(random, HERE),
    "grinding-mark": lambda random: draw_grinding_mark(random, HERE),
    "stain": lambda random: draw_stain(random, HERE),
    "water-spot": lambda random: draw_water_spot(random, HERE),
    "lint": lambda random: draw_lint(random, HERE),
    "dust": lambda random: draw_dust(random, HERE),
    "fingerprint": lambda random: draw_fingerprint(random, HERE),
    "film-residue": lambda random: draw_film(random, HERE),
    "texture-change": lambda random: draw_texture_change(random, HERE, Finish()),
    "weld-seam": lambda random: draw_weld_seam(random, HERE, 60.0, 30.0),
}


@pytest.fixture(params=DRAWS)
def marks(request: pytest.FixtureRequest) -> list[Mark]:
    """Some marks of a kind."""
    kind: str = request.param
    random = np.random.default_rng(17)
    found = [DRAWS[kind](random) for _ in range(4)]
    assert {mark.kind for mark in found} == {kind}
    return found


def values_of(change: Change) -> list[NDArray[np.float32]]:
    """All numbers that a change holds, each with one row per pixel."""
    groove, cover = change.groove, change.cover
    of_groove = [groove.share, groove.slope, groove.direction_rad, groove.spread] if groove else []
    of_cover = [cover.share] if cover else []
    others = (change.slope, change.reflectance, change.warmth)
    return [*of_groove, *of_cover, *(values for values in others if values is not None)]


def changed(change: Change) -> NDArray[np.bool_]:
    """The pixels that a change really changes."""
    parts = [part for part in (change.slope, change.warmth) if part is not None]
    parts += [1 - change.reflectance] if change.reflectance is not None else []
    parts += [part.share for part in (change.groove, change.cover) if part is not None]
    seen: NDArray[np.bool_] = np.any(
        [np.abs(part).reshape(part.shape[0], -1).max(axis=1) > 1e-6 for part in parts], axis=0
    )
    return seen


def test_shares_and_types(marks: list[Mark], grid: "Grid") -> None:
    for mark in marks:
        p, q = (axis.ravel() for axis in grid(mark.reach_mm, mark.reach_mm / 60))
        change = mark.change(p, q, 0.12)
        for values in values_of(change):
            assert values.dtype == np.float32
            assert values.shape[0] == p.size
            assert np.isfinite(values).all()
        for part in (change.groove, change.cover):
            assert part is None or (part.share.min() >= 0 and part.share.max() <= 1)
        assert change.groove is None or change.groove.spread.min() > 0
        assert change.reflectance is None or (change.reflectance.min() > 0 and change.reflectance.max() <= 1)


def test_a_pixel_does_not_depend_on_the_others(marks: list[Mark], grid: "Grid") -> None:
    for mark in marks:
        p, q = (axis.ravel() for axis in grid(mark.reach_mm / 2, mark.reach_mm / 80))
        whole, half = mark.change(p, q, 0.12), mark.change(p[1::2], q[1::2], 0.12)
        for all_values, some in zip(values_of(whole), values_of(half), strict=True):
            np.testing.assert_allclose(all_values[1::2], some, rtol=1e-5, atol=1e-6)
        if whole.marked is not None and half.marked is not None:
            assert np.array_equal(whole.marked[1::2], half.marked)


@pytest.mark.parametrize("pixel_mm", [0.12, 0.45])
def test_nothing_changes_beyond_its_reach_nor_outside_what_is_near(
    marks: list[Mark], pixel_mm: float, grid: "Grid"
) -> None:
    for mark in marks:
        p, q = grid(1.3 * mark.reach_mm, 1.3 * mark.reach_mm / 150)
        near = mark.near(p, q, pixel_mm).ravel()
        change = mark.change(p.ravel(), q.ravel(), pixel_mm)
        seen = changed(change)
        assert seen.any()
        assert not seen[np.hypot(p, q).ravel() > mark.reach_mm].any()
        assert not seen[~near].any()
        assert (near & ~seen).any()
        assert change.marked is None or not change.marked[~near].any()


def test_flaws_mark_what_they_change_and_distractors_nothing(marks: list[Mark], grid: "Grid") -> None:
    for mark in marks:
        p, q = grid(mark.reach_mm, 0.12 if mark.reach_mm < 8 else mark.reach_mm / 100)
        near = mark.near(p, q, 0.12)
        change = mark.change(p[near], q[near], 0.12)
        if mark.is_flaw:
            assert mark.kind in CLASSES
            assert change.marked is not None
            assert change.marked.any()
            assert not change.marked.all()
        else:
            assert mark.kind not in CLASSES
            assert change.marked is None
