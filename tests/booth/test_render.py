from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scuff.booth import render as render_module
from scuff.booth.camera import Camera
from scuff.booth.draw import draw_part
from scuff.booth.finish import Finish
from scuff.booth.geometry import geometry_of
from scuff.booth.lens import STEEL
from scuff.booth.light import Environment, Luminaire
from scuff.booth.marks.dent import Dent
from scuff.booth.part import Part
from scuff.booth.render import Rendering, SeenFlaw, render
from scuff.booth.rows import THREADS_VARIABLE
from scuff.booth.scene import BOOTH
from scuff.booth.shade import shade_rows
from scuff.booth.shape import Shape, Sheet, Sink
from scuff.core.errors import BoothError

if TYPE_CHECKING:
    from tests.booth.conftest import PlacesOf

HW = (64, 96)
LEFT, RIGHT = BOOTH.cameras
A, B = BOOTH.luminaires
SHEET, SINK = Sheet(), Sink()
MIRROR = Finish("polished", rough_along=0.002, rough_across=0.002, tail=0, haze=0, streaks=0, hairlines=0, waviness=0)


def same(first: Rendering, second: Rendering) -> bool:
    return (
        first.layers.planes.tobytes() == second.layers.planes.tobytes()
        and first.mask.tobytes() == second.mask.tobytes()
        and first.instances.tobytes() == second.instances.tobytes()
        and len(first.flaws) == len(second.flaws)
        and all(alike(*flaws) for flaws in zip(first.flaws, second.flaws, strict=True))
    )


def alike(first: SeenFlaw, second: SeenFlaw) -> bool:
    values = [(flaw.id, flaw.kind, flaw.box_xyxy, flaw.own.tolist(), flaw.size_mm) for flaw in (first, second)]
    return values[0] == values[1] and dict(first.visibility) == pytest.approx(dict(second.visibility), rel=1e-6)


@pytest.fixture(scope="module")
def sink() -> Part:
    return draw_part(3, 4, SINK, "brushed", sound_share=0.0, flaws=(5, 5))


@pytest.fixture(scope="module")
def of_sink(sink: Part) -> Rendering:
    return render(sink, LEFT, (A, B), HW)


def test_what_is_rendered(of_sink: Rendering) -> None:
    assert of_sink.layers.names == ("A", "B", "environment")
    assert of_sink.layers.planes.shape == (3, *HW)
    assert of_sink.layers.planes.dtype == np.float32
    assert of_sink.layers.planes.min() >= 0
    assert np.isfinite(of_sink.layers.planes).all()
    assert of_sink.mask.dtype == np.uint8
    assert of_sink.instances.dtype == np.uint16
    assert of_sink.mask.shape == of_sink.instances.shape == HW
    assert [flaw.id for flaw in of_sink.flaws] == [1, 2, 3, 4, 5]
    assert all(set(flaw.visibility) == {"A", "B", "environment"} for flaw in of_sink.flaws)


# How it is rendered does not matter.


def test_geometry_may_be_given(sink: Part, of_sink: Rendering) -> None:
    given = render(sink, LEFT, (A, B), HW, geometry=geometry_of(SINK, LEFT, HW))
    assert same(given, of_sink)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_threads_do_not_matter(sink: Part, of_sink: Rendering, monkeypatch: pytest.MonkeyPatch, threads: str) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, threads)
    assert same(render(sink, LEFT, (A, B), HW), of_sink)


@pytest.mark.parametrize(("band", "blur_px"), [(8, 0.6), (30, 0.6), (16, 1.7)])
def test_bands_do_not_matter(sink: Part, monkeypatch: pytest.MonkeyPatch, band: int, blur_px: float) -> None:
    camera = replace(LEFT, blur_px=blur_px)
    whole = render(sink, camera, (A, B), HW)
    monkeypatch.setattr(render_module, "BAND", band)
    assert same(render(sink, camera, (A, B), HW), whole)


def test_whole_numbers_are_as_good_as_others(of_sink: Rendering) -> None:
    """Kernels would be compiled again for them, which takes half a minute."""
    camera = Camera("left", (-170, -40, 900), (-70, 0, -60), 620, distortion=(0, 0))
    light = Luminaire("A", (-260, 0, 760), (-60, 0, -180), (0, 1, 0), (560, 80))
    compiled = len(vars(shade_rows)["overloads"])
    for shape in (Sheet(600, 400, 6), Sink(500, 340, 90, 180, 6, 8, 35, (60, 0), 114, 6, 80, 3, 40, 350, 35)):
        part = Part("P1", shape, Finish("brushed", 0, 1, 1, 0, 0, 0, 0, 0), (Dent((0, 0), 10, 1),))
        render(part, camera, (light,), HW, Environment(radiance=0))
    assert len(vars(shade_rows)["overloads"]) == compiled > 0


def test_a_frame_of_a_few_rows() -> None:
    strip = render(Part("P1", SHEET, Finish()), LEFT, (A,), (2, 3000))
    assert strip.layers.planes.shape == (2, 2, 3000)
    assert strip.layers.planes.max() < 1


# Light.


def test_layers_of_lights_do_not_depend_on_each_other(sink: Part, of_sink: Rendering) -> None:
    both = of_sink.layers.planes
    for lights, layers in (((A,), [0, 2]), ((B,), [1, 2]), ((B, A), [1, 0, 2]), ((), [2])):
        planes = render(sink, LEFT, lights, HW).layers.planes
        np.testing.assert_array_equal(planes, both[layers])


def test_a_light_is_tinted_by_its_colour_alone() -> None:
    camera, part = replace(LEFT, glare=0.0), Part("P1", SHEET, Finish())
    white = render(part, camera, (A,), HW).layers.planes[0]
    tinted = render(part, camera, (replace(A, tint=(2.0, 1.0, 0.0)),), HW).layers.planes[0]
    np.testing.assert_allclose(tinted[0::2, 0::2], 2 * white[0::2, 0::2], rtol=1e-6)
    np.testing.assert_array_equal(tinted[0::2, 1::2], white[0::2, 1::2])
    np.testing.assert_array_equal(tinted[1::2, 0::2], white[1::2, 0::2])
    assert not tinted[1::2, 1::2].any()


@pytest.mark.parametrize("shape", [SHEET, SINK], ids=["sheet", "sink"])
def test_a_dark_booth_sends_nothing(shape: Shape) -> None:
    dark = render(Part("P1", shape, Finish()), LEFT, (A, B), HW, Environment(radiance=0.0)).layers.planes
    assert not dark[2].any()
    dim, bright = (
        render(Part("P1", shape, Finish()), LEFT, (), HW, Environment(radiance)).layers.planes[0]
        for radiance in (0.02, 0.04)
    )
    np.testing.assert_allclose(bright, 2 * dim, rtol=1e-4)


@pytest.mark.parametrize("luminaire", [A, B], ids=lambda luminaire: luminaire.name)
def test_a_mirror_shows_a_luminaire_where_it_is_reflected(places_of: "PlacesOf", luminaire: Luminaire) -> None:
    behind = np.array(luminaire.centre_mm) * (1, 1, -1)  # where it is seen, for the sheet lies at z = 0
    camera = replace(RIGHT, look_at_mm=tuple(behind.tolist()), view_mm=1000.0, vignetting=0.0)
    shape = Sheet(1500, 1500)
    geometry = geometry_of(shape, camera, HW)
    plane = render(Part("P1", shape, MIRROR), camera, (luminaire,), HW, geometry=geometry).layers.planes[0]
    places = places_of(geometry)
    along, across, normal = luminaire.axes * (1, 1, -1)
    # How far each ray, were the sheet not there, would miss the middle of what is behind it.
    rays = places - camera.position_mm
    ways = (behind - camera.position_mm) @ normal / (rays @ normal)
    off = camera.position_mm + ways[..., None] * rays - behind
    away = np.maximum(np.abs(off @ along) - 280, np.abs(off @ across) - 40)
    bright = plane / STEEL[1]
    pixel_mm = 1000 / HW[1]
    green = np.indices(HW).sum(axis=0) % 2 == 1
    inside, outside = green & (away < -1.5 * pixel_mm), green & (away > 1.5 * pixel_mm)
    assert inside.sum() > 50
    # It is as bright as itself, but for what steel swallows and the lens scatters.
    np.testing.assert_allclose(bright[inside], 1, atol=0.05)
    assert bright[outside].max() < 0.05


# What is refused.


@pytest.mark.parametrize("hw", [(63, 96), (64, 95), (0, 96)])
def test_an_odd_size_is_refused(hw: tuple[int, int]) -> None:
    with pytest.raises(BoothError, match=f"a frame of {hw[1]}×{hw[0]} pixels cannot be; give an even width and height"):
        render(Part("P1", SHEET, Finish()), LEFT, (A,), hw)


def test_a_geometry_of_something_else_is_refused() -> None:
    part, geometry = Part("P1", SHEET, Finish()), geometry_of(SHEET, LEFT, HW)
    with pytest.raises(BoothError, match=r"the geometry is of another shape: of Sheet.*, not of Sink"):
        render(replace(part, shape=SINK), LEFT, (A,), HW, geometry=geometry)
    with pytest.raises(BoothError, match=r"the geometry is of another camera: of Camera.*left.*, not of Camera.*right"):
        render(part, RIGHT, (A,), HW, geometry=geometry)
    with pytest.raises(BoothError, match=r"the geometry is of another size: of \(64, 96\), not of \(66, 96\)"):
        render(part, LEFT, (A,), (66, 96), geometry=geometry)


@pytest.mark.parametrize("names", [("A", "A"), ("A", "environment")])
def test_two_lights_of_one_name_are_refused(names: tuple[str, str]) -> None:
    lights = [replace(A, name=name) for name in names]
    with pytest.raises(BoothError, match=f"there are two lights '{names[1]}'; give each a name of its own"):
        render(Part("P1", SHEET, Finish()), LEFT, lights, HW)
