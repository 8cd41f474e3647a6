from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.booth.camera import Camera
from scuff.booth.finish import Finish
from scuff.booth.form import form_of
from scuff.booth.geometry import geometry_of
from scuff.booth.height import surface
from scuff.booth.marks.classes import CLASSES
from scuff.booth.marks.water import WaterSpot
from scuff.booth.part import Part
from scuff.booth.render import Rendering, render
from scuff.booth.scene import BOOTH
from scuff.booth.shade import metal_share
from scuff.booth.shape import Shape, Sheet, Sink
from scuff.booth.surface import Change, Mark, Values

if TYPE_CHECKING:
    from tests.booth.conftest import PlacesOf

HW = (64, 96)
LEFT, RIGHT = BOOTH.cameras
SHEET, SINK = Sheet(), Sink()


@dataclass(frozen=True, slots=True)
class Disc:
    """A flaw that tilts the metal on a disc by a little."""

    xy_mm: tuple[float, float]
    radius_mm: float
    kind: str = "dent"
    is_flaw: bool = True
    slope: float = 0.1

    @property
    def reach_mm(self) -> float:
        return 2 * self.radius_mm + 10

    @property
    def size_mm(self) -> tuple[float, float]:
        return 2 * self.radius_mm, 2 * self.radius_mm

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        return np.hypot(p, q) < self.radius_mm + 4 * pixel_mm

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        marked = np.hypot(p, q) <= self.radius_mm
        slope = np.stack([marked, marked], axis=1).astype(np.float32) * np.float32(self.slope)
        return Change(slope=slope, marked=marked if self.is_flaw else None)


def shoot(*marks: Mark, shape: Shape = SHEET, camera: Camera = LEFT) -> Rendering:
    return render(Part("P1", shape, Finish(), marks), camera, BOOTH.luminaires, HW)


def test_ids_count_the_flaws_of_a_part_in_their_order() -> None:
    first: list[Mark] = [Disc((-100, 0), 20), WaterSpot((0.0, -60.0), 6.0), Disc((0, 0), 20, "bump")]
    last = [Disc((0, 80), 20, is_flaw=False), Disc((-100, 80), 20)]
    for camera in (LEFT, RIGHT):
        rendering = shoot(*first, *last, camera=camera)
        assert [(flaw.id, flaw.kind) for flaw in rendering.flaws] == [(1, "dent"), (2, "bump"), (3, "dent")]
        for number, (x, y) in enumerate([(-100, 0), (0, 0), (-100, 80)], 1):
            ((column, row),) = camera.project(np.array([[x, y, 0.0]]), HW).astype(int)
            assert rendering.instances[row, column] == number
            assert rendering.mask[row, column] == 1 + CLASSES.index(rendering.flaws[number - 1].kind)
        assert rendering.instances.max() == 3
        np.testing.assert_array_equal(rendering.mask > 0, rendering.instances > 0)


def test_the_same_flaw_twice_is_two_flaws() -> None:
    disc = Disc((0, 0), 20)
    assert [flaw.id for flaw in shoot(disc, disc).flaws] == [1, 2]


def test_a_flaw_is_marked_where_it_is(places_of: "PlacesOf") -> None:
    disc = Disc((-50, 20), 30)
    rendering = shoot(disc)
    places = places_of(geometry_of(SHEET, LEFT, HW))
    np.testing.assert_array_equal(rendering.instances > 0, np.hypot(places[..., 0] + 50, places[..., 1] - 20) <= 30)


def test_a_box_encloses_the_pixels_of_a_flaw() -> None:
    rendering = shoot(Disc((-150, 0), 20), Disc((0, 50), 35))
    for flaw in rendering.flaws:
        own = rendering.instances == flaw.id
        rows, columns = np.nonzero(own)
        assert flaw.box_xyxy == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert flaw.area_px == own.sum() > 20


def test_the_finer_of_two_flaws_is_marked_and_both_act() -> None:
    fine, coarse = Disc((-50, 0), 15, "pit"), Disc((-50, 0), 40, "dent", slope=-0.03)
    for marks in ([fine, coarse], [coarse, fine]):
        rendering = shoot(*marks)
        own = {flaw.kind: rendering.instances == flaw.id for flaw in rendering.flaws}
        np.testing.assert_array_equal(own["pit"], shoot(fine).instances > 0)
        np.testing.assert_array_equal(own["pit"] | own["dent"], shoot(coarse).instances > 0)
        areas = {flaw.kind: flaw.area_px for flaw in rendering.flaws}
        assert areas["dent"] == (own["pit"] | own["dent"]).sum()  # what lies under the other one counts
        # Both slopes together are one of 0.07.
        both = shoot(Disc((-50, 0), 40, slope=-0.03), Disc((-50, 0), 15, slope=0.1)).layers.planes
        np.testing.assert_array_equal(rendering.layers.planes, both)
        alone = shoot(Disc((-50, 0), 15, slope=0.07)).layers.planes
        inner = cv2.erode(own["pit"].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        np.testing.assert_allclose(rendering.layers.planes[:, inner], alone[:, inner], rtol=0.02, atol=1e-3)


def test_a_flaw_outside_the_frame_is_not_seen() -> None:
    rendering = shoot(Disc((-50, 0), 20), Disc((295, 0), 10))
    outside = rendering.flaws[1]
    assert (outside.id, outside.box_xyxy, outside.area_px) == (2, None, 0)
    assert set(outside.visibility.values()) == {0}
    assert rendering.instances.max() == 1
    assert shoot(Disc((295, 0), 10), camera=RIGHT).flaws[0].area_px > 5


def test_a_sound_part_has_no_mask() -> None:
    rendering = shoot(WaterSpot((0.0, 0.0), 6.0), Disc((50, 0), 20, is_flaw=False))
    assert rendering.flaws == ()
    assert not rendering.mask.any()
    assert not rendering.instances.any()


@pytest.mark.parametrize(
    ("shape", "disc"),
    [
        (SHEET, Disc((-300, 0), 60)),
        (SINK, Disc(SINK.drain_xy_mm, 70)),
        (replace(SINK, hole_mm=96.0), Disc((60, 0), 55)),
    ],
    ids=["edge", "drain", "wide drain"],
)
def test_nothing_is_marked_where_there_is_no_metal(places_of: "PlacesOf", shape: Shape, disc: Disc) -> None:
    camera = replace(RIGHT, look_at_mm=(*disc.xy_mm, -100.0), view_mm=200.0)
    instances = shoot(disc, shape=shape, camera=camera).instances
    form = form_of(shape)
    places = places_of(geometry_of(shape, camera, HW))
    share = np.array([[metal_share(x, y, form, 200 / 96) for x, y, _ in row] for row in places])
    assert (share < 0.5).sum() > 50
    assert not instances[share < 0.5].any()
    assert (instances[share > 0.5] == 1).sum() > 500


def test_a_flaw_at_the_lip_is_not_marked_at_the_bottom(places_of: "PlacesOf") -> None:
    disc = Disc((-252, 0), 40)
    places = places_of(geometry_of(SINK, LEFT, HW))
    marked = shoot(disc, shape=SINK).instances > 0
    assert marked.any()
    assert places[marked][:, 2].min() > -40
    assert surface(-200.0, 0.0, form_of(SINK))[0] < -100
