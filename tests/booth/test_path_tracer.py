"""The booth's shader beside a path tracer: the same bare parts, lights and camera."""

import logging
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.booth.path_tracer import traced

from scuff.booth.camera import Camera
from scuff.booth.finish import Finish
from scuff.booth.form import EDGE_MM
from scuff.booth.geometry import geometry_of
from scuff.booth.light import Environment
from scuff.booth.part import Part
from scuff.booth.render import render
from scuff.booth.scene import BOOTH
from scuff.booth.shape import Shape, Sheet, Sink

HW = (114, 171)
FINER = 4
"""Pixels of the shader along each side of one that is compared: it takes one ray per pixel, the path tracer many."""

FLOOR = 1e-3
"""Radiances are not compared below this share of their 99th percentile."""

BRUSHED = Finish("brushed", rough_along=0.07, rough_across=0.20, tail=0.22, haze=0.012)
POLISHED = Finish("polished", direction_deg=30.0, rough_along=0.03, rough_across=0.045, tail=0.1, haze=0.004)
BLASTED = Finish("blasted", rough_along=0.3, rough_across=0.3, haze=0.03)

LOGGER = logging.getLogger(__name__)
"""Says the figures: pytest -m slow --log-cli-level INFO."""

Picture = NDArray[np.float32]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def ideal(camera: Camera) -> Camera:
    return replace(camera, distortion=(0.0, 0.0), blur_px=0.3, vignetting=0.0, glare=0.0)


CAMERA = ideal(BOOTH.cameras[0])
A, B = BOOTH.luminaires


def even(finish: Finish) -> Finish:
    return replace(finish, streaks=0.0, hairlines=0.0, waviness=0.0)


def shaded(shape: Shape, finish: Finish) -> Picture:
    """Layers of A and B, 2×H×W: means of the colours, as bright as a metal that reflects 57 % of all of them."""
    finer_hw = HW[0] * FINER, HW[1] * FINER
    seen = render(Part("bare", shape, even(finish)), CAMERA, (A, B), finer_hw, Environment(radiance=0.0))
    means: Picture = seen.layers.planes[:2].reshape(2, HW[0], FINER, HW[1], FINER).mean(axis=(2, 4))
    return means


def bare_metal(shape: Shape) -> NDArray[np.bool_]:
    """Pixels that show nothing but metal, without the bent edge of the sheet and without the drain's strainer."""
    finer_hw = HW[0] * FINER, HW[1] * FINER
    right, down, forward = CAMERA.axes
    y, x = np.mgrid[: finer_hw[0], : finer_hw[1]] + 0.5
    across = (x - finer_hw[1] / 2) / CAMERA.focal_px(finer_hw)
    along = (y - finer_hw[0] / 2) / CAMERA.focal_px(finer_hw)
    rays = forward + across[..., None] * right + along[..., None] * down
    places = CAMERA.position_mm + geometry_of(shape, CAMERA, finer_hw).depth_mm[..., None] * rays
    half = (shape.length_mm / 2, shape.width_mm / 2)
    if isinstance(shape, Sink):
        half = (half[0] + shape.flange_mm, half[1] + shape.flange_mm)
    metal = (np.abs(places[..., :2]) < np.subtract(half, EDGE_MM + 0.5)).all(axis=-1)
    if isinstance(shape, Sink):
        away = np.hypot(places[..., 0] - shape.drain_xy_mm[0], places[..., 1] - shape.drain_xy_mm[1])
        metal &= away > shape.hole_mm / 2 + 1
    whole: NDArray[np.bool_] = metal.reshape(HW[0], FINER, HW[1], FINER).all(axis=(1, 3))
    return whole


def agreement(ours: Picture, theirs: Picture, metal: NDArray[np.bool_]) -> tuple[float, float]:
    """Correlation of the logarithms of radiance, and the median of our radiance over theirs."""
    floor = FLOOR * np.percentile(theirs[metal], 99)
    first, second = ours[metal], theirs[metal]
    logs = np.log(np.maximum(first, floor)), np.log(np.maximum(second, floor))
    both = (first > floor) & (second > floor)
    return float(np.corrcoef(*logs)[0, 1]), float(np.median(first[both] / second[both]))


def check(ours: Picture, theirs: Picture, metal: NDArray[np.bool_], least: float) -> None:
    correlation, ratio = agreement(ours, theirs, metal)
    LOGGER.info("correlation of log radiance %.4f, median ratio %.3f", correlation, ratio)
    assert correlation >= least
    assert 0.9 <= ratio <= 1.1


@pytest.mark.parametrize("finish", [BRUSHED, BLASTED, POLISHED], ids=lambda finish: finish.kind)
def test_a_sheet_looks_as_the_path_tracer_says(finish: Finish) -> None:
    sheet = Sheet()
    ours, metal = shaded(sheet, finish), bare_metal(sheet)
    for layer, light in zip(ours, (A, B), strict=True):
        check(layer, traced(sheet, finish, CAMERA, [light], HW, samples=96), metal, least=0.98)


def test_a_brushed_sink_looks_as_the_path_tracer_says_under_one_light_and_under_both() -> None:
    sink = Sink()
    ours, metal = shaded(sink, BRUSHED), bare_metal(sink)
    theirs = [traced(sink, BRUSHED, CAMERA, lights, HW, samples=192) for lights in ([A], [B], [A, B])]
    for layer, picture in zip((*ours, ours.sum(axis=0)), theirs, strict=True):
        check(layer, picture, metal, least=0.97)
    assert theirs[2][metal].mean() == pytest.approx((theirs[0] + theirs[1])[metal].mean(), rel=0.005)


@pytest.mark.parametrize(("finish", "least"), [(BLASTED, 0.97), (POLISHED, 0.95)], ids=["blasted", "polished"])
def test_another_sink_looks_as_the_path_tracer_says(finish: Finish, least: float) -> None:
    sink = Sink()
    ours, metal = shaded(sink, finish), bare_metal(sink)
    for layer, light in zip(ours, (A, B), strict=True):
        check(layer, traced(sink, finish, CAMERA, [light], HW, samples=128), metal, least)
