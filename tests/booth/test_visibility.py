import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.booth.band import Footprint
from scuff.booth.camera import Camera
from scuff.booth.finish import Finish
from scuff.booth.marks.dent import Dent
from scuff.booth.marks.scratch import Scratch
from scuff.booth.part import Part
from scuff.booth.render import Rendering, render
from scuff.booth.scene import BOOTH
from scuff.booth.shape import Sheet
from scuff.booth.surface import Mark
from scuff.booth.view import ray, view_of
from scuff.booth.visibility import FULL_WELL_E, LEVEL, Sums

HW = (64, 96)
LEFT = BOOTH.cameras[0]
BRUSHED = Finish(direction_deg=0.0)
"""Along x; luminaire A is long along y, so that its highlight is a band along y too, narrow in x."""

Places = list[tuple[int, int]]


def footprint(own: Places, around: Places) -> Footprint:
    def pixels(places: Places) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        rows, columns = np.array(places, np.intp).reshape(-1, 2).T
        return rows, columns

    return Footprint(1, pixels(own), pixels(around))


OWN: Places = [(1, 2), (1, 3)]
AROUND: Places = [(0, column) for column in range(8)] + [(2, column) for column in range(8)]


def seen_on(plane: NDArray[np.float32], bright: float = 0.0) -> float:
    """Visibility of a flaw that changes its two pixels by 3 and 4, on a plane of 3×8."""
    change = np.zeros((3, 8), np.float32)
    change[1, 2:4] = 3, 4
    everything = np.ones((3, 8), np.bool_)
    sums = Sums(1)
    sums.add(footprint(OWN, AROUND), 0, everything, [plane], [change], everything)
    (visibility,) = sums.visibility(np.array([bright]))
    return float(visibility)


CONTRAST = math.sqrt((9 + 16) / 2)
CHECKED = np.indices((3, 8)).sum(axis=0).astype(np.float32) % 2 * 2 - 1
"""-1 and 1 by turns."""


def test_noise_is_what_the_sound_metal_around_varies_by() -> None:
    assert seen_on(CHECKED) == pytest.approx(CONTRAST, rel=0.03)
    assert seen_on(2 * CHECKED) == pytest.approx(CONTRAST / 2, rel=0.03)


def test_a_slope_of_brightness_is_no_noise() -> None:
    rows, columns = np.indices((3, 8)).astype(np.float32)
    assert seen_on(CHECKED + 100 + 20 * rows - 30 * columns) == pytest.approx(seen_on(CHECKED), rel=1e-4)


def test_shot_noise_is_that_of_a_well_exposed_frame() -> None:
    # Even metal that is as bright as the brightest has 0.9 · 10,500 electrons, a hundredth of that has a hundredth.
    electrons = LEVEL * FULL_WELL_E
    even = np.full((3, 8), 50, np.float32)
    assert seen_on(even, bright=50) == pytest.approx(CONTRAST / (50 / math.sqrt(electrons)), rel=1e-3)
    assert seen_on(even, bright=5000) == pytest.approx(CONTRAST / (50 / math.sqrt(electrons / 100)), rel=1e-3)


def test_bands_are_added_up() -> None:
    plane, change = np.tile(CHECKED, (1, 1)), np.zeros((3, 8), np.float32)
    change[1, 2:4] = 3, 4
    whole, halves = Sums(1), Sums(1)
    free = np.ones((3, 8), np.bool_)
    rows = np.indices((3, 8))[0]
    whole.add(footprint(OWN, AROUND), 10, free, [plane], [change], free)
    for kept in (rows < 1, rows >= 1):
        halves.add(footprint(OWN, AROUND), 10, kept, [plane], [change], free)
    assert whole.box == halves.box == (2, 11, 4, 12)
    assert whole.pixels == halves.pixels == 2
    assert halves.visibility(np.zeros(1)) == pytest.approx(whole.visibility(np.zeros(1)))


def test_other_flaws_are_no_sound_metal() -> None:
    plane, change = CHECKED.copy(), np.ones((3, 8), np.float32)
    plane[0, 7] = 1000
    free = np.ones((3, 8), np.bool_)
    free[0, 7] = False
    sums = Sums(1)
    sums.add(footprint(OWN, AROUND), 0, np.ones((3, 8), np.bool_), [plane], [change], free)
    assert sums.visibility(np.zeros(1))[0] == pytest.approx(1, rel=0.1)


def test_nothing_to_see_or_to_compare_with() -> None:
    everything, plane = np.ones((3, 8), np.bool_), np.ones((3, 8), np.float32)
    hidden, lonely = Sums(2), Sums(2)
    hidden.add(footprint([], AROUND), 0, everything, [plane] * 2, [plane] * 2, everything)
    lonely.add(footprint(OWN, AROUND[:7]), 0, everything, [plane] * 2, [plane] * 2, everything)
    for sums in (Sums(2), hidden, lonely):
        assert sums.visibility(np.ones(2)).tolist() == [0, 0]
    assert (hidden.box, hidden.pixels) == (None, 0)


def seen(*marks: Mark, camera: Camera = LEFT) -> Rendering:
    return render(Part("P1", Sheet(), BRUSHED, marks), camera, BOOTH.luminaires, HW)


def close_up(x_mm: float, y_mm: float, view_mm: float = 40.0) -> Camera:
    """The left camera with another lens that looks at a place of the sheet."""
    return replace(LEFT, look_at_mm=(x_mm, y_mm, 0.0), view_mm=view_mm)


@pytest.fixture(scope="module")
def row_under_a() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What luminaire A alone does to a clean sheet in the middle row of a frame: x in mm, and brightness."""
    plane = seen().layers.planes[0]
    brightness = plane[24:40:2, 1::2].mean(axis=0)  # green pixels, over some rows
    view = view_of(LEFT, HW)
    rays = [ray(view, column + 0.5, 32.0) for column in range(1, HW[1], 2)]
    x = np.array([view.pupil[0] - view.pupil[2] / ahead[2] * ahead[0] for ahead in rays])
    inside = x > -290
    return x[inside], brightness[inside].astype(np.float64)


Find = Callable[[float], float]


@pytest.fixture
def fallen_to(row_under_a: tuple[NDArray[np.float64], NDArray[np.float64]]) -> Find:
    """A function that says at which x, right of the highlight, its brightness has fallen to a share of the highest."""
    x, brightness = row_under_a
    highest = int(brightness.argmax())
    return lambda share: float(x[highest:][brightness[highest:] <= share * brightness.max()][0])


def test_a_scratch_across_the_brushing_glows_in_dark_field_and_along_it_nearly_vanishes(fallen_to: Find) -> None:
    for share, seed in [(0.01, 1), (0.01, 2), (0.004, 3)]:
        place = fallen_to(share), 10.0
        camera = close_up(*place)
        across, along = (
            seen(Scratch(place, 20.0, 0.2, 0.01, angle_deg=angle, seed=seed), camera=camera) for angle in (90, 0)
        )
        visible = [rendering.flaws[0].visibility["A"] for rendering in (across, along)]
        assert visible[0] > 3
        assert visible[0] >= 4 * visible[1]
        own, plane = across.instances == 1, across.layers.planes[0]
        sound = seen(camera=camera).layers.planes[0]
        assert plane[own].mean() > 1.5 * sound[own].mean()


def test_a_dent_shows_at_the_edge_of_a_highlight(fallen_to: Find) -> None:
    # On its flank, in its middle, and far from it.
    edge, middle, far = (
        seen(Dent((x, 10.0), 2.5, 0.04, seed=4), camera=close_up(x, 10.0, 60.0)).flaws[0].visibility["A"]
        for x in (fallen_to(0.3), fallen_to(1.0), fallen_to(0.003))
    )
    assert edge > 1.5
    assert edge > 5 * middle
    assert edge > 2.5 * far


def test_visibility_grows_with_depth(fallen_to: Find) -> None:
    x = fallen_to(0.3)
    camera = close_up(x, 10.0, 60.0)
    dents = [seen(Dent((x, 10.0), 2.5, depth), camera=camera).flaws[0].visibility for depth in (0.01, 0.02, 0.04, 0.08)]
    for name in ("A", "B"):
        visible = [dent[name] for dent in dents]
        assert visible == sorted(visible)
        assert visible[1] == pytest.approx(2 * visible[0], rel=0.15)
    depths = (0.005, 0.01, 0.02)  # steep enough to glow; a shallower one is a faint dark line
    camera = close_up(fallen_to(0.01), 10.0)
    scratches = [
        seen(Scratch((fallen_to(0.01), 10.0), 20.0, 0.2, depth, angle_deg=90, seed=1), camera=camera)
        for depth in depths
    ]
    visible = [rendering.flaws[0].visibility["A"] for rendering in scratches]
    assert visible == sorted(visible)
